/** The service worker: the app's files without a network, notifications, and delivery after the app was closed. */

import type { Courier } from "./courier.ts";
import { file_for, install, prune } from "./files.ts";
import { show } from "./notify.ts";
import { only } from "./trusted.ts";

declare const self: ServiceWorkerGlobalScope & { courier?: Courier };
/** The courier's address; the build puts it here. */
declare const __COURIER__: string;

const COURIER = only(__COURIER__).createScriptURL(__COURIER__);

self.addEventListener("install", event => {
  event.waitUntil(Promise.resolve().then(courier).then(install));
});

self.addEventListener("activate", event => {
  event.waitUntil(prune().then(() => self.clients.claim()));
});

/** The person agreed to the new version. A worker never takes over by itself. */
self.addEventListener("message", event => {
  if (event.data === "skip-waiting") event.waitUntil(self.skipWaiting());
});

self.addEventListener("fetch", event => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== location.origin || pathname.startsWith("/v1/")) return;
  const answer = file_for(mode === "navigate" && is_page(pathname) ? "/" : pathname);
  if (answer) event.respondWith(answer);
});

self.addEventListener("push", event => {
  event.waitUntil(show(event.data, () => courier().is_discreet()));
});

self.addEventListener("notificationclick", event => { event.waitUntil(open(event.notification)); });

self.addEventListener("pushsubscriptionchange", event => { event.waitUntil(courier().renew()); });

self.addEventListener("sync", event => {
  if (event.tag === "outbox") event.waitUntil(courier().deliver());
});

/** A browser keeps what was imported while installing; later imports read that, never the network. */
function courier(): Courier {
  if (!self.courier) importScripts(COURIER);
  if (!self.courier) throw new Error("no courier");
  return self.courier;
}

async function open(notification: Notification): Promise<void> {
  notification.close();
  const { target = "/" } = (notification.data ?? {}) as { target?: string };
  await Promise.resolve(target).then(it => courier().leave_target(it)).catch(() => undefined);
  const [page] = await self.clients.matchAll({ type: "window" });
  await (page ? page.focus() : self.clients.openWindow(target)).catch(() => null);
}

/** A page of the app has no dot in its last part; a file has. */
function is_page(path: string): boolean {
  return !path.slice(path.lastIndexOf("/")).includes(".");
}
