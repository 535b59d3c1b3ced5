/** What the keeper does: the verbs of `protocol.ts`, over one person's boxes and outbox and the loop that keeps them equal to the server. */

import type { Changes, ScopeBox } from "../store/boxes.ts";
import { drop, keep, recall } from "../store/install.ts";
import { holds_cases, type Session, type SyncState } from "../store/model.ts";
import { end_session_if_due, find_demo_people, session_of as session_from } from "../store/people.ts";
import type { Summarize } from "../sync/apply.ts";
import { channel, type News } from "../sync/channel.ts";
import { start_loop } from "../sync/loop.ts";
import { poke } from "../sync/poke.ts";
import type { Store } from "../sync/round.ts";
import { type Ending, session as sync_session } from "../sync/session.ts";
import { go_on_all } from "../vault/going.ts";
import { how_long, keep_time, runs_out } from "../vault/lasting.ts";
import { latest, MINUTE_MS } from "../vault/rules.ts";
import type { Account } from "../wire.ts";
import type { Desk, Open, Owner } from "./desk.ts";
import { change_to, come_in, enter, leave_phone, lock, lose, open_last, set_up, start_over, to_door, unlock_with } from "./gate.ts";
import type { Here, ListNews, Opened, Reading, Told, Verb, Verbs } from "./protocol.ts";

export type Keeper = { [V in Verb]: (...args: Parameters<Verbs[V]>) => ReturnType<Verbs[V]> | Promise<ReturnType<Verbs[V]>> };

const NEVER: Ending = { kind: "signed_out", wipe: false };

export function keeper(summarize: Summarize, tell: (told: Told) => void): Keeper {
  const desk: Desk = {
    summarize, tell, news: channel(heard => { hear(desk, heard); }), here: { online: true, visible: true }, kind: "browser", begun: false, field: false,
    open: null, vault: null, newcomer: null, poll_s: 60, reading: Promise.resolve(), writing: Promise.resolve(),
    adopt: (store, owner) => adopt(desk, store, owner), stop: () => { stop(desk); },
  };
  setInterval(() => {
    if (is_over(desk)) tell({ what: "lock" });
    else tell_lease(desk);
  }, MINUTE_MS);
  return { ...gate_verbs(desk), ...outbox_verbs(desk), ...file_verbs(desk), ...screen_verbs(desk) };
}

/** Open, and its time has come: the lease, or a clock that was put back. */
function is_over({ open }: Desk): boolean {
  return open?.vault ? how_long(open.vault.record, Date.now()) !== "fine" : false;
}

function tell_lease(desk: Desk): void {
  const vault = desk.open?.vault;
  const out = vault ? runs_out(desk.open?.lease ?? null, latest(vault.record.mark, Date.now())) : null;
  desk.tell({ what: "state", state: { runs_out: out } });
}

type Some<V extends Verb> = Pick<Keeper, V>;

function gate_verbs(desk: Desk): Some<"enter" | "enter_account" | "set_up" | "unlock" | "change_way" | "lock" | "start_over" | "to_door" | "leave" | "demo_people"> {
  return {
    enter: (path, body) => enter(desk, path, body),
    enter_account: async account => { await come_in(desk, await session_from(account)); },
    set_up: way => set_up(desk, way),
    unlock: way => unlock_with(desk, way),
    change_way: (present, next) => change_to(desk, present, next),
    lock: everywhere => lock(desk, everywhere),
    start_over: () => start_over(desk),
    to_door: () => to_door(desk),
    leave: forget => leave_phone(desk, forget),
    demo_people: () => find_demo_people(),
  };
}

function outbox_verbs(desk: Desk): Some<"enqueue" | "discard" | "forget_lost" | "keep_draft" | "deliver"> {
  const outbox = () => opened(desk).store.outbox;
  const changed = async (work: Promise<void>) => { await work; await outbox_changed(desk, opened(desk)); };
  return {
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
    deliver: async () => { if (desk.open) await talk(desk, desk.open, Date.now()); },
  };
}

function file_verbs(desk: Desk): Some<"put_file" | "file" | "delete_file" | "files"> {
  return {
    put_file: (note, bytes) => opened(desk).files.put(note, bytes),
    file: id => desk.open?.files.get(id) ?? null,
    delete_file: id => desk.open?.files.delete(id),
    files: () => desk.open?.files.notes() ?? [],
  };
}

function screen_verbs(desk: Desk): Some<"open" | "begin" | "here" | "sync_now" | "field" | "look" | "look_away"> {
  return {
    async open(here, kind) {
      Object.assign(desk, { here, kind, field: await recall("field") ?? false });
      desk.tell({ what: "state", state: quiet_phase(desk) });
      return open_last(desk);
    },
    begin: () => { begin(desk); },
    here: here => { look_up(desk, here); },
    sync_now: () => { desk.open?.loop.wake(true); },
    field: on => set_field(desk, on),
    look(scope) {
      desk.open?.shown.add(scope);
      return desk.open?.store.boxes.scope(scope) ?? null;
    },
    look_away: scope => { desk.open?.shown.delete(scope); },
  };
}

function opened(desk: Desk): Open {
  if (!desk.open) throw new Error("nobody is signed in");
  return desk.open;
}

/** Open the boxes of this store for the screens. */
async function adopt(desk: Desk, store: Store, owner: Owner): Promise<Opened> {
  desk.stop();
  const loop = start_loop({
    run: since => talk(desk, it, since), poll_s: () => desk.poll_s, here: () => desk.here, may: () => desk.begun && !desk.field,
  });
  const it: Open = { ...owner, store, loop, poke: poke(() => { loop.wake(); }, () => desk.here.visible && !desk.field), shown: new Set() };
  desk.open = it;
  const [drafts, device, reading] = await Promise.all([store.outbox.drafts(), store.outbox.device(), read(it, [])]);
  desk.poll_s = reading.standing.poll_s;
  desk.tell({ what: "state", state: quiet_phase(desk) });
  tell_lease(desk);
  it.session = { ...it.session, device: device.id };
  return { gate: it.gate, session: it.session, drafts, lost: device.lost ?? [], reading };
}

function begin(desk: Desk): void {
  desk.begun = true;
  if (desk.open) desk.open.loop.wake();
  else if (!desk.field) void end_session_if_due();
  if (!desk.field) void go_on_all().catch(() => undefined);
}

function stop(desk: Desk): void {
  desk.open?.loop.stop();
  desk.open?.poke.stop();
  desk.open = null;
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
  if (!holds_cases(it.session.role)) return { kind: "done" };
  desk.tell({ what: "state", state: desk.here.online ? { phase: "syncing" } : quiet_phase(desk) });
  const ending = await sync_session(it.store, desk.kind, since, {
    sending(ids) {
      if (desk.open === it) desk.tell({ what: "sending", ids });
      desk.news.tell({ what: "sending", ids: Array.from(ids) });
    },
    applied: changes => applied(desk, it, changes),
  });
  if (desk.open !== it) return NEVER;
  if (ending.kind === "signed_out") {
    await lose(desk, it, ending);
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
  await keep_time(it, changes);
  tell_lease(desk);
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
  else if (heard.what === "lock") desk.tell(heard);
  else if (heard.what === "target") desk.tell(heard);
  else if (heard.what === "field") void recall("field").then(on => { follow_field(desk, on ?? false); });
  else if (!it) return;
  else if (heard.what === "applied") in_turn(desk, () => read_all(desk, it, heard.scopes));
  else if (heard.what === "outbox") in_turn(desk, () => read_outbox(desk, it));
  else desk.tell(heard);
}

/** Somebody signed in or out elsewhere: begin anew, unless this page knows already. */
async function follow_person(desk: Desk): Promise<void> {
  if (desk.open?.gate.memory || desk.newcomer) return;
  const person = await recall("person");
  const signed_in = person?.signed_in ? person.key : undefined;
  if (signed_in !== desk.open?.vault?.record.id) desk.tell({ what: "begin_anew" });
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

/** Whoever unlocks is greeted before any box is read: keep that in step with what the agency says, and with the device we have become. */
async function keep_session(desk: Desk, it: Open, account: (Account & { id: string }) | null): Promise<void> {
  const { id: device } = await it.store.outbox.device();
  const session: Session = { ...it.session, ...(account?.id === it.session.account_id ? session_of(account) : {}), device };
  if (desk.open !== it || JSON.stringify(session) === JSON.stringify(it.session)) return;
  it.session = session;
  await it.save();
  desk.tell({ what: "session", session });
}

function session_of({ role, display_name, language, time_zone, alert, alert_at }: Account): Omit<Session, "account_id" | "device"> {
  return { role, display_name, language, time_zone, alert, alert_at };
}
