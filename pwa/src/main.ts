/** Starts the app: first what this phone holds, then the screen, and only after the first paint the network and the worker. */

import "./keeper/client.ts"; // first: the keeper starts while the rest of the app still does
import { h, render } from "preact";
import { App } from "./app.tsx";
import { watch_push } from "./push/device.ts";
import { REGISTRY } from "./registry.ts";
import { after_paint, begin_sync, offer_update, start } from "./store/live.ts";
import { follow_target, watch_target } from "./store/target.ts";
import { register_worker } from "./update.ts";

async function boot(): Promise<void> {
  performance.mark("begun");
  await Promise.all([start(REGISTRY), follow_target(), page_read()]);
  performance.mark("held");
  const root = document.getElementById("app");
  if (root) render(h(App, null), root);
  performance.mark("drawn");
  after_paint(() => {
    performance.mark("painted");
    begin_sync();
    watch_target();
    watch_push();
    void import("./documents/upload.ts").then(it => { it.watch_uploads(); });
    if (import.meta.env.PROD) void register_worker(offer_update);
  });
}

/** What the loader adds does not wait for the page to be read to its end. */
function page_read(): Promise<unknown> {
  return document.readyState === "loading" ? new Promise(read => { addEventListener("DOMContentLoaded", read); }) : Promise.resolve();
}

void boot();
