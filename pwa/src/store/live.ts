/** The app's model: signals that screens read, and the few verbs that they may call. Screens never fetch; the keeper does the work. */

import { signal } from "@preact/signals";
import { ask, listen } from "../keeper/client.ts";
import type { Gate, Here, NotMade, Opened, Told } from "../keeper/protocol.ts";
import { let_go } from "../push/device.ts";
import type { Registry } from "../sync/registry.ts";
import type { NotUnlocked, Way } from "../vault/vault.ts";
import type { Mutations, OwnAccount } from "../wire.ts";
import type { Blobs } from "./blobs.ts";
import { lost } from "./lost.ts";
import type { DemoPerson, OutboxItem } from "./model.ts";
import type { SignInFailure } from "./people.ts";
import { clear, fill, fill_outbox, fill_sending, look_through, now, session, state, to_item } from "./view.ts";

export type * from "./model.ts";
export type { SignInFailure } from "./people.ts";
export { agency, cases, hours, is_quiet, open_case, own, pending, session, state } from "./view.ts";

let update: () => void = () => undefined;

/** What was begun and not sent, by the place it is written in. */
export const drafts = signal<ReadonlyMap<string, string>>(new Map());

/** What stands between the person and what this phone holds. */
export const gate = signal<Gate>({ at: "door" });

/** Show what this phone holds. Asks nothing of the network. */
export async function start(registry: Registry): Promise<void> {
  look_through(registry, { open: scope => ask("look", scope), close: scope => { void ask("look_away", scope); } });
  listen(hear);
  try {
    const opened = await ask("open", here(), device_kind());
    if ("session" in opened) show(opened);
    else close(opened);
  } catch {
    now({ phase: "trouble", trouble: "storage" });
  }
  for (const change of ["online", "offline"]) addEventListener(change, tell_here);
  document.addEventListener("visibilitychange", tell_here);
}

/** Begin to talk to the server: after the first paint. */
export function begin_sync(): void {
  void ask("begin");
}

/** A page opened in the background is not painted; it must not wait for that. */
export function after_paint(work: () => void): void {
  if (document.visibilityState === "hidden") setTimeout(work);
  else requestAnimationFrame(() => setTimeout(work));
}

/** Store a change durably on this phone; resolves when closing the app can no longer lose it. Rejects if storage refuses. */
export async function enqueue<K extends keyof Mutations>(
  name: K, v: Mutations[K]["v"], scope: string, args: Mutations[K]["args"],
): Promise<OutboxItem> {
  const { id } = args as { id?: string };
  const kept = await ask("enqueue", { id: id ?? crypto.randomUUID(), at: new Date().toISOString(), name, v, scope, args });
  void ask_browser();
  return to_item(kept);
}

/** Let go of a refused or parked change, at the person's wish. */
export function discard(id: string): Promise<void> {
  return ask("discard", id);
}

/** The person has read what was lost. */
export function forget_lost(): Promise<void> {
  return ask("forget_lost");
}

/** Keep what is being written, so that neither a reload nor a new version loses it. Writes go out in the order they came. */
export function keep_draft(place: string, text: string): void {
  const kept = new Map(drafts.peek());
  if (text) kept.set(place, text);
  else kept.delete(place);
  drafts.value = kept;
  void ask("keep_draft", place, text);
}

/** What was begun at this place, and the way to go on with it. */
export function draft(place: string): [string, (text: string) => void] {
  return [drafts.value.get(place) ?? "", text => { keep_draft(place, text); }];
}

/** Now, at the person's wish: in field mode too. */
export function sync_now(): void {
  void ask("sync_now");
}

/** Weak signal counts as none, until this is turned off. */
export function set_field_mode(on: boolean): void {
  void ask("field", on);
}

/** Sign in at one of the server's doors: `/v1/sign-in`, or one below it. Resolves to null once signed in, else to why not. */
export function enter(path: string, body: object): Promise<SignInFailure | null> {
  return ask("enter", path, body);
}

/** The server has let this account in already. */
export function enter_account(account: OwnAccount): Promise<void> {
  return ask("enter_account", account);
}

/** Keep what comes from now on so that only this way opens it; null = keep nothing. Resolves to null when that is done. */
export function set_up(way: Way | null): Promise<NotMade | null> {
  return ask("set_up", way);
}

export function unlock(way: Way): Promise<NotUnlocked | null> {
  return ask("unlock", way);
}

export function change_way(present: Way, next: Way): Promise<NotUnlocked | NotMade | null> {
  return ask("change_way", present, next);
}

/** Close the vault. The page is loaded anew, so that nothing of what it showed is left in memory. Where nothing is kept, it is the end. */
export async function lock(everywhere: boolean): Promise<void> {
  const now_at = gate.peek();
  if (now_at.at !== "open") return;
  document.documentElement.dataset["covered"] = "";
  await (now_at.memory ? ask("leave", true) : ask("lock", everywhere)).catch(() => undefined);
  if ((navigator.serviceWorker as ServiceWorkerContainer | undefined)?.controller) location.reload();
  else delete document.documentElement.dataset["covered"];
}

/** Let go of a vault that its person cannot open, after signing in. */
export function start_over(): Promise<void> {
  return ask("start_over");
}

/** Let somebody else sign in. */
export function to_door(): Promise<void> {
  return ask("to_door");
}

/** The demonstration people, or null where the demonstration is off or out of reach. */
export function demo_people(): Promise<DemoPerson[] | null> {
  return ask("demo_people");
}

/**
 * End the session and take the cases off this phone. With `forget`, the outbox goes too: if something is still unsent after a
 * last try, nothing happens and `unsent` says how many. Ask, then call again with `anyway`.
 */
export async function sign_out({ forget, anyway = false }: { forget: boolean; anyway?: boolean }): Promise<{ done: boolean; unsent: number }> {
  if (!session.value) return { done: true, unsent: 0 };
  if (state.value.unsent && !anyway) await ask("deliver");
  const { unsent } = state.value;
  if (forget && unsent && !anyway) return { done: false, unsent };
  await let_go().catch(() => undefined);
  await ask("leave", forget);
  return { done: true, unsent };
}

/** The files of whoever is signed in. */
export const files: Pick<Blobs, "put" | "get" | "delete" | "notes"> = {
  put: (note, bytes) => ask("put_file", note, bytes),
  get: id => ask("file", id),
  delete: id => ask("delete_file", id),
  notes: () => ask("files"),
};

/** Switch every tab to the waiting new version. */
export function apply_update(): void {
  update();
}

/** A new version waits; `apply` is called when the person agrees. */
export function offer_update(apply: () => void): void {
  update = apply;
  now({ update_ready: true });
}

function hear(told: Told): void {
  if (told.what === "opened") {
    show(told.opened);
    after_paint(begin_sync);
  } else if (told.what === "read") fill(told.reading);
  else if (told.what === "outbox") fill_outbox(told.items, told.lost);
  else if (told.what === "sending") fill_sending(told.ids);
  else if (told.what === "state") now(told.state);
  else if (told.what === "session") session.value = told.session;
  else if (told.what === "target") dispatchEvent(new Event("porchlight:target"));
  else if (told.what === "begin_anew") location.reload();
  else if (told.what === "lock") void lock(false);
  else {
    close(told.gate);
    if (told.wipe) void forget_page();
  }
}

function show(opened: Opened): void {
  clear();
  gate.value = opened.gate;
  session.value = opened.session;
  drafts.value = opened.drafts;
  lost.value = opened.lost;
  now({ phase: state.value.field ? "field" : navigator.onLine ? "idle" : "offline" });
  fill(opened.reading);
}

function close(now_at: Gate): void {
  drafts.value = new Map();
  clear();
  gate.value = now_at;
}

/** The agency said to forget this phone: its notices and the app's own files go as well. */
async function forget_page(): Promise<void> {
  await let_go().catch(() => undefined);
  for (const name of await caches.keys()) await caches.delete(name);
  await (await navigator.serviceWorker.getRegistration())?.unregister();
}

function here(): Here {
  return { online: navigator.onLine, visible: document.visibilityState === "visible" };
}

function tell_here(): void {
  void ask("here", here());
}

/** Deliver even if the app is closed, where the browser can; and keep our storage when space runs short. */
async function ask_browser(): Promise<void> {
  const worker = await navigator.serviceWorker?.ready;
  await worker?.sync?.register("outbox").catch(() => undefined);
  await navigator.storage.persist?.().catch(() => false);
}

function device_kind(): string {
  const installed = matchMedia("(display-mode: standalone)").matches ? "installed" : "browser";
  return `${installed} ${navigator.maxTouchPoints > 0 ? "touch" : "pointer"}`;
}
