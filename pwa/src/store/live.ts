/** The app's model: signals that screens read, and the few verbs that they may call. Screens never fetch. */

import { signal } from "@preact/signals";
import { let_go } from "../push/device.ts";
import { type Channel, channel, type News } from "../sync/channel.ts";
import { type Loop, start_loop } from "../sync/loop.ts";
import { type Poke, poke } from "../sync/poke.ts";
import type { Store } from "../sync/round.ts";
import { type Ending, session as sync_session } from "../sync/session.ts";
import type { Registry } from "../sync/registry.ts";
import type { Mutations } from "../wire.ts";
import { boxes_of, type Changes, type ScopeBox } from "./boxes.ts";
import { keep, type Person, recall } from "./install.ts";
import { lost } from "./lost.ts";
import type { DemoPerson, OutboxItem, SyncState } from "./model.ts";
import { outbox_of } from "./outbox.ts";
import { end_session_if_due, find_demo_people, leave, lose_session, sign_in_with, type SignInFailure } from "./people.ts";
import { clear, fill, fill_outbox, fill_sending, look_through, now, on_show, session, state, to_item } from "./view.ts";

export type * from "./model.ts";
export type { SignInFailure } from "./people.ts";
export { agency, cases, hours, is_quiet, open_case, own, pending, session, state } from "./view.ts";

interface Open {
  person: Person;
  store: Store;
  loop: Loop | null;
  poke: Poke | null;
}

let registry: Registry;
let news: Channel;
let open: Open | null = null;
let poll_s = 60;
let update: () => void = () => undefined;
let reading: Promise<unknown> = Promise.resolve();
let writing: Promise<unknown> = Promise.resolve();

/** What was begun and not sent, by the place it is written in. */
export const drafts = signal<ReadonlyMap<string, string>>(new Map());

/** Show what this phone holds. Asks nothing of the network. */
export async function start(with_registry: Registry): Promise<void> {
  registry = with_registry;
  news = channel(hear);
  look_through(registry, scope => open ? open.store.boxes.scope(scope) : Promise.resolve(null));
  try {
    const person = await recall("person");
    if (person?.signed_in) await adopt(person);
    else clear();
  } catch {
    now({ phase: "trouble", trouble: "storage" });
  }
}

/** Begin to talk to the server: after the first paint. */
export function begin_sync(): void {
  if (!open) {
    void end_session_if_due();
    return;
  }
  const it = open;
  if (it.loop) return;
  const loop = start_loop(since => talk(it, since), () => poll_s);
  it.loop = loop;
  it.poke = poke(() => { loop.wake(); });
  loop.wake();
}

/** Store a change durably on this phone; resolves when closing the app can no longer lose it. Rejects if storage refuses. */
export async function enqueue<K extends keyof Mutations>(
  name: K, v: Mutations[K]["v"], scope: string, args: Mutations[K]["args"],
): Promise<OutboxItem> {
  if (!open) throw new Error("nobody is signed in");
  const it = open;
  const { id } = args as { id?: string };
  const kept = await it.store.outbox.add({ id: id ?? crypto.randomUUID(), at: new Date().toISOString(), name, v, scope, args });
  await outbox_changed(it);
  it.loop?.wake();
  void ask_browser();
  return to_item(kept);
}

/** Let go of a refused or parked change, at the person's wish. */
export async function discard(id: string): Promise<void> {
  if (!open) return;
  await open.store.outbox.discard(id);
  await outbox_changed(open);
}

/** The person has read what was lost. */
export async function forget_lost(): Promise<void> {
  if (!open) return;
  await open.store.outbox.forget_lost();
  await outbox_changed(open);
}

/** Keep what is being written, so that neither a reload nor a new version loses it. Writes go out in the order they came. */
export function keep_draft(place: string, text: string): void {
  if (!open) return;
  const { outbox } = open.store;
  const kept = new Map(drafts.peek());
  if (text) kept.set(place, text);
  else kept.delete(place);
  drafts.value = kept;
  writing = writing.then(() => outbox.keep_draft(place, text)).catch(() => undefined);
}

export function sync_now(): void {
  open?.loop?.wake();
}

/** Resolves to null once signed in, else to why not. */
export function sign_in(login: string, password: string): Promise<SignInFailure | null> {
  return enter("/v1/sign-in", { login, password });
}

export function demo_sign_in(key: string): Promise<SignInFailure | null> {
  return enter("/v1/demo/sign-in", { key });
}

/** The demonstration people, or null where the demonstration is off or out of reach. */
export function demo_people(): Promise<DemoPerson[] | null> {
  return find_demo_people();
}

/**
 * End the session and take the cases off this phone. With `forget`, the outbox goes too: if something is still unsent after a
 * last try, nothing happens and `unsent` says how many. Ask, then call again with `anyway`.
 */
export async function sign_out({ forget, anyway = false }: { forget: boolean; anyway?: boolean }): Promise<{ done: boolean; unsent: number }> {
  if (!open) return { done: true, unsent: 0 };
  const it = open;
  if (state.value.unsent && !anyway) await talk(it, Date.now());
  const { unsent } = state.value;
  if (forget && unsent && !anyway) return { done: false, unsent };
  await let_go().catch(() => undefined);
  stop();
  await leave(it.person, forget);
  clear();
  news.tell({ what: "person" });
  await end_session_if_due();
  return { done: true, unsent };
}

/** Switch every tab to the waiting new version. */
export function apply_update(): void {
  update();
}

/** A new version waits; `apply` is called when the person agrees. */
export function offer_update(apply: () => void): void {
  update = apply;
  now({ update_ready: true });
}

async function enter(path: string, body: object): Promise<SignInFailure | null> {
  const person = await sign_in_with(path, body);
  if ("code" in person) return person;
  close();
  await adopt(person);
  news.tell({ what: "person" });
  begin_sync();
  return null;
}

async function adopt(person: Person): Promise<void> {
  const store = { outbox: outbox_of(person.key), boxes: boxes_of(person.key), summarize: registry.summarize };
  open = { person, store, loop: null, poke: null };
  session.value = person.session;
  const [begun] = await Promise.all([store.outbox.drafts(), read_all(open, [])]);
  drafts.value = begun;
  now({ phase: navigator.onLine ? "idle" : "offline" });
}

function close(): void {
  stop();
  drafts.value = new Map();
  clear();
}

function stop(): void {
  open?.loop?.stop();
  open?.poke?.stop();
  open = null;
}

/** One session with the server, with the phase told truly before, during and after. */
async function talk(it: Open, since: number): Promise<Ending> {
  now({ phase: "syncing" });
  const ending = await sync_session(it.store, device_kind(), since, {
    sending(ids) {
      if (open === it) fill_sending(ids);
      news.tell({ what: "sending", ids: Array.from(ids) });
    },
    applied: changes => applied(it, changes),
  });
  if (open !== it) return { kind: "signed_out", wipe: false };
  if (ending.kind === "signed_out") {
    close();
    if (ending.wipe) await let_go().catch(() => undefined);
    await lose_session(it.person, ending.wipe);
    news.tell({ what: "person" });
    return ending;
  }
  await outbox_changed(it);
  await keep_session(it);
  now(phase_after(ending));
  if (ending.kind === "done") it.poke?.listen();
  return ending;
}

function phase_after(ending: Ending): Partial<SyncState> {
  if (ending.kind === "old_schema") return { phase: "trouble", trouble: "schema" };
  if (ending.kind !== "failed") return { phase: "idle" };
  return navigator.onLine ? { phase: "trouble", trouble: ending.because } : { phase: "offline" };
}

/** This tab applied an answer: what it wrote is at hand, only the outbox has to be read. */
async function applied(it: Open, changes: Changes): Promise<void> {
  const { standing, holds, list, drop, put } = changes;
  news.tell({ what: "applied", scopes: [...drop, ...put.map(box => box.scope)] });
  const items = await it.store.outbox.items();
  if (open !== it) return;
  poll_s = standing.poll_s;
  const boxes = new Map<string, ScopeBox | null>(drop.map(scope => [scope, null]));
  for (const box of put) boxes.set(box.scope, box);
  fill({ items, standing, holds, list, boxes });
}

/** Boot reads who is signed in before any box: keep that in step with what the agency says, and with the device we have become. */
async function keep_session(it: Open): Promise<void> {
  const { id } = await it.store.outbox.device();
  if (open !== it || !session.value) return;
  if (session.value.device !== id) session.value = { ...session.value, device: id };
  if (session.value === it.person.session) return;
  it.person = { ...it.person, session: session.value };
  await keep("person", it.person);
}

function hear(heard: News): void {
  const it = open;
  if (heard.what === "person") void follow_person();
  else if (!it) return;
  else if (heard.what === "applied") in_turn(() => read_all(it, heard.scopes));
  else if (heard.what === "outbox") in_turn(() => read_outbox(it));
  else if (heard.what === "target") dispatchEvent(new Event("porchlight:target"));
  else fill_sending(heard.ids);
}

/** Somebody signed in or out elsewhere: begin anew, unless this page knows already. */
async function follow_person(): Promise<void> {
  const person = await recall("person");
  const signed_in = person?.signed_in ? person.key : undefined;
  if (signed_in !== open?.person.key) location.reload();
}

/** One reading after the other, so that an older one never overwrites a newer. */
function in_turn(work: () => Promise<void>): void {
  reading = reading.then(work).catch(() => { now({ phase: "trouble", trouble: "storage" }); });
}

async function read_all(it: Open, scopes: readonly string[]): Promise<void> {
  const wanted = on_show().filter(scope => scopes.includes(scope));
  const [items, device] = await Promise.all([it.store.outbox.items(), it.store.outbox.device(), it.store.boxes.ready()]);
  const { standing, holds, list } = await it.store.boxes.read();
  const found = await it.store.boxes.scopes(wanted);
  if (open !== it) return;
  poll_s = standing.poll_s;
  lost.value = device.lost ?? [];
  fill({ items, standing, holds, list, boxes: new Map(wanted.map(scope => [scope, found.get(scope) ?? null])) });
}

async function read_outbox(it: Open): Promise<void> {
  const [items, device] = await Promise.all([it.store.outbox.items(), it.store.outbox.device()]);
  if (open !== it) return;
  lost.value = device.lost ?? [];
  fill_outbox(items);
}

async function outbox_changed(it: Open): Promise<void> {
  news.tell({ what: "outbox" });
  await read_outbox(it);
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
