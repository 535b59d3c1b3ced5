import "fake-indexeddb/auto";
import { openDB } from "idb";
import { expect, test } from "vitest";
import { type Boxes, boxes_of, type Changes, NEW_STANDING } from "../../src/store/boxes.ts";
import { make_box, make_keys } from "../make.ts";

let made = 0;
const keys = await make_keys();
const fresh = (): Boxes => boxes_of(`test-${++made}`, keys);
const changes = (more: Partial<Changes> = {}): Changes => ({
  standing: { ...NEW_STANDING, cursor: "c", last_n: 7 }, holds: { a: { mask: 3, state: "fresh" } }, list: null, drop: [], put: [make_box("a")], ...more,
});

test("only the answer to the request under way is applied", async () => {
  const boxes = fresh();
  await boxes.begin("first");
  await boxes.begin("second");
  expect(await boxes.commit("first", changes())).toBe(false);
  expect((await boxes.read()).standing.cursor).toBeNull();
  expect(await boxes.commit("second", changes())).toBe(true);
  expect((await boxes.read()).standing.last_n).toBe(7);
});

test("an answer that comes twice is applied once", async () => {
  const boxes = fresh();
  await boxes.begin("r");
  await boxes.commit("r", changes());
  expect(await boxes.commit("r", changes({ put: [], drop: ["a"] }))).toBe(false);
  expect(await boxes.scope("a")).toEqual(make_box("a"));
});

test("what cannot be written whole is not written at all", async () => {
  const boxes = fresh();
  await boxes.begin("r");
  const broken = { ...make_box("b"), rows: [1n] as never };
  await expect(boxes.commit("r", changes({ put: [make_box("a"), broken] }))).rejects.toThrow();
  expect(await boxes.scope("a")).toBeNull();
  expect((await boxes.read()).standing.cursor).toBeNull();
});

test("erased, it is as good as new", async () => {
  const boxes = fresh();
  await boxes.begin("r");
  await boxes.commit("r", changes());
  await boxes.erase();
  expect(await boxes.read()).toMatchObject({ holds: {}, standing: NEW_STANDING });
});

test("a connection that the phone cut is opened again", async () => {
  const boxes = fresh();
  await boxes.begin("r");
  const native = IDBDatabase.prototype.transaction;
  let cuts = 0;
  IDBDatabase.prototype.transaction = function cut(this: IDBDatabase, ...args: Parameters<typeof native>) {
    if (cuts++ === 0) throw new DOMException("Connection to Indexed Database server lost", "UnknownError");
    return native.apply(this, args);
  };
  try {
    expect(await boxes.commit("r", changes())).toBe(true);
  } finally {
    IDBDatabase.prototype.transaction = native;
  }
});

/** Everything that lies in a database of boxes. */
async function lying(name: string): Promise<[store: string, key: unknown, value: unknown][]> {
  const db = await openDB(`box-${name}`);
  const stores = await Promise.all(["meta", "scopes"].map(async store => {
    const [names, values] = await Promise.all([db.getAllKeys(store), db.getAll(store)]);
    return names.map((key, at): [string, unknown, unknown] => [store, key, values[at]]);
  }));
  db.close();
  return stores.flat();
}

async function put(name: string, store: string, key: string, value: unknown): Promise<void> {
  const db = await openDB(`box-${name}`);
  await db.put(store, value, key);
  db.close();
}

test("what lies there tells nothing: no id, no word, no key of a record", async () => {
  const boxes = fresh();
  await boxes.begin("r");
  await boxes.commit("r", changes({ put: [make_box("scope-marker-771")], holds: { "scope-marker-771": { mask: 3, state: "fresh" } } }));
  const all = (await lying(`test-${made}`)).map(([, key, value]) => `${String(key)} ${value instanceof Uint8Array ? new TextDecoder("latin1").decode(value) : String(value)}`).join("\n");
  expect(all).not.toContain("marker");
  expect(all).not.toContain("C-scope");
});

test("a box that was changed on the disk is not shown, and is asked for again", async () => {
  const boxes = fresh();
  await boxes.begin("r");
  await boxes.commit("r", changes());
  const [, key, value] = (await lying(`test-${made}`)).find(([store]) => store === "scopes") ?? [];
  const changed = Uint8Array.from(value as Uint8Array);
  changed[20] = (changed[20] ?? 0) ^ 1;
  await put(`test-${made}`, "scopes", key as string, changed);
  await boxes.begin("under way");
  expect(await boxes.scope("a")).toBeNull();
  expect((await boxes.read()).holds).toEqual({ a: { mask: 3, state: "none" } });
  expect(await boxes.commit("under way", changes())).toBe(false);
});

test("a state that was changed on the disk is as good as none: everything is loaded anew", async () => {
  const boxes = fresh();
  await boxes.begin("r");
  await boxes.commit("r", changes());
  await put(`test-${made}`, "meta", "state", new Uint8Array(200));
  const other = boxes_of(`test-${made}`, keys);
  expect(await other.begin("again")).toMatchObject({ holds: {}, standing: NEW_STANDING });
  expect(await other.scope("a")).toBeNull();
  expect(await other.commit("again", changes())).toBe(true);
});

test("whoever has other keys sees nothing, and the boxes of one are no use to another", async () => {
  const boxes = fresh();
  await boxes.begin("r");
  await boxes.commit("r", changes());
  expect(await boxes_of(`test-${made}`, await make_keys()).scope("a")).toBeNull();
});
