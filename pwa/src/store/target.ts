/** A tapped notification: its target was written down by the worker, and the page follows it when it can. */

import { take } from "./install.ts";

/** Go where the last tapped notification leads, once. The router hears it as any other change of address. */
export async function follow_target(): Promise<void> {
  const target = await take("target").catch(() => undefined);
  if (!target || target === location.pathname) return;
  history.pushState(null, "", target);
  dispatchEvent(new PopStateEvent("popstate", { state: null }));
}

/** Suspended apps are only brought to the front: look whenever this page becomes visible, or is told. */
export function watch_target(): void {
  addEventListener("porchlight:target", () => { void follow_target(); });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") void follow_target(); });
}
