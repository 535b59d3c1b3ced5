/** What the engine has to be told of the nouns. */

import type { Summarize } from "./apply.ts";
import type { OwnTwins, Twins } from "./merge.ts";

export interface Registry {
  /** How a case becomes its item of the list. */
  summarize: Summarize;
  twins: Twins;
  own_twins: OwnTwins;
  /** Changes that nobody wrote and nobody waits for: they are sent like the others, and not counted. */
  quiet: ReadonlySet<string>;
}
