import "fake-indexeddb/auto";
import { openDB } from "idb";
import { expect, test } from "vitest";
import { blobs_of } from "../../src/store/blobs.ts";
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
  const shelf = await openDB(`blobs-${KEY}`, 1, { upgrade(db) { db.createObjectStore("notes", { keyPath: "id" }); db.createObjectStore("bytes"); } });
  for (const [place, why] of [[0, "sending"], [1, "pinned"]] as const) {
    const note = { id: `d1/${place}`, document: "d1", place, scope: "c1", media_type: "image/jpeg", size: 3, why, used_at: 1 };
    await shelf.put("notes", note);
    await shelf.put("bytes", new Uint8Array([1, 2, place]).buffer, note.id);
  }
  shelf.close();
  const keys = await make_keys();
  const outbox = outbox_of("older", keys, (await make_server()).keys.seal), files = blobs_of("older", keys);
  await adopt_older("ana", outbox, files);
  await adopt_older("ana", outbox, files);
  expect((await files.notes()).map(note => [note.id, note.why])).toEqual([["d1/0", "sending"]]);
  expect(Array.from(new Uint8Array(await files.get("d1/0") ?? new ArrayBuffer(0)))).toEqual([1, 2, 0]);
  expect((await outbox.items()).map(item => [item.n, item.id])).toEqual([[1, "m1"], [2, "m2"]]);
  expect(await outbox.drafts()).toEqual(new Map([["thread", "And I wanted"]]));
  expect((await indexedDB.databases()).map(one => one.name).filter(name => name?.includes(KEY))).toEqual([]);
});
