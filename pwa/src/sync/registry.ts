/** What the engine has to be told of the nouns. */

import type { Summarize } from "./apply.ts";
import type { Twins } from "./merge.ts";

export interface Registry {
  /** How a case becomes its item of the list. */
  summarize: Summarize;
  twins: Twins;
}
