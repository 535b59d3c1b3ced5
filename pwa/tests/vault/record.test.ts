import "fake-indexeddb/auto";
import { openDB } from "idb";
import { expect, test, vi } from "vitest";
import { new_device_key } from "../../src/vault/proof.ts";
import { all_records, change_record, drop_record, find_record, new_record, put_record, record_of, type VaultRecord, who_is } from "../../src/vault/record.ts";
import { grace_ms } from "../../src/vault/rules.ts";
import { make_server } from "../make.ts";

const NOON = Date.parse("2026-11-21T17:00:00Z");
const server = await make_server();
const device_key = await new_device_key();

async function make(account: string): Promise<VaultRecord> {
  const record = new_record(await who_is(account), true, { device_key, server: server.keys }, grace_ms(true), NOON);
  await put_record(record);
  return record;
}

test("a new vault has no way in, no try counted and no lease, and a name by chance", async () => {
  const [one, other] = [await make("x"), await make("x")];
  expect(one).toMatchObject({ staff: true, slots: [], tries: { failed: 0 }, lease: { not_after: null, grace_ms: grace_ms(true) }, mark: NOON, device_key, server: server.keys });
  expect(one.id).not.toBe(other.id);
  expect(one.who).not.toEqual(other.who);
  expect(await find_record(one.id)).toMatchObject({ id: one.id, who: one.who });
});

test("a vault knows its account again, and whoever has the disk does not learn whose it is", async () => {
  const record = await make("account-1");
  expect((await record_of("account-1"))?.id).toBe(record.id);
  expect(await record_of("account-2")).toBeNull();
  expect(await who_is("account-1", record.who.salt)).toEqual(record.who);
  expect(await who_is("account-2", record.who.salt)).not.toEqual(record.who);
  expect(JSON.stringify(await all_records())).not.toContain("account-1");
});

test("a vault that is being erased is nobody's any more", async () => {
  const record = await make("account-3");
  await change_record(record.id, now => ({ ...now, going: { ordered: false, handed: false, acknowledged: true } }));
  expect(await record_of("account-3")).toBeNull();
  await drop_record(record.id);
  expect(await find_record(record.id)).toBeUndefined();
});

test("whatever is written down about a vault is durable before it counts", async () => {
  const record = await make("account-4");
  const asked: unknown[] = [];
  const native = IDBDatabase.prototype.transaction;
  vi.spyOn(IDBDatabase.prototype, "transaction").mockImplementation(function noted(this: IDBDatabase, ...args: Parameters<typeof native>) {
    if (args[1] === "readwrite") asked.push(args[2]);
    return native.apply(this, args);
  });
  await change_record(record.id, now => ({ ...now, tries: { failed: 1, at: NOON, until: NOON } }));
  await put_record(record);
  expect(asked).toEqual([{ durability: "strict" }, { durability: "strict" }]);
});

test("a change of two tabs at once loses neither, one of nothing writes nothing, and a vault that is gone does not come back", async () => {
  const record = await make("account-5");
  const one_more = (now: VaultRecord): VaultRecord => ({ ...now, tries: { ...now.tries, failed: now.tries.failed + 1 } });
  await Promise.all(Array.from({ length: 7 }, () => change_record(record.id, one_more)));
  expect((await find_record(record.id))?.tries.failed).toBe(7);
  const put = vi.spyOn(IDBObjectStore.prototype, "put");
  expect((await change_record(record.id, now => now))?.tries.failed).toBe(7);
  expect(put).not.toHaveBeenCalled();
  await drop_record(record.id);
  expect(await change_record(record.id, one_more)).toBeNull();
  expect(await find_record(record.id)).toBeUndefined();
});

test("a new version finds the vaults of the one before: they lie where they lay", async () => {
  const record = await make("account-6");
  const db = await openDB("vaults", 1);
  expect(await db.get("vaults", record.id)).toMatchObject({ id: record.id, who: record.who });
  db.close();
});
