/** Step 1 of a round, sans IO: what to ask. */

import { version as APP } from "../../package.json";
import type { Hold, Holds, Standing } from "../store/boxes.ts";
import { type Device, type Kept, UNREADABLE } from "../store/outbox.ts";
import { type Mutation, SCHEMA, type SyncRequest } from "../wire.ts";

/** Limits of the protocol, with room to spare in bytes. */
const MOST_WANTED = 256;
export const MOST_PUSHED = 50;
const MOST_PUSHED_CHARS = 60_000;

export interface Asking {
  rid: string;
  clock: number;
  device: Device;
  standing: Standing;
  holds: Holds;
  items: readonly Kept[];
  /** Checksums of scopes held fresh, when their day has come. */
  sums: [string, string][];
  /** At most so many mutations; fewer after the server called a request too large. */
  most: number;
  /** True when a new lease is due. */
  lease?: boolean;
}

export function ask(it: Asking): SyncRequest {
  return {
    rid: it.rid,
    device: it.device.id,
    schema: SCHEMA,
    clock: it.clock,
    cursor: it.standing.cursor,
    have: it.standing.have,
    want: wanted(it.holds).slice(0, MOST_WANTED),
    next_n: it.device.next_n,
    push: to_push(it.items, it.most),
    app: APP,
    ...(it.sums.length ? { sums: it.sums } : {}),
    ...(it.lease ? { lease: true } : {}),
  };
}

/** Scopes to load: those missing first, then those known to be behind. */
export function wanted(holds: Holds): string[] {
  const in_state = (state: Hold["state"]): string[] => Object.keys(holds).filter(scope => holds[scope]?.state === state);
  return [...in_state("none"), ...in_state("stale")];
}

/** The unanswered, in order. The server skips nothing, so neither does the cut: a prefix that fits, and never none for size alone. */
export function to_push(items: readonly Kept[], most: number): Mutation[] {
  const pushed: Mutation[] = [];
  let chars = 0;
  for (const { done, ...mutation } of items) {
    if (done) continue;
    if (mutation.name === UNREADABLE) break;
    chars += JSON.stringify(mutation).length;
    if (pushed.length >= most || (pushed.length && chars > MOST_PUSHED_CHARS)) break;
    pushed.push(mutation);
  }
  return pushed;
}
