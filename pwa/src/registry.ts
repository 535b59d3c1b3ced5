/** What the engine has to know of the nouns: how a case becomes a list item, and the twin of every mutator in backend/registry.py. */

import { list_item } from "./cases/rules.ts";
import { message_send } from "./messages/twin.ts";
import type { Registry } from "./sync/registry.ts";

export const REGISTRY: Registry = { summarize: list_item, twins: { "message.send": message_send } };
