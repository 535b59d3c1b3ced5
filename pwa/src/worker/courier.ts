/**
 * The part of the service worker that talks to the server and the databases. A script of its own, read only when there is
 * something to carry: starting the app without a network waits for the small rest alone.
 */

import { call } from "../net/http.ts";
import { subscription_keys } from "../push/keys.ts";
import { keep, recall } from "../store/install.ts";
import { to_hand_over } from "../store/outbox.ts";
import { channel } from "../sync/channel.ts";
import { go_on_all } from "../vault/going.ts";
import { find_record } from "../vault/record.ts";
import { hand_over } from "../vault/server.ts";

export interface Courier {
  deliver(): Promise<void>;
  leave_target(target: string): Promise<void>;
  renew(): Promise<void>;
  is_discreet(): Promise<boolean>;
}

declare const self: ServiceWorkerGlobalScope & { courier?: Courier };

const news = channel(() => undefined);

self.courier = { deliver, leave_target, renew, is_discreet: async () => await recall("discreet") ?? false };

/**
 * Deliver what was written before the app was closed or locked. A worker has no key: it hands over what only the server can read, and the
 * app learns of the outcome when it is open again. Rejects when it failed, so that the browser tries again later.
 */
async function deliver(): Promise<void> {
  if (await recall("field")) return;
  await go_on_all();
  const person = await recall("person");
  const record = person && await find_record(person.key);
  if (!record || record.going) return;
  const handed = await navigator.locks.request("sync", async () => {
    const { device, items } = await to_hand_over(record.id);
    return items.length === 0 || !device.registered || await hand_over(record.device_key, device.id, items);
  });
  if (!handed) throw new Error("not taken");
}

/** Written down before anything opens: iOS forgets the address on the way, and a page that already shows must be told. */
async function leave_target(target: string): Promise<void> {
  await keep("target", target);
  news.tell({ what: "target" });
}

/** The browser dropped or changed our subscription, maybe with no session alive: subscribe again, and say so with the token made for only this. */
async function renew(): Promise<void> {
  const known = await recall("renewal");
  if (!known) return;
  const made = await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: known.key });
  const reply = await call("POST", "/v1/push/renew", { renew: known.renew, key_id: known.key_id, ...subscription_keys(made) });
  const { renew: next } = (reply.body ?? {}) as { renew?: string };
  if (reply.status >= 200 && reply.status < 300) await keep("renewal", { ...known, renew: next ?? known.renew });
}
