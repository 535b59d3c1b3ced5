/** The keeper's door: takes what its page asks, one message each, and answers. */

import { REGISTRY } from "../registry.ts";
import type { Answered, Asked, Told, Verb } from "./protocol.ts";
import { type Keeper, keeper } from "./work.ts";

declare const self: { postMessage(message: Told | Answered): void; onmessage: (event: MessageEvent<Asked>) => void };

const tell = (message: Told | Answered): void => { self.postMessage(message); };
const verbs: Keeper = keeper(REGISTRY.summarize, tell);

self.onmessage = event => { void answer(event.data); };

async function answer({ ask, verb, args }: Asked): Promise<void> {
  try {
    const work = verbs[verb] as (...given: typeof args) => ReturnType<Keeper[Verb]>;
    tell({ ask, value: await work(...args) });
  } catch (error) {
    tell({ ask, error: String(error) });
  }
}
