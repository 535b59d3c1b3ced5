/**
 * The outbox: what this person changed and the server has not yet taken and shown back. Sacred: no update, reset or repair deletes it.
 *
 * An item's content is sealed with the vault's key; beside it lies the same change sealed for the server, so that a phone that is
 * locked, or told to forget, can still hand over what it cannot read. In the clear are only numbers, random ids and outcomes.
 *
 * A number `n` is allocated in the transaction that stores the item, so tabs and the service worker cannot give one twice.
 */

import type { DBSchema, IDBPDatabase } from "idb";
import { type Keys, name_of, seal, unseal } from "../vault/keys.ts";
import { sealed_for, type SealedBox, type ServerKeys } from "../vault/proof.ts";
import type { Done, Lost, Mutation } from "../wire.ts";
import { type Database, database, whole } from "./database.ts";

/** A mutation as stored, with the server's answer once there is one. */
export interface Kept extends Mutation {
  done?: Done;
}

/** This installation as the server knows it for this person. Numbers belong to it. */
export interface Device {
  id: string;
  next_n: number;
  registered: boolean;
  /** What never reached the server and is not here any more either; absent = nothing, or it was read. */
  lost?: LostChanges[];
}

/** So many changes, written before this moment (ISO 8601). */
export interface LostChanges {
  count: number;
  before: string;
}

export interface Outbox {
  device(): Promise<Device>;
  /** Everything in it, in order. */
  items(): Promise<Kept[]>;
  /** Store durably. Adding the same id again returns what is stored. */
  add(mutation: Omit<Mutation, "n">): Promise<Kept>;
  /** Write down answers; what was done and is visible in the cache (n <= seen_n) leaves. */
  settle(done: readonly Done[], seen_n: number): Promise<void>;
  registered(): Promise<void>;
  /** No request takes this one: it waits for the person, and its number is free for the next name of this device. */
  set_aside(id: string): Promise<void>;
  /**
   * Become a new device: unanswered items keep their ids and order and get new numbers from 1. `lost`: the server missed
   * numbers that this phone no longer knows, which is written down in the same transaction.
   */
  fork(lost?: Lost): Promise<void>;
  /** The person has read what was lost. */
  forget_lost(): Promise<void>;
  /** Let go of an answered item. An unanswered one stays: its number would leave a gap. */
  discard(id: string): Promise<void>;
  /** What was begun and not sent, by the place it is written in. It lives here because a cache may go at any time. */
  drafts(): Promise<Map<string, string>>;
  /** Empty text lets go of it. */
  keep_draft(place: string, text: string): Promise<void>;
  erase(): Promise<void>;
}

/** A change that only the server can read, as it is handed over. */
export interface SealedItem {
  n: number;
  id: string;
  sealed: SealedBox;
}

interface Item {
  id: string;
  n: number;
  /** The change without its number, and its answer. */
  box: Uint8Array;
  /** Missing for a moment: after its number was given, and after it got another. */
  sealed?: SealedBox | undefined;
  outcome?: Done["outcome"] | undefined;
}

interface Draft {
  name: string;
  box: Uint8Array;
}

interface Schema extends DBSchema {
  device: { key: "this"; value: Device };
  items: { key: string; value: Item };
  drafts: { key: string; value: Draft };
}

type Db = IDBPDatabase<Schema>;

const both = (db: Db) => db.transaction(["device", "items"], "readwrite", { durability: "strict" });
type Both = ReturnType<typeof both>;

interface Opening {
  db: Database<Schema>;
  keys: Keys;
  server: ServerKeys["seal"];
}

function database_of(id: string): Database<Schema> {
  return database<Schema>(`out-${id}`, 1, fresh => {
    fresh.createObjectStore("device");
    fresh.createObjectStore("items", { keyPath: "id" });
    fresh.createObjectStore("drafts", { keyPath: "name" });
  });
}

/** The outbox of this vault, for whoever has its keys; `server` is the key to seal for. */
export function outbox_of(vault: string, keys: Keys, server: ServerKeys["seal"]): Outbox {
  const it: Opening = { db: database_of(vault), keys, server };
  const change = (work: (tx: Both) => Promise<void>): Promise<void> => it.db.use(async db => {
    const tx = both(db);
    await whole(tx, () => work(tx));
  });
  return {
    device: () => it.db.use(find_device),
    items: () => read(it),
    add: mutation => add(it, mutation),
    settle: (done, seen_n) => answer(it, items => settled(items, done, seen_n)),
    set_aside: id => answer(it, items => items.map(item => item.id === id && !item.done ? aside(item) : item)),
    registered: () => change(async tx => {
      await tx.objectStore("device").put({ ...await device_in(tx), registered: true }, "this");
    }),
    async fork(lost) {
      await change(tx => fork(tx, lost));
      await seal_missing(it);
    },
    forget_lost: () => change(async tx => {
      const { id: name, next_n, registered } = await device_in(tx);
      await tx.objectStore("device").put({ id: name, next_n, registered }, "this");
    }),
    discard: id => change(async tx => {
      const item = await tx.objectStore("items").get(id);
      if (item?.outcome) await tx.objectStore("items").delete(id);
    }),
    drafts: () => drafts(it),
    keep_draft: (place, text) => keep_draft(it, place, text),
    erase: () => it.db.erase(),
  };
}

/** Without any key: this device, and what of its work is sealed for the server and not answered. */
export async function to_hand_over(id: string): Promise<{ device: Device; items: SealedItem[] }> {
  return database_of(id).use(async db => {
    const [device, items] = await Promise.all([find_device(db), db.getAll("items")]);
    const waiting = in_order(items).filter(item => !item.outcome);
    return { device, items: waiting.flatMap(({ n, id: uuid, sealed }) => sealed ? [{ n, id: uuid, sealed }] : []) };
  });
}

/** Delete it, keys or not. */
export async function erase_outbox(id: string): Promise<void> {
  await database_of(id).erase();
}

export function new_device(): Device {
  return { id: crypto.randomUUID(), next_n: 1, registered: false };
}

/** The items with these answers written down, without those that were done and are seen. */
export function settled(items: readonly Kept[], done: readonly Done[], seen_n: number): Kept[] {
  const answers = new Map(done.map(one => [one.n, one]));
  return items
    .map(item => item.done || !answers.has(item.n) ? item : { ...item, done: answers.get(item.n) as Done })
    .filter(item => item.done?.outcome !== "ok" || item.n > seen_n);
}

/** The device under another name, and its items: what is unanswered from 1 on, what was done gone. */
export function forked<I extends { n: number }>(before: Device, items: readonly I[], lost?: Lost, outcome: (item: I) => string | undefined = outcome_of): [Device, I[]] {
  const told = [...before.lost ?? [], ...(lost ? [{ count: lost.to - lost.from + 1, before: lost.since }] : [])];
  let n = 0;
  const left = in_order(items.slice()).filter(item => outcome(item) !== "ok").map(item => outcome(item) ? item : { ...item, n: ++n });
  return [{ ...new_device(), next_n: n + 1, ...(told.length ? { lost: told } : {}) }, left];
}

function outcome_of(item: object): string | undefined {
  return (item as { done?: Done }).done?.outcome;
}

function aside(item: Kept): Kept {
  return { ...item, done: { n: item.n, outcome: "parked", code: "unfit", at: new Date().toISOString() } };
}

async function find_device(db: Db): Promise<Device> {
  const known = await db.get("device", "this");
  if (known) return known;
  const tx = both(db);
  return whole(tx, () => device_in(tx));
}

/** The device record, made on first use. */
async function device_in(tx: Both): Promise<Device> {
  const store = tx.objectStore("device");
  const known = await store.get("this");
  if (known) return known;
  const made = new_device();
  await store.put(made, "this");
  return made;
}

async function read(it: Opening): Promise<Kept[]> {
  const items = in_order(await it.db.use(db => db.getAll("items")));
  return Promise.all(items.map(item => open_item(it, item)));
}

/** Whoever changed it did not read it: it is shown as what it is, and the server's own copy is still whole. */
async function open_item(it: Opening, { id, n, box, outcome }: Item): Promise<Kept> {
  const found = await unseal(it.keys, `item|${id}`, box).catch(() => null) as Omit<Kept, "n"> | null;
  const unreadable: Omit<Kept, "n"> = { id, name: UNREADABLE, v: 1, scope: null, args: {}, at: new Date(0).toISOString(), ...(outcome ? { done: { n, outcome, at: "" } } : {}) };
  return { n, ...found ?? unreadable };
}

/** The name of an item that cannot be opened on this phone. */
export const UNREADABLE = "unreadable";

async function add(it: Opening, mutation: Omit<Mutation, "n">): Promise<Kept> {
  const box = await seal(it.keys, `item|${mutation.id}`, mutation);
  const item = await it.db.use(async db => {
    const tx = both(db);
    return whole(tx, async () => {
      const stored = await tx.objectStore("items").get(mutation.id);
      if (stored) return stored;
      const device = await device_in(tx);
      const made: Item = { id: mutation.id, n: device.next_n, box };
      await tx.objectStore("items").add(made);
      await tx.objectStore("device").put({ ...device, next_n: device.next_n + 1 }, "this");
      return made;
    });
  });
  await seal_missing(it);
  return open_item(it, item);
}

/** Seal for the server what is not, under its present number. */
async function seal_missing(it: Opening): Promise<void> {
  const [device, items] = await it.db.use(db => Promise.all([find_device(db), db.getAll("items")]));
  for (const item of items.filter(one => !one.sealed && !one.outcome)) {
    const mutation = await open_item(it, item);
    if (mutation.name === UNREADABLE) continue;
    const sealed = await sealed_for(it.server, device.id, mutation);
    await it.db.use(async db => {
      const { store, done } = db.transaction("items", "readwrite");
      const now = await store.get(item.id);
      if (now?.n === item.n && !now.outcome) await store.put({ ...now, sealed });
      await done;
    });
  }
}

/** Write down what `work` makes of the items; one that another tab let go of meanwhile stays gone. */
async function answer(it: Opening, work: (items: readonly Kept[]) => Kept[]): Promise<void> {
  const before = await read(it);
  const after = new Map(work(before).map(item => [item.id, item]));
  const gone = before.filter(item => !after.has(item.id));
  const changed = before.flatMap(item => after.get(item.id) === item ? [] : after.get(item.id) ?? []);
  if (!gone.length && !changed.length) return;
  const boxes = await Promise.all(changed.map(({ n: _, ...item }) => seal(it.keys, `item|${item.id}`, item)));
  await it.db.use(async db => {
    const tx = both(db);
    const store = tx.objectStore("items");
    await whole(tx, async () => {
      for (const { id } of gone) await store.delete(id);
      for (const [at, { id, n, done }] of changed.entries()) {
        if ((await store.get(id))?.n === n) await store.put({ id, n, box: boxes[at] as Uint8Array, outcome: done?.outcome });
      }
    });
  });
}

async function fork(tx: Both, lost?: Lost): Promise<void> {
  const store = tx.objectStore("items");
  const before = await store.getAll();
  const [device, items] = forked(await device_in(tx), before, lost, item => item.outcome);
  await store.clear();
  for (const item of items) await store.put(item.outcome ? item : { ...item, sealed: undefined });
  await tx.objectStore("device").put(device, "this");
}

async function drafts(it: Opening): Promise<Map<string, string>> {
  const kept = await it.db.use(db => db.getAll("drafts"));
  const opened = await Promise.all(kept.map(({ name, box }) => unseal(it.keys, `draft|${name}`, box).catch(() => null)));
  return new Map(opened.flatMap(one => one ? [one as [string, string]] : []));
}

async function keep_draft(it: Opening, place: string, text: string): Promise<void> {
  const name = await name_of(it.keys, `draft|${place}`);
  const box = text ? await seal(it.keys, `draft|${name}`, [place, text]) : null;
  await it.db.use(async db => {
    if (box) await db.put("drafts", { name, box });
    else await db.delete("drafts", name);
  });
}

function in_order<I extends { n: number }>(items: I[]): I[] {
  return items.sort((one, other) => one.n - other.n);
}
