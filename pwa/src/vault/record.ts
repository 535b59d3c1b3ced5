/**
 * What this phone keeps of a vault outside it: its slots, its counted tries, how long it lasts, and the key the device proves itself by.
 * Nothing here opens a box or says whose vault it is: the account is only recognised by whoever signs in as it.
 */

import type { DBSchema } from "idb";
import { database, whole } from "../store/database.ts";
import { random, to_text, utf8 } from "./bytes.ts";
import type { DeviceKey, ServerKeys } from "./proof.ts";
import { type LeaseTimes, NO_TRIES, type Tries } from "./rules.ts";
import type { Slot } from "./slots.ts";

export interface VaultRecord {
  /** Random; names its databases. */
  id: string;
  who: { salt: string; tag: string };
  staff: boolean;
  slots: Slot[];
  tries: Tries;
  lease: LeaseTimes;
  /** The latest moment this phone knows of (ms). */
  mark: number;
  device_key: DeviceKey;
  server: ServerKeys;
  /** Who it is and until when, sealed; absent until it was first open. */
  session?: Uint8Array;
  /** Being erased: how far that came. Once here, it only goes on. */
  going?: Going;
}

/** `ordered`: the agency wants it, and is told. `handed`: the sealed work was taken. */
export interface Going {
  ordered: boolean;
  handed: boolean;
  acknowledged: boolean;
}

interface Schema extends DBSchema {
  vaults: { key: string; value: VaultRecord };
}

const db = database<Schema>("vaults", 1, fresh => { fresh.createObjectStore("vaults", { keyPath: "id" }); });

export function new_record(who: VaultRecord["who"], staff: boolean, keys: { device_key: DeviceKey; server: ServerKeys }, grace: number, now: number): VaultRecord {
  return { id: to_text(random(12)), who, staff, slots: [], tries: NO_TRIES, lease: { not_after: null, grace_ms: grace }, mark: now, ...keys };
}

/** How a vault recognises its account again: without the account's id it tells nothing. */
export async function who_is(account: string, salt = to_text(random(16))): Promise<VaultRecord["who"]> {
  return { salt, tag: to_text(await crypto.subtle.digest("SHA-256", utf8(`${salt}|${account}`))) };
}

export function find_record(id: string): Promise<VaultRecord | undefined> {
  return db.use(it => it.get("vaults", id));
}

export function all_records(): Promise<VaultRecord[]> {
  return db.use(it => it.getAll("vaults"));
}

export async function record_of(account: string): Promise<VaultRecord | null> {
  for (const one of await all_records()) if (!one.going && (await who_is(account, one.who.salt)).tag === one.who.tag) return one;
  return null;
}

export function put_record(record: VaultRecord): Promise<void> {
  return db.use(async it => {
    const tx = it.transaction("vaults", "readwrite", { durability: "strict" });
    await whole(tx, async () => { await tx.store.put(record); });
  });
}

/** Read and written in one durable transaction: done before this resolves. Null when there is no such vault. */
export function change_record(id: string, work: (record: VaultRecord) => VaultRecord): Promise<VaultRecord | null> {
  return db.use(async it => {
    const tx = it.transaction("vaults", "readwrite", { durability: "strict" });
    return whole(tx, async () => {
      const before = await tx.store.get(id);
      if (!before) return null;
      const after = work(before);
      if (after !== before) await tx.store.put(after);
      return after;
    });
  });
}

export function drop_record(id: string): Promise<void> {
  return db.use(it => it.delete("vaults", id));
}
