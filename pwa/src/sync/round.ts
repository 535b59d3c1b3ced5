/**
 * One round with the server, in the numbered steps of sync/README.md: 1 ask, 2 send, 3 apply, 4 settle.
 * Whoever calls it holds the lock `sync`.
 */

import { call, type Reply } from "../net/http.ts";
import type { Boxes, Changes, Holds, Standing } from "../store/boxes.ts";
import type { Device, Kept, Outbox } from "../store/outbox.ts";
import type { DeviceKey } from "../vault/proof.ts";
import { prove } from "../vault/server.ts";
import type { Done, Lost, SyncRequest, Taken } from "../wire.ts";
import { apply, type Summarize, touched } from "./apply.ts";
import { ask, wanted } from "./ask.ts";
import { checksum } from "./checksum.ts";
import { type Full, full } from "./full.ts";
import { scrubbed, to_scrub } from "./scrub.ts";

/** One person's side of the conversation. */
export interface Store {
  outbox: Outbox;
  boxes: Boxes;
  summarize: Summarize;
  /** What this device proves itself by; phones that keep nothing have none. */
  key?: DeviceKey;
  /** Is a new lease due? */
  lease_due?: () => boolean;
  /** Hand over what only the server can still read: what was done, or null when it was not taken. */
  hand_over?: () => Promise<Done[] | null>;
}

export type Answer =
  | { kind: "applied"; changes: Changes; more: boolean }
  /** `order`: signed, to erase what is here. */
  | { kind: "signed_out"; wipe: boolean; order?: string }
  /** This phone needs another name; `changes` were applied before that turned out. */
  | { kind: "forked"; changes?: Changes; lost?: Lost }
  /** Too much or something unreadable was pushed: push less, so that pulling goes on. */
  | { kind: "unfit" }
  | { kind: "old_schema" }
  | { kind: "failed"; because: "network" | "server"; retry_after_s: number | null };

/** Introduce this device to the server, once. */
export async function register(store: Store, device: Device, kind: string): Promise<Answer | null> {
  const reply = await call("PUT", `/v1/devices/${device.id}`, { kind, ...(store.key ? { key: store.key.point } : {}) });
  if (reply.status !== 200 && reply.status !== 201 && reply.status !== 204) return refusal(reply);
  await store.outbox.registered();
  return null;
}

export async function round(store: Store, most: number, sending: (items: readonly { id: string }[]) => void): Promise<Answer> {
  // 1 ask
  const rid = crypto.randomUUID();
  const [device, items, { stamp, standing, holds, list }] = await Promise.all([store.outbox.device(), store.outbox.items(), store.boxes.begin(rid)]);
  const asked = Date.now();
  const sums = await sums_due(store, standing, holds, asked);
  const request = ask({ rid, clock: asked, device, standing, holds, items, most, sums, lease: store.lease_due?.() ?? false });
  // 2 send
  sending(request.push);
  const { key } = store;
  const reply = await call("POST", "/v1/sync", request, key && (text => prove(key, device.id, "POST", "/v1/sync", text)));
  const response = reply.status === 200 ? full(reply.body) : null;
  if (!response) return declined(store, reply, standing.last_n);
  // 3 apply
  const boxes = await store.boxes.scopes(touched(response, { standing, holds }));
  const changes = apply({ standing, holds, list, boxes }, response, { asked, ms: Date.now() }, store.summarize);
  Object.assign(changes, { base: stamp, lease: response.lease });
  changes.standing.scrub = scrubbed(standing.scrub, sums.map(([scope]) => scope), asked);
  if (response.rid !== rid || !await store.boxes.commit(rid, changes)) return { kind: "failed", because: "server", retry_after_s: null };
  // 4 settle
  await store.outbox.settle(response.done, changes.standing.last_n);
  if (response.lost) return { kind: "forked", changes, lost: response.lost };
  if (response.expect !== null && !awaits(items, response.expect)) return { kind: "forked", changes };
  const left = wanted(changes.holds ?? holds).length;
  const more = response.more || (left > 0 && (request.want.length === 0 || response.load.length > 0));
  return { kind: "applied", changes, more: more || (most > 0 && await more_to_push(store, request, response)) };
}

/** Become another device: a cloned phone, or numbers that the server misses and this phone no longer has. */
export async function fork(store: Store, lost?: Lost): Promise<void> {
  await store.outbox.fork(lost);
  await store.boxes.renumbered();
}

/** Unanswered items that were not in this request; or any, while answers keep coming. */
async function more_to_push(store: Store, request: SyncRequest, response: Full): Promise<boolean> {
  const asked = new Set(request.push.map(item => item.id));
  const waiting = (await store.outbox.items()).filter(item => !item.done);
  return waiting.some(item => response.done.length > 0 || !asked.has(item.id));
}

function awaits(items: readonly Kept[], n: number): boolean {
  return items.some(item => item.n === n && !item.done);
}

/** Checksums that are due; a scope whose box is gone has that of nothing, and comes anew. */
async function sums_due(store: Store, standing: Standing, holds: Holds, now_ms: number): Promise<[string, string][]> {
  const due = standing.cursor === null ? [] : to_scrub(holds, standing.scrub, now_ms);
  const boxes = await store.boxes.scopes(due);
  return due.map(scope => [scope, checksum(boxes.get(scope)?.rows ?? [])]);
}

/** Not a full answer. From too old a version, and in a crowd, changes are taken all the same: write down what became of them. */
async function declined(store: Store, reply: Reply, last_n: number): Promise<Answer> {
  const { done } = (reply.body ?? {}) as Partial<Taken>;
  if ((reply.status === 426 || reply.status === 503) && Array.isArray(done)) await store.outbox.settle(done, last_n);
  return reply.status === 426 ? { kind: "old_schema" } : refusal(reply);
}

/** Under another name goes what is unsent when the server was restored from before this device, or does not believe that it is this one. */
function refusal(reply: Reply): Answer {
  const { status, retry_after_s } = reply;
  const { wipe = false, order, code } = (reply.body ?? {}) as { wipe?: boolean; order?: string; code?: string };
  if (status === 409 || code === "device_unknown" || code === "device_proof") return { kind: "forked" };
  if (status === 401) return { kind: "signed_out", wipe, ...(order ? { order } : {}) };
  if (status === 413 || status === 400) return { kind: "unfit" };
  return { kind: "failed", because: status === 0 ? "network" : "server", retry_after_s };
}
