/**
 * The cache: boxes of what the server said. Disposable: deleting it is always a legal repair. This is the only module that reads or
 * writes a box. Everything in one is sealed, and the names of records tell nothing; what cannot be opened is let go of and loaded anew.
 *
 * `state` holds where this phone stands and one small item a case (opening the app opens only that); `scopes` one box a scope, opened
 * when shown. Sealing comes before a transaction, opening after: none waits for anything but the database.
 */

import type { DBSchema, IDBPDatabase } from "idb";
import type { CaseListItem } from "../cases/rules.ts";
import type { Account, Agency, LoadRow } from "../wire.ts";
import type { Held, Own } from "./model.ts";
import { type Keys, name_of, seal, unseal } from "../vault/keys.ts";
import { type Database, database, whole } from "./database.ts";

/** Where this phone stands with the server. */
export interface Standing {
  cursor: string | null;
  /** Digest of the manifest last applied. */
  have: string | null;
  /** The last mutation number whose effect is in these boxes. */
  last_n: number;
  /** When the last request that was applied left, and when its answer was applied (ms, this phone's clock). */
  asked_at: number | null;
  checked_at: number | null;
  lease_until: number | null;
  poll_s: number;
  /** Server's clock minus this phone's, in ms: for display only. */
  clock_ahead_ms: number;
  scrub?: Scrub;
}

/** When the last pass of checksums began, and up to which scope it has come; null = to the end. */
export interface Scrub {
  began_at: number;
  done_to: string | null;
}

export interface Hold {
  mask: number;
  state: "fresh" | "stale" | "none";
}

/** The manifest last applied, and how each of its scopes is held. */
export type Holds = Record<string, Hold>;

export interface ListBox {
  agency: (Agency & { id: string }) | null;
  account: (Account & { id: string }) | null;
  own: Own;
  /** When the agency sees people. */
  hours: Held<"bookable_hours">[];
  cases: CaseListItem[];
}

export interface ScopeBox {
  scope: string;
  mask: number;
  stale: boolean;
  rows: LoadRow[];
}

/** What one response does to the boxes; written whole or not at all. */
export interface Changes {
  /** A signed lease, when one was asked for. */
  lease?: string | null;
  /** The state of the boxes that this builds upon. */
  base?: string | undefined;
  standing: Standing;
  holds: Holds | null;
  list: ListBox | null;
  drop: string[];
  put: ScopeBox[];
}

/** All but the boxes themselves. */
export interface Read {
  /** Names this state of the boxes: another after every change. */
  stamp: string | undefined;
  standing: Standing;
  holds: Holds;
  list: ListBox;
}

export interface Boxes {
  /** Opened: for whoever has something else to wait for meanwhile. */
  ready(): Promise<void>;
  read(): Promise<Read>;
  scope(scope: string): Promise<ScopeBox | null>;
  scopes(scopes: readonly string[]): Promise<Map<string, ScopeBox>>;
  /** Note the request that is under way, and answer what it builds upon, in one transaction: only its answer may be applied, and only to that. */
  begin(rid: string): Promise<Read>;
  /** Apply in one transaction if `rid` is still the one under way; false = dropped, nothing written. */
  commit(rid: string, changes: Changes): Promise<boolean>;
  /** The numbering starts anew (another device id): no earlier number is seen any more. */
  renumbered(): Promise<void>;
  erase(): Promise<void>;
}

type State = Pick<Read, "standing" | "holds" | "list">;

interface Schema extends DBSchema {
  meta: { key: "inflight" | "stamp" | "state"; value: string | Uint8Array };
  scopes: { key: string; value: Uint8Array };
}

type Db = IDBPDatabase<Schema>;

export const NEW_STANDING: Standing = {
  cursor: null, have: null, last_n: 0, asked_at: null, checked_at: null, lease_until: null, poll_s: 60, clock_ahead_ms: 0,
};
export const NEW_OWN: Own = { reads: [], pins: [], preferences: [], notices: [] };
export const NEW_LIST: ListBox = { agency: null, account: null, own: NEW_OWN, hours: [], cases: [] };

const NEW_STATE: State = { standing: NEW_STANDING, holds: {}, list: NEW_LIST };

function database_of(id: string): Database<Schema> {
  return database<Schema>(`box-${id}`, 1, fresh => {
    fresh.createObjectStore("meta");
    fresh.createObjectStore("scopes");
  });
}

/** Delete them, keys or not. */
export async function erase_boxes(id: string): Promise<void> {
  await database_of(id).erase();
}

/** The boxes of the vault `id`, for whoever has its keys. */
export function boxes_of(id: string, keys: Keys): Boxes {
  const db = database_of(id);
  const it: Opening = { db, keys, names: new Map(), known: undefined };
  return {
    ready: () => db.use(() => Promise.resolve()),
    read: () => read(it),
    scope: async scope => (await scopes(it, [scope])).get(scope) ?? null,
    scopes: wanted => scopes(it, wanted),
    begin: rid => begin(it, rid),
    commit: (rid, changes) => commit(it, rid, changes),
    renumbered: () => change(it, ({ standing, ...rest }) => ({ ...rest, standing: { ...standing, last_n: 0, cursor: null } })),
    erase: () => db.erase(),
  };
}

interface Opening {
  db: Database<Schema>;
  keys: Keys;
  names: Map<string, Promise<string>>;
  /** What was read last: read again only when the stamp says that another wrote since. */
  known: Read | undefined;
}

type Metas = { get(key: "stamp" | "state"): Promise<unknown> };

async function read(it: Opening): Promise<Read> {
  return await opened(it, await it.db.use(db => metas(db.transaction("meta").store))) ?? { stamp: undefined, ...NEW_STATE };
}

async function begin(it: Opening, rid: string): Promise<Read> {
  const found = await it.db.use(async db => {
    const tx = db.transaction("meta", "readwrite");
    place(tx.store.put(rid, "inflight"));
    const both = await metas(tx.store);
    await tx.done;
    return both;
  });
  return await opened(it, found) ?? begin(it, rid);
}

async function metas(store: Metas): Promise<[stamp: unknown, state: unknown]> {
  return Promise.all([store.get("stamp"), store.get("state")]);
}

/** Null when it could not be opened: then everything is let go of. */
async function opened(it: Opening, [stamp, box]: [unknown, unknown]): Promise<Read | null> {
  if (it.known && it.known.stamp === stamp) return it.known;
  const state = box === undefined ? NEW_STATE : await unseal(it.keys, "state", box).catch(() => null) as State | null;
  if (!state) {
    await it.db.use(async db => {
      const tx = db.transaction(["meta", "scopes"], "readwrite");
      await Promise.all([tx.objectStore("meta").clear(), tx.objectStore("scopes").clear(), tx.done]);
    });
    it.known = undefined;
    return null;
  }
  it.known = { stamp: stamp as string | undefined, ...state };
  return it.known;
}

async function scopes(it: Opening, wanted: readonly string[]): Promise<Map<string, ScopeBox>> {
  if (!wanted.length) return new Map();
  const names = await Promise.all(wanted.map(scope => named(it, scope)));
  const sealed = await it.db.use(async db => {
    const { store } = db.transaction("scopes");
    return Promise.all(names.map(name => store.get(name)));
  });
  const boxes = await Promise.all(sealed.map((box, at) => unseal(it.keys, `scope|${wanted[at] ?? ""}`, box).catch(() => null)));
  const lost = wanted.filter((_, at) => !boxes[at]);
  if (lost.length) await lose(it, lost);
  return new Map(boxes.flatMap(box => box ? [[(box as ScopeBox).scope, box as ScopeBox]] : []));
}

/** Held as it says, and cannot be opened: then it is not held, and comes anew. An answer under way was made for another state. */
async function lose(it: Opening, lost: readonly string[]): Promise<void> {
  const { holds } = await read(it);
  const missing = lost.filter(scope => holds[scope] && holds[scope].state !== "none");
  if (!missing.length) return;
  await change(it, state => {
    const left = { ...state.holds };
    for (const scope of missing) if (left[scope]) left[scope] = { mask: left[scope].mask, state: "none" };
    return { ...state, holds: left };
  });
}

/** Change the state apart from an answer; one that is under way is not applied any more. */
async function change(it: Opening, work: (state: State) => State): Promise<void> {
  const { stamp, ...before } = await read(it);
  const state = work(before);
  const box = await seal(it.keys, "state", state);
  const next = crypto.randomUUID();
  const kept = await it.db.use(async db => {
    const { store, done } = db.transaction("meta", "readwrite");
    const same = await store.get("stamp") === stamp;
    if (same) for (const request of [store.put(box, "state"), store.put(next, "stamp"), store.delete("inflight")]) place(request);
    await done;
    return same;
  });
  if (kept) it.known = { stamp: next, ...state };
  else await change(it, work);
}

async function commit(it: Opening, rid: string, { drop, put, standing, holds, list }: Changes): Promise<boolean> {
  const before = await read(it);
  const state: State = { standing, holds: holds ?? before.holds, list: list ?? before.list };
  const gone = await Promise.all(drop.map(scope => named(it, scope)));
  const names = await Promise.all(put.map(({ scope }) => named(it, scope)));
  const boxes = await Promise.all(put.map(box => seal(it.keys, `scope|${box.scope}`, box)));
  const sealed = await seal(it.keys, "state", state);
  const kept = await it.db.use(db => write(db, rid, { gone, names, boxes, sealed }));
  if (kept) it.known = { stamp: rid, ...state };
  return kept;
}

async function write(db: Db, rid: string, { gone, names, boxes, sealed }: { gone: string[]; names: string[]; boxes: Uint8Array[]; sealed: Uint8Array }): Promise<boolean> {
  const tx = db.transaction(["meta", "scopes"], "readwrite");
  const [meta, store] = [tx.objectStore("meta"), tx.objectStore("scopes")];
  return whole(tx, async () => {
    if (await meta.get("inflight") !== rid) return false;
    for (const name of gone) place(store.delete(name));
    names.forEach((name, at) => { place(store.put(boxes[at] as Uint8Array, name)); });
    for (const request of [meta.put(sealed, "state"), meta.put(rid, "stamp"), meta.delete("inflight")]) place(request);
    return true;
  });
}

function named(it: Opening, scope: string): Promise<string> {
  const known = it.names.get(scope) ?? name_of(it.keys, `scope|${scope}`);
  it.names.set(scope, known);
  return known;
}

/** A request whose failure is the transaction's failure. */
function place(request: Promise<unknown>): void {
  request.catch(() => undefined);
}
