/** What lies on the keeper's desk. */

import type { Blobs } from "../store/blobs.ts";
import type { Session } from "../store/model.ts";
import type { Summarize } from "../sync/apply.ts";
import type { Channel } from "../sync/channel.ts";
import type { Loop } from "../sync/loop.ts";
import type { Poke } from "../sync/poke.ts";
import type { Store } from "../sync/round.ts";
import type { Unlocked } from "../vault/vault.ts";
import type { Gate, Here, Opened, Told } from "./protocol.ts";

/** Whose boxes these are. */
export interface Owner {
  gate: Gate & { at: "open" };
  session: Session;
  /** The vault that they lie in; none where nothing is kept. */
  vault: Unlocked | null;
  /** The signed lease, for as long as it is the present one. */
  lease: string | null;
  files: Blobs;
  /** Write down who it is and until when. */
  save(): Promise<void>;
}

export interface Open extends Owner {
  store: Store;
  loop: Loop;
  poke: Poke;
  /** The scopes on some screen now. */
  shown: Set<string>;
  /** The state of the boxes that the page was last told. */
  told?: string | undefined;
}

export interface Desk {
  summarize: Summarize;
  tell: (told: Told) => void;
  news: Channel;
  here: Here;
  kind: string;
  begun: boolean;
  /** Weak signal counts as none: nothing is tried until the person asks. */
  field: boolean;
  open: Open | null;
  /** Open, though its person's session ended: whoever signs in again need not unlock. */
  vault: Unlocked | null;
  /** Signed in, and not in a vault yet. */
  newcomer: Session | null;
  poll_s: number;
  reading: Promise<unknown>;
  writing: Promise<unknown>;
  adopt(store: Store, owner: Owner): Promise<Opened>;
  stop(): void;
}
