import "fake-indexeddb/auto";
import { openDB } from "idb";
import { expect, test } from "vitest";
import { type Outbox, outbox_of, to_hand_over } from "../../src/store/outbox.ts";
import type { Done } from "../../src/wire.ts";
import { make_keys, make_server } from "../make.ts";
import { own_half, read_by_server } from "../vault/second.ts";

let made = 0;
const keys = await make_keys();
const server = await make_server();
const own = await own_half(server);
const named = (name: string): Outbox => outbox_of(name, keys, server.keys.seal);
const fresh = (): Outbox => named(`test-${++made}`);
const write = (id: string) => ({ id, at: "2026-11-20T10:00:00Z", name: "message.send", v: 1, scope: "a", args: {} });
const answer = (n: number, outcome: Done["outcome"] = "ok"): Done => ({ n, outcome, at: "2026-11-20T10:00:01Z" });
const numbers = async (outbox: Outbox) => (await outbox.items()).map(item => [item.n, item.id]);

test("two tabs that write at once never give one number twice", async () => {
  const outbox = fresh();
  const other = named(`test-${made}`);
  await Promise.all(Array.from({ length: 40 }, (_, i) => (i % 2 ? outbox : other).add(write(`m${i}`))));
  expect((await outbox.items()).map(item => item.n)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
  expect((await other.device()).next_n).toBe(41);
});

test("writing the same thing again gives back what is stored", async () => {
  const outbox = fresh();
  const first = await outbox.add(write("m"));
  expect(await outbox.add({ ...write("m"), at: "later" })).toEqual(first);
  expect(await numbers(outbox)).toEqual([[1, "m"]]);
});

test("what was done leaves only once the boxes show it", async () => {
  const outbox = fresh();
  await outbox.add(write("m"));
  await outbox.settle([answer(1)], 0);
  expect(await outbox.items()).toMatchObject([{ id: "m", done: { outcome: "ok" } }]);
  await outbox.settle([], 1);
  expect(await outbox.items()).toEqual([]);
});

test("what was refused stays until the person lets go of it", async () => {
  const outbox = fresh();
  await outbox.add(write("m"));
  await outbox.settle([answer(1, "refused")], 1);
  expect(await outbox.items()).toMatchObject([{ id: "m", done: { outcome: "refused" } }]);
  await outbox.discard("m");
  expect(await outbox.items()).toEqual([]);
});

test("what has no answer yet cannot be let go: its number would leave a gap", async () => {
  const outbox = fresh();
  await outbox.add(write("m"));
  await outbox.discard("m");
  expect(await numbers(outbox)).toEqual([[1, "m"]]);
});

test("another device starts at one, with the same things in the same order under the same ids", async () => {
  const outbox = fresh();
  for (const id of ["a", "b", "c", "d"]) await outbox.add(write(id));
  await outbox.settle([answer(1), answer(2, "parked")], 0);
  const before = await outbox.device();
  await outbox.fork();
  expect(await outbox.device()).toMatchObject({ next_n: 3, registered: false });
  expect((await outbox.device()).id).not.toBe(before.id);
  expect((await outbox.items()).filter(item => !item.done).map(item => [item.n, item.id])).toEqual([[1, "c"], [2, "d"]]);
  expect((await outbox.items()).filter(item => item.done).map(item => item.id)).toEqual(["b"]);
});

test("what was lost is written down with the new name, survives another, and goes when it was read", async () => {
  const outbox = fresh();
  await outbox.add(write("kept"));
  await outbox.fork({ from: 3, to: 4, since: "2026-06-03T10:00:00Z" });
  await outbox.fork();
  expect(await outbox.device()).toMatchObject({ next_n: 2, registered: false, lost: [{ count: 2, before: "2026-06-03T10:00:00Z" }] });
  await outbox.forget_lost();
  expect(await outbox.device()).toEqual({ id: expect.any(String) as string, next_n: 2, registered: false });
});

test("two people on one phone have nothing in common", async () => {
  const [mine, theirs] = [fresh(), fresh()];
  await mine.add(write("m"));
  expect(await theirs.items()).toEqual([]);
  expect((await theirs.device()).id).not.toBe((await mine.device()).id);
});

test("what was begun is there again after a restart, and gone once it is let go", async () => {
  const first = named("drafts");
  await first.keep_draft("thread", "I lost my");
  await first.keep_draft("thread", "I lost my job");
  await first.keep_draft("other", "x");
  await first.keep_draft("other", "");
  expect(await named("drafts").drafts()).toEqual(new Map([["thread", "I lost my job"]]));
});

test("without any key, what was written can be handed over, and the server reads it exactly as it would have been sent", async () => {
  const outbox = fresh();
  const kept = await outbox.add({ ...write("m"), args: { body: "marker" } });
  const { device, items } = await to_hand_over(`test-${made}`);
  expect(items.map(item => read_by_server(own, device.id, item))).toEqual([kept]);
});

test("under another name it is sealed anew, since it is bound to its device and number", async () => {
  const outbox = fresh();
  for (const id of ["a", "b"]) await outbox.add(write(id));
  await outbox.settle([answer(1)], 1);
  await outbox.fork();
  const { device, items } = await to_hand_over(`test-${made}`);
  expect(items.map(item => read_by_server(own, device.id, item))).toMatchObject([{ n: 1, id: "b" }]);
});

test("an item that was changed on the disk is not shown as what it is not, and the server's copy is still whole", async () => {
  const outbox = fresh();
  await outbox.add(write("m"));
  const db = await openDB(`out-test-${made}`);
  const item = await db.get("items", "m") as { box: Uint8Array };
  item.box[30] = (item.box[30] ?? 0) ^ 1;
  await db.put("items", item);
  db.close();
  expect(await outbox.items()).toMatchObject([{ n: 1, id: "m", name: "unreadable" }]);
  const { device, items } = await to_hand_over(`test-${made}`);
  expect(items.map(one => read_by_server(own, device.id, one))).toMatchObject([{ id: "m", name: "message.send" }]);
});
