/**
 * The way out of a broken release: served as /sw.js it takes the app's files off every phone and reloads its pages from the
 * server. Databases stay: nothing that a person wrote is touched.
 */

declare const self: ServiceWorkerGlobalScope;

self.addEventListener("install", event => { event.waitUntil(self.skipWaiting()); });

self.addEventListener("activate", event => { event.waitUntil(leave()); });

async function leave(): Promise<void> {
  for (const name of await caches.keys()) await caches.delete(name);
  await self.registration.unregister();
  for (const page of await self.clients.matchAll({ type: "window" })) await page.navigate(page.url).catch(() => null);
}
