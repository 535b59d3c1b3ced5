/**
 * The outbox: what this person changed and the server has not yet taken and shown back. Sacred: no update, reset or
 * repair deletes it, and its schema is frozen (version 1 for ever; new fields of an item are optional).
 *
 * A number `n` is allocated in the transaction that stores the item, so tabs and the service worker cannot give one twice.
 */

import type { DBSchema, IDBPDatabase } from "idb";
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

interface Schema extends DBSchema {
  device: { key: "this"; value: Device };
  items: { key: string; value: Kept };
  drafts: { key: string; value: string };
}

type Db = IDBPDatabase<Schema>;

const both = (db: Db) => db.transaction(["device", "items"], "readwrite", { durability: "strict" });
type Both = ReturnType<typeof both>;

export function outbox_of(key: string): Outbox {
  const db: Database<Schema> = database<Schema>(`outbox-${key}`, 1, fresh => {
    fresh.createObjectStore("device");
    fresh.createObjectStore("items", { keyPath: "id" });
    fresh.createObjectStore("drafts");
  });
  const change = (work: (tx: Both) => Promise<void>): Promise<void> => db.use(async it => {
    const tx = both(it);
    await whole(tx, () => work(tx));
  });
  return {
    device: () => db.use(find_device),
    items: () => db.use(async it => in_order(await it.getAll("items"))),
    add: mutation => db.use(it => add(it, mutation)),
    settle: (done, seen_n) => change(tx => settle(tx, done, seen_n)),
    registered: () => change(async tx => {
      await tx.objectStore("device").put({ ...await device_in(tx), registered: true }, "this");
    }),
    set_aside: id => change(tx => set_aside(tx, id)),
    fork: lost => change(tx => fork(tx, lost)),
    forget_lost: () => change(async tx => {
      const device = await device_in(tx);
      delete device.lost;
      await tx.objectStore("device").put(device, "this");
    }),
    discard: id => change(async tx => {
      const item = await tx.objectStore("items").get(id);
      if (item?.done) await tx.objectStore("items").delete(id);
    }),
    drafts: () => db.use(drafts),
    keep_draft: (place, text) => db.use(async it => {
      if (text) await it.put("drafts", text, place);
      else await it.delete("drafts", place);
    }),
    erase: () => db.erase(),
  };
}

async function drafts(db: Db): Promise<Map<string, string>> {
  const { store } = db.transaction("drafts");
  const [places, texts] = await Promise.all([store.getAllKeys(), store.getAll()]);
  return new Map(places.map((place, at) => [place, texts[at] ?? ""]));
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

function new_device(): Device {
  return { id: crypto.randomUUID(), next_n: 1, registered: false };
}

async function add(db: Db, mutation: Omit<Mutation, "n">): Promise<Kept> {
  const tx = both(db);
  return whole(tx, async () => {
    const stored = await tx.objectStore("items").get(mutation.id);
    if (stored) return stored;
    const device = await device_in(tx);
    const item: Kept = { n: device.next_n, ...mutation };
    await tx.objectStore("items").add(item);
    await tx.objectStore("device").put({ ...device, next_n: device.next_n + 1 }, "this");
    return item;
  });
}

async function settle(tx: Both, done: readonly Done[], seen_n: number): Promise<void> {
  const store = tx.objectStore("items");
  const answers = new Map(done.map(one => [one.n, one]));
  for (const item of await store.getAll()) {
    const answer = item.done ?? answers.get(item.n);
    if (answer?.outcome === "ok" && item.n <= seen_n) await store.delete(item.id);
    else if (answer && !item.done) await store.put({ ...item, done: answer });
  }
}

async function set_aside(tx: Both, id: string): Promise<void> {
  const item = await tx.objectStore("items").get(id);
  if (!item || item.done) return;
  await tx.objectStore("items").put({ ...item, done: { n: item.n, outcome: "parked", code: "unfit", at: new Date().toISOString() } });
}

async function fork(tx: Both, lost?: Lost): Promise<void> {
  const told = (await device_in(tx)).lost ?? [];
  if (lost) told.push({ count: lost.to - lost.from + 1, before: lost.since });
  const store = tx.objectStore("items");
  let n = 0;
  for (const item of in_order(await store.getAll())) {
    if (!item.done) await store.put({ ...item, n: ++n });
    else if (item.done.outcome === "ok") await store.delete(item.id);
  }
  await tx.objectStore("device").put({ ...new_device(), next_n: n + 1, ...(told.length ? { lost: told } : {}) }, "this");
}

function in_order(items: Kept[]): Kept[] {
  return items.sort((a, b) => a.n - b.n);
}
