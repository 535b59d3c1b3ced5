/** Nobody here: what was on the screen is covered at once, and after a while the vault is closed. Runs in the page, without a network. */

import { effect } from "@preact/signals";
import { gate, lock, session } from "../store/live.ts";
import { type Away, is_away } from "./rules.ts";

const LOOK_MS = 10_000;
const SIGNS = ["pointerdown", "keydown", "wheel", "touchstart"];

const away: Away = { hidden_at: null, touched_at: Date.now(), picker_at: 0 };

export function watch_away(): void {
  for (const sign of SIGNS) addEventListener(sign, touched, { capture: true, passive: true });
  addEventListener("click", event => { if (opens_picker(event.target)) away.picker_at = Date.now(); }, { capture: true });
  document.addEventListener("visibilitychange", turned);
  addEventListener("pagehide", leave_nothing);
  setInterval(look, LOOK_MS);
  effect(() => { if (gate.value.at === "open") touched(); });
}

function touched(): void {
  look(); // a phone that slept may wake by a touch, before any timer
  away.touched_at = Date.now();
}

function turned(): void {
  if (document.visibilityState === "hidden") {
    away.hidden_at = Date.now();
    cover(gate.peek().at === "open");
    return;
  }
  look();
  away.hidden_at = null;
  if (gate.peek().at === "open" && !is_away(away, is_staff(), Date.now())) cover(false);
  if (gate.peek().at !== "open") cover(false);
}

function look(): void {
  if (gate.peek().at === "open" && is_away(away, is_staff(), Date.now())) void lock(false);
}

/** Nothing of a case is in the picture that phones keep of an app in the background. */
function cover(on: boolean): void {
  if (on) document.documentElement.dataset["covered"] = "";
  else delete document.documentElement.dataset["covered"];
}

/** Where nothing is to be kept, the session ends with the page too. */
function leave_nothing(): void {
  const now = gate.peek();
  if (now.at !== "open" || !now.memory) return;
  const device = session.peek()?.device;
  const body = JSON.stringify(device ? { device } : {});
  void fetch("/v1/sign-out", { method: "POST", keepalive: true, headers: { "content-type": "application/json" }, body });
}

function is_staff(): boolean {
  return session.peek()?.role !== "parent";
}

function opens_picker(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement && target.type === "file";
}
