import "fake-indexeddb/auto";
import { expect, test } from "vitest";
import { type Boxes, boxes_of, type Changes, NEW_STANDING } from "../../src/store/boxes.ts";
import { make_box } from "../make.ts";

let made = 0;
const fresh = (): Boxes => boxes_of(`test-${++made}`);
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
  const broken = { ...make_box("b"), rows: [() => undefined] as never };
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
