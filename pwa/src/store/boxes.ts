/**
 * The cache: boxes of what the server said. Disposable: deleting it is always a legal repair. This is the only module
 * that reads or writes a box, and no write transaction waits for anything but the database, so sealing has one place to go.
 *
 * `list` holds one small item a case (boot opens only that); `scopes` one record a scope, opened when shown.
 */

import type { DBSchema, IDBPDatabase } from "idb";
import type { CaseListItem } from "../cases/rules.ts";
import type { Account, Agency, LoadRow } from "../wire.ts";
import type { Held, Own } from "./model.ts";
import { database, whole } from "./database.ts";

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

interface Meta {
  standing: Standing;
  holds: Holds;
  list: ListBox;
  inflight: string;
  stamp: string;
}

interface Schema extends DBSchema {
  meta: { key: keyof Meta; value: Meta[keyof Meta] };
  scopes: { key: string; value: ScopeBox };
}

/** Raise it when a box changes shape: the cache is then simply loaded again. */
const VERSION = 3;

export const NEW_STANDING: Standing = {
  cursor: null, have: null, last_n: 0, asked_at: null, checked_at: null, lease_until: null, poll_s: 60, clock_ahead_ms: 0,
};
export const NEW_OWN: Own = { reads: [], pins: [], preferences: [], notices: [] };
export const NEW_LIST: ListBox = { agency: null, account: null, own: NEW_OWN, hours: [], cases: [] };

export function boxes_of(key: string): Boxes {
  const db = database<Schema>(`cache-${key}`, VERSION, fresh => {
    for (const store of Array.from(fresh.objectStoreNames)) fresh.deleteObjectStore(store);
    fresh.createObjectStore("meta");
    fresh.createObjectStore("scopes", { keyPath: "scope" });
  });
  const at = remembering();
  return {
    ready: () => db.use(() => Promise.resolve()),
    read: () => db.use(it => at.read(it.transaction("meta").store)),
    scope: scope => db.use(async it => await it.get("scopes", scope) ?? null),
    scopes: scopes => db.use(async it => {
      if (!scopes.length) return new Map();
      const store = it.transaction("scopes").store;
      const found = await Promise.all(scopes.map(scope => store.get(scope)));
      return new Map(found.flatMap(box => box ? [[box.scope, box]] : []));
    }),
    begin: rid => db.use(async it => {
      const tx = it.transaction("meta", "readwrite");
      place(tx.store.put(rid, "inflight"));
      const found = await at.read(tx.store);
      await tx.done;
      return found;
    }),
    commit: (rid, changes) => db.use(async it => {
      const kept = await commit(it, rid, changes);
      if (kept) at.changed(rid, changes);
      return kept;
    }),
    renumbered: () => db.use(async it => {
      const tx = it.transaction("meta", "readwrite");
      const standing = await tx.store.get("standing") as Standing | undefined;
      if (standing) await tx.store.put({ ...standing, last_n: 0, cursor: null }, "standing");
      await tx.store.put(crypto.randomUUID(), "stamp");
      await tx.done;
    }),
    erase: () => db.erase(),
  };
}

type Metas = { get(key: keyof Meta): Promise<unknown> };

/** What was read last: read again only when the stamp says that another wrote since. */
function remembering(): { read(meta: Metas): Promise<Read>; changed(stamp: string, changes: Changes): void } {
  let known: Read | undefined;
  return {
    async read(meta) {
      const stamp = await meta.get("stamp") as string | undefined;
      if (known && stamp && known.stamp === stamp) return known;
      const [standing, holds, list] = await Promise.all([meta.get("standing"), meta.get("holds"), meta.get("list")]);
      known = { stamp, standing: standing as Standing ?? NEW_STANDING, holds: holds as Holds ?? {}, list: list as ListBox ?? NEW_LIST };
      return known;
    },
    changed(stamp, { standing, holds, list }) {
      known = known && { stamp, standing, holds: holds ?? known.holds, list: list ?? known.list };
    },
  };
}

async function commit(db: IDBPDatabase<Schema>, rid: string, changes: Changes): Promise<boolean> {
  const tx = db.transaction(["meta", "scopes"], "readwrite");
  const meta = tx.objectStore("meta");
  const scopes = tx.objectStore("scopes");
  return whole(tx, async () => {
    if (await meta.get("inflight") !== rid) return false;
    for (const scope of changes.drop) place(scopes.delete(scope));
    for (const box of changes.put) place(scopes.put(box));
    if (changes.holds) place(meta.put(changes.holds, "holds"));
    if (changes.list) place(meta.put(changes.list, "list"));
    place(meta.put(changes.standing, "standing"));
    place(meta.put(rid, "stamp"));
    place(meta.delete("inflight"));
    return true;
  });
}

/** A request whose failure is the transaction's failure. */
function place(request: Promise<unknown>): void {
  request.catch(() => undefined);
}
