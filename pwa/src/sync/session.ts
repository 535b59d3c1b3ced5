/**
 * Rounds until there is nothing left to say: single flight over all tabs and the service worker, under the Web Lock `sync`.
 * It ends at the first trouble; when to try again is for the caller (`backoff_ms`).
 */

import type { Changes } from "../store/boxes.ts";
import { type Answer, fork, register, round, type Store } from "./round.ts";
import { MOST_PUSHED, wanted } from "./ask.ts";

export type Ending = Extract<Answer, { kind: "signed_out" | "failed" | "old_schema" }> | { kind: "done" };

/** What the session tells while it runs. */
export interface Listener {
  sending(ids: readonly string[]): void;
  applied(changes: Changes): void | Promise<void>;
}

/** A cloned phone forks once; more often in one session means that the server and we do not understand each other. */
const MOST_FORKS = 2;

/** `since`: a session that began after this moment (ms) and answered everything will do as well. */
export async function session(store: Store, device_kind: string, since: number, listener: Listener): Promise<Ending> {
  return navigator.locks.request("sync", async () => {
    if (await answered(store, since)) return { kind: "done" };
    try {
      return await rounds(store, device_kind, listener);
    } finally {
      listener.sending([]);
    }
  });
}

async function rounds(store: Store, device_kind: string, listener: Listener): Promise<Ending> {
  let most = MOST_PUSHED;
  let forks = 0;
  for (;;) {
    const device = await store.outbox.device();
    const answer = (device.registered ? null : await register(store, device, device_kind))
      ?? await round(store, most, items => { listener.sending(items.map(item => item.id)); });
    if ("changes" in answer && answer.changes) await listener.applied(answer.changes);
    if (answer.kind === "applied") {
      if (!answer.more) return { kind: "done" };
    } else if (answer.kind === "forked" && forks++ < MOST_FORKS) {
      await fork(store, answer.lost);
    } else if (answer.kind === "unfit" && most > 0) {
      most = most > 1 ? Math.ceil(most / 4) : 0;
    } else if (answer.kind === "forked" || answer.kind === "unfit") {
      return { kind: "failed", because: "server", retry_after_s: null };
    } else {
      return answer;
    }
  }
}

/** Another tab asked after `since`, and nothing waits to be sent: asking again would bring nothing. A clock that jumped proves nothing. */
async function answered(store: Store, since: number): Promise<boolean> {
  const { standing, holds } = await store.boxes.read();
  const after = standing.asked_at === null ? -1 : standing.asked_at - since;
  if (after < 0 || after > 60_000 || wanted(holds).length) return false;
  return (await store.outbox.items()).every(item => item.done);
}
