/**
 * The part of the service worker that talks to the server and the databases. A script of its own, read only when there is
 * something to carry: starting the app without a network waits for the small rest alone.
 */

import { call } from "../net/http.ts";
import { subscription_keys } from "../push/keys.ts";
import { REGISTRY } from "../registry.ts";
import { boxes_of } from "../store/boxes.ts";
import { keep, recall } from "../store/install.ts";
import { outbox_of } from "../store/outbox.ts";
import { lose_session } from "../store/people.ts";
import { channel } from "../sync/channel.ts";
import { session } from "../sync/session.ts";

export interface Courier {
  sync(): Promise<void>;
  leave_target(target: string): Promise<void>;
  renew(): Promise<void>;
}

declare const self: ServiceWorkerGlobalScope & { courier?: Courier };

const news = channel(() => undefined);

self.courier = { sync, leave_target, renew };

/** The same session as a page's, under the same lock. Rejects when it failed, so that the browser tries again later. */
async function sync(): Promise<void> {
  const person = await recall("person");
  if (!person?.signed_in || await recall("field")) return;
  const store = { outbox: outbox_of(person.key), boxes: boxes_of(person.key), summarize: REGISTRY.summarize };
  const ending = await session(store, "worker", Date.now(), {
    sending: ids => { news.tell({ what: "sending", ids: Array.from(ids) }); },
    applied: ({ drop, put }) => { news.tell({ what: "applied", scopes: [...drop, ...put.map(box => box.scope)] }); },
  });
  news.tell({ what: "outbox" });
  if (ending.kind === "signed_out") {
    await lose_session(person, ending.wipe);
    news.tell({ what: "person" });
  }
  if (ending.kind === "failed") throw new Error(ending.because);
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
