import "fake-indexeddb/auto";
import { openDB } from "idb";
import { expect, test } from "vitest";
import { adopt_older } from "../../src/store/older.ts";
import { outbox_of } from "../../src/store/outbox.ts";
import { make_item, make_keys, make_server } from "../make.ts";

/** The first 12 bytes of SHA-256 of "porchlight:ana", as the version before named its databases. */
const KEY = Array.from(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode("porchlight:ana"))).subarray(0, 12), byte => byte.toString(16).padStart(2, "0")).join("");

test("what a version before the vault had not sent, and what was begun in it, are in the vault, and nothing unsealed is left", async () => {
  const old = await openDB(`outbox-${KEY}`, 1, { upgrade(db) { db.createObjectStore("device"); db.createObjectStore("items", { keyPath: "id" }); db.createObjectStore("drafts"); } });
  for (const n of [2, 1]) await old.put("items", make_item(n));
  await old.put("drafts", "And I wanted", "thread");
  old.close();
  (await openDB(`cache-${KEY}`, 1)).close();
  const outbox = outbox_of("older", await make_keys(), (await make_server()).keys.seal);
  await adopt_older("ana", outbox);
  await adopt_older("ana", outbox);
  expect((await outbox.items()).map(item => [item.n, item.id])).toEqual([[1, "m1"], [2, "m2"]]);
  expect(await outbox.drafts()).toEqual(new Map([["thread", "And I wanted"]]));
  expect((await indexedDB.databases()).map(one => one.name).filter(name => name?.includes(KEY))).toEqual([]);
});
