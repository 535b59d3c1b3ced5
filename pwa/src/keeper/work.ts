/** What the keeper does: the verbs of `protocol.ts`, over one person's boxes and outbox and the loop that keeps them equal to the server. */

import { boxes_of, type Changes, type ScopeBox } from "../store/boxes.ts";
import { drop, keep, type Person, recall } from "../store/install.ts";
import type { Session, SyncState } from "../store/model.ts";
import { outbox_of } from "../store/outbox.ts";
import { end_session_if_due, find_demo_people, leave, lose_session, person_of, sign_in_with, type SignInFailure } from "../store/people.ts";
import type { Summarize } from "../sync/apply.ts";
import { type Channel, channel, type News } from "../sync/channel.ts";
import { type Loop, start_loop } from "../sync/loop.ts";
import { type Poke, poke } from "../sync/poke.ts";
import type { Store } from "../sync/round.ts";
import { type Ending, session as sync_session } from "../sync/session.ts";
import type { Account } from "../wire.ts";
import type { Here, ListNews, Opened, Reading, Told, Verb, Verbs } from "./protocol.ts";

export type Keeper = { [V in Verb]: (...args: Parameters<Verbs[V]>) => ReturnType<Verbs[V]> | Promise<ReturnType<Verbs[V]>> };

interface Open {
  person: Person;
  store: Store;
  loop: Loop;
  poke: Poke;
  /** The scopes on some screen now. */
  shown: Set<string>;
  /** The state of the boxes that the page was last told. */
  told?: string | undefined;
}

interface Desk {
  summarize: Summarize;
  tell: (told: Told) => void;
  news: Channel;
  here: Here;
  kind: string;
  begun: boolean;
  /** Weak signal counts as none: nothing is tried until the person asks. */
  field: boolean;
  open: Open | null;
  poll_s: number;
  reading: Promise<unknown>;
  writing: Promise<unknown>;
}

const NEVER: Ending = { kind: "signed_out", wipe: false };

export function keeper(summarize: Summarize, tell: (told: Told) => void): Keeper {
  const desk: Desk = {
    summarize, tell, news: channel(heard => { hear(desk, heard); }), here: { online: true, visible: true }, kind: "browser", begun: false, field: false,
    open: null, poll_s: 60, reading: Promise.resolve(), writing: Promise.resolve(),
  };
  const outbox = () => opened(desk).store.outbox;
  const changed = async (work: Promise<void>) => { await work; await outbox_changed(desk, opened(desk)); };
  return {
    open: (here, kind) => open_last(desk, here, kind),
    begin: () => { begin(desk); },
    here: here => { look_up(desk, here); },
    sync_now: () => { desk.open?.loop.wake(true); },
    field: on => set_field(desk, on),
    enter: (path, body) => enter(desk, path, body),
    enter_account: async account => { await enter_as(desk, await person_of(account)); },
    demo_people: () => find_demo_people(),
    deliver: async () => { if (desk.open) await talk(desk, desk.open, Date.now()); },
    leave: forget => sign_out(desk, forget),
    look(scope) {
      desk.open?.shown.add(scope);
      return desk.open?.store.boxes.scope(scope) ?? null;
    },
    look_away: scope => { desk.open?.shown.delete(scope); },
    async enqueue(mutation) {
      const it = opened(desk);
      const kept = await it.store.outbox.add(mutation);
      await outbox_changed(desk, it);
      it.loop.wake();
      return kept;
    },
    discard: id => changed(outbox().discard(id)),
    forget_lost: () => changed(outbox().forget_lost()),
    keep_draft(place, text) {
      const box = desk.open?.store.outbox;
      desk.writing = desk.writing.then(() => box?.keep_draft(place, text)).catch(() => undefined);
    },
  };
}

function opened(desk: Desk): Open {
  if (!desk.open) throw new Error("nobody is signed in");
  return desk.open;
}

async function open_last(desk: Desk, here: Here, kind: string): Promise<Opened | null> {
  Object.assign(desk, { here, kind });
  const [person, field] = await Promise.all([recall("person"), recall("field")]);
  desk.field = field ?? false;
  return person?.signed_in ? adopt(desk, person) : null;
}

async function enter(desk: Desk, path: string, body: object): Promise<SignInFailure | null> {
  const person = await sign_in_with(path, body);
  if ("code" in person) return person;
  await enter_as(desk, person);
  return null;
}

async function enter_as(desk: Desk, person: Person): Promise<void> {
  stop(desk);
  desk.tell({ what: "opened", opened: await adopt(desk, person) });
  desk.news.tell({ what: "person" });
  begin(desk);
}

async function adopt(desk: Desk, person: Person): Promise<Opened> {
  const store = { outbox: outbox_of(person.key), boxes: boxes_of(person.key), summarize: desk.summarize };
  const loop = start_loop({
    run: since => talk(desk, it, since), poll_s: () => desk.poll_s, here: () => desk.here, may: () => desk.begun && !desk.field,
  });
  const it: Open = { person, store, loop, poke: poke(() => { loop.wake(); }, () => desk.here.visible && !desk.field), shown: new Set() };
  desk.open = it;
  const [drafts, device, reading] = await Promise.all([store.outbox.drafts(), store.outbox.device(), read(it, [])]);
  desk.poll_s = reading.standing.poll_s;
  desk.tell({ what: "state", state: quiet_phase(desk) });
  return { session: it.person.session, drafts, lost: device.lost ?? [], reading };
}

function begin(desk: Desk): void {
  desk.begun = true;
  if (desk.open) desk.open.loop.wake();
  else void end_session_if_due();
}

function stop(desk: Desk): void {
  desk.open?.loop.stop();
  desk.open?.poke.stop();
  desk.open = null;
}

async function sign_out(desk: Desk, forget: boolean): Promise<void> {
  const it = opened(desk);
  stop(desk);
  await desk.writing;
  await leave(it.person, forget);
  desk.tell({ what: "closed", wipe: false });
  desk.news.tell({ what: "person" });
  await end_session_if_due();
}

function look_up(desk: Desk, here: Here): void {
  const before = desk.here;
  desk.here = here;
  desk.open?.loop.turned(before);
  if (!here.visible) desk.open?.poke.close();
}

async function set_field(desk: Desk, on: boolean): Promise<void> {
  if (on) await keep("field", true);
  else await drop("field");
  desk.news.tell({ what: "field" });
  follow_field(desk, on);
}

function follow_field(desk: Desk, on: boolean): void {
  desk.field = on;
  if (on) desk.open?.poke.close();
  desk.tell({ what: "state", state: quiet_phase(desk) });
  if (!on) desk.open?.loop.wake();
}

/** One session with the server, with the phase told truly before, during and after. */
async function talk(desk: Desk, it: Open, since: number): Promise<Ending> {
  desk.tell({ what: "state", state: { phase: "syncing" } });
  const ending = await sync_session(it.store, desk.kind, since, {
    sending(ids) {
      if (desk.open === it) desk.tell({ what: "sending", ids });
      desk.news.tell({ what: "sending", ids: Array.from(ids) });
    },
    applied: changes => applied(desk, it, changes),
  });
  if (desk.open !== it) return NEVER;
  if (ending.kind === "signed_out") {
    stop(desk);
    await lose_session(it.person, ending.wipe);
    desk.tell({ what: "closed", wipe: ending.wipe });
    desk.news.tell({ what: "person" });
    return ending;
  }
  await outbox_changed(desk, it);
  await catch_up(desk, it);
  desk.tell({ what: "state", state: phase_after(desk, ending) });
  if (ending.kind === "done") it.poke.listen();
  return ending;
}

function phase_after(desk: Desk, ending: Ending): Partial<SyncState> {
  if (ending.kind === "old_schema") return { phase: "trouble", trouble: "schema" };
  if (ending.kind !== "failed" || desk.field || !desk.here.online) return quiet_phase(desk);
  return { phase: "trouble", trouble: ending.because };
}

function quiet_phase({ field, here }: Desk): Partial<SyncState> {
  return { phase: field ? "field" : here.online ? "idle" : "offline", field };
}

/** This keeper applied an answer: what it wrote is at hand, only the outbox has to be read. */
async function applied(desk: Desk, it: Open, changes: Changes): Promise<void> {
  const { standing, holds, drop: gone, put } = changes;
  desk.news.tell({ what: "applied", scopes: [...gone, ...put.map(box => box.scope)] });
  const [items, { stamp }] = await Promise.all([it.store.outbox.items(), it.store.boxes.read()]);
  if (desk.open !== it) return;
  desk.poll_s = standing.poll_s;
  it.told = changes.base === it.told ? stamp : undefined; // somebody else wrote since: `catch_up` reads it all
  const boxes = new Map<string, ScopeBox | null>(gone.filter(scope => it.shown.has(scope)).map(scope => [scope, null]));
  for (const box of put) if (it.shown.has(box.scope)) boxes.set(box.scope, box);
  desk.tell({ what: "read", reading: { items, standing, holds, list: news_of(changes), boxes } });
  if (changes.list) await keep_session(desk, it, changes.list.account);
}

/** The list's entries for the boxes of this change; nothing else of it is other than before. */
function news_of({ list, drop: gone, put }: Changes): ListNews | null {
  if (!list) return null;
  const changed = new Set(put.map(box => box.scope));
  const entries = list.cases.filter(item => changed.has(item.scope));
  for (const { scope } of entries) changed.delete(scope);
  return { ...list, cases: null, put: entries, drop: [...gone, ...changed] };
}

/** Another tab, or a worker that died before it could say so, may have changed the boxes. */
async function catch_up(desk: Desk, it: Open): Promise<void> {
  if ((await it.store.boxes.read()).stamp !== it.told) await read_all(desk, it, Array.from(it.shown));
}

function hear(desk: Desk, heard: News): void {
  const it = desk.open;
  if (heard.what === "person") void follow_person(desk);
  else if (heard.what === "target") desk.tell(heard);
  else if (heard.what === "field") void recall("field").then(on => { follow_field(desk, on ?? false); });
  else if (!it) return;
  else if (heard.what === "applied") in_turn(desk, () => read_all(desk, it, heard.scopes));
  else if (heard.what === "outbox") in_turn(desk, () => read_outbox(desk, it));
  else desk.tell(heard);
}

/** Somebody signed in or out elsewhere: begin anew, unless this page knows already. */
async function follow_person(desk: Desk): Promise<void> {
  const person = await recall("person");
  const signed_in = person?.signed_in ? person.key : undefined;
  if (signed_in !== desk.open?.person.key) desk.tell({ what: "begin_anew" });
}

/** One reading after the other, so that an older one never overwrites a newer. */
function in_turn(desk: Desk, work: () => Promise<void>): void {
  desk.reading = desk.reading.then(work).catch(() => { desk.tell({ what: "state", state: { phase: "trouble", trouble: "storage" } }); });
}

async function read_all(desk: Desk, it: Open, scopes: readonly string[]): Promise<void> {
  const reading = await read(it, scopes.filter(scope => it.shown.has(scope)));
  if (desk.open !== it) return;
  desk.poll_s = reading.standing.poll_s;
  desk.tell({ what: "read", reading });
  await read_outbox(desk, it);
}

async function read(it: Open, scopes: readonly string[]): Promise<Reading> {
  const items = await it.store.outbox.items();
  const { standing, holds, list, stamp } = await it.store.boxes.read();
  const found = await it.store.boxes.scopes(scopes);
  it.told = stamp;
  const boxes = new Map(scopes.map(scope => [scope, found.get(scope) ?? null]));
  return { items, standing, holds, list: { ...list, put: [], drop: [] }, boxes };
}

async function read_outbox(desk: Desk, it: Open): Promise<void> {
  const [items, device] = await Promise.all([it.store.outbox.items(), it.store.outbox.device()]);
  if (desk.open === it) desk.tell({ what: "outbox", items, lost: device.lost ?? [] });
}

async function outbox_changed(desk: Desk, it: Open): Promise<void> {
  desk.news.tell({ what: "outbox" });
  await read_outbox(desk, it);
}

/** Boot reads who is signed in before any box: keep that in step with what the agency says, and with the device we have become. */
async function keep_session(desk: Desk, it: Open, account: (Account & { id: string }) | null): Promise<void> {
  const { id: device } = await it.store.outbox.device();
  const before = it.person.session;
  const session: Session = { ...before, ...(account?.id === before.account_id ? session_of(account) : {}), device };
  if (desk.open !== it || JSON.stringify(session) === JSON.stringify(before)) return;
  it.person = { ...it.person, session };
  await keep("person", it.person);
  desk.tell({ what: "session", session });
}

function session_of({ role, display_name, language, time_zone, alert, alert_at }: Account): Omit<Session, "account_id" | "device"> {
  return { role, display_name, language, time_zone, alert, alert_at };
}
