/**
 * Rounds until there is nothing left to say: single flight over all tabs and the service worker, under the Web Lock `sync`.
 * It ends at the first trouble; when to try again is for the caller (`backoff_ms`).
 */

import type { Changes } from "../store/boxes.ts";
import { UNREADABLE } from "../store/outbox.ts";
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

/** How this session goes: how much it pushes at once, how often it took another name, and what no request may hold. */
interface Going {
  most: number;
  forks: number;
  unfit: string | null;
}

async function rounds(store: Store, device_kind: string, listener: Listener): Promise<Ending> {
  await rescue(store);
  const going: Going = { most: MOST_PUSHED, forks: 0, unfit: null };
  for (;;) {
    const device = await store.outbox.device();
    const answer = (device.registered ? null : await register(store, device, device_kind))
      ?? await round(store, going.most, items => { listener.sending(items.map(item => item.id)); });
    if ("changes" in answer && answer.changes) await listener.applied(answer.changes);
    const ending = await follow(store, answer, going);
    if (ending) return ending;
  }
}

/** What this phone cannot read any more the server still can. What even that does not get through is shown, and does not stop the rest. */
async function rescue(store: Store): Promise<void> {
  const unreadable = async () => (await store.outbox.items()).find(item => item.name === UNREADABLE && !item.done);
  if (!await unreadable()) return;
  const done = await store.hand_over?.();
  if (done) await store.outbox.settle(done, 0);
  for (let left = done && await unreadable(); left; left = await unreadable()) {
    await store.outbox.set_aside(left.id);
    await fork(store);
  }
}

/** What comes after an answer; null = another round. */
async function follow(store: Store, answer: Answer, going: Going): Promise<Ending | null> {
  if (answer.kind === "applied") {
    if (going.unfit) await set_aside(store, going);
    else if (!answer.more) return { kind: "done" };
  } else if (answer.kind === "forked" && going.forks++ < MOST_FORKS) {
    await fork(store, answer.lost);
  } else if (answer.kind === "unfit" && going.most > 0) {
    going.unfit = going.most === 1 ? await next_id(store) : null;
    going.most = going.most > 1 ? Math.ceil(going.most / 4) : 0;
  } else if (answer.kind === "forked" || answer.kind === "unfit") {
    return { kind: "failed", because: "server", retry_after_s: null };
  } else {
    return answer;
  }
  return null;
}

/** Alone it was not taken, without it all went well: so it is the one. The server skips no number, so the rest goes on under another name. */
async function set_aside(store: Store, going: Going): Promise<void> {
  if (going.unfit) await store.outbox.set_aside(going.unfit);
  await fork(store);
  Object.assign(going, { most: MOST_PUSHED, unfit: null });
}

async function next_id(store: Store): Promise<string | null> {
  return (await store.outbox.items()).find(item => !item.done)?.id ?? null;
}

/** Another tab asked after `since`, and nothing waits to be sent: asking again would bring nothing. A clock that jumped proves nothing. */
async function answered(store: Store, since: number): Promise<boolean> {
  const { standing, holds } = await store.boxes.read();
  const after = standing.asked_at === null ? -1 : standing.asked_at - since;
  if (after <= 0 || after > 60_000 || wanted(holds).length) return false;
  return (await store.outbox.items()).every(item => item.done);
}
