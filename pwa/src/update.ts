/** The page's side of the service worker: it registers, looks for new versions and lets the person decide when to switch. */

import { state } from "./store/live.ts";
import { script_url } from "./worker/trusted.ts";

const HOUR_MS = 3_600_000;

/** `offer` is told how to switch when a new version waits. */
export async function register_worker(offer: (apply: () => void) => void): Promise<void> {
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  if (!container) return;
  reload_on_switch(container);
  const registration = await container.register(script_url("/sw.js"), { updateViaCache: "none" });
  const look = (): void => {
    if (!registration.waiting || !container.controller) return;
    offer(() => {
      if (registration.waiting) registration.waiting.postMessage("skip-waiting");
      else location.reload();
    });
  };
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", look));
  look();
  look_for_updates(registration);
}

/** The first worker claims the page that installed it; only a later one replaces another, and then every page must be of its version. */
function reload_on_switch(container: ServiceWorkerContainer): void {
  let { controller } = container;
  container.addEventListener("controllerchange", () => {
    if (controller) location.reload();
    ({ controller } = container);
  });
}

/** iOS does not look when an app comes back. One look at a time: several at once can strand a waiting version. */
function look_for_updates(registration: ServiceWorkerRegistration): void {
  let looking = false;
  const look = async (): Promise<void> => {
    if (looking || registration.waiting || document.visibilityState === "hidden" || !navigator.onLine || state.value.field) return;
    looking = true;
    await registration.update().catch(() => undefined);
    looking = false;
  };
  document.addEventListener("visibilitychange", () => { void look(); });
  setInterval(() => { void look(); }, HOUR_MS);
}
