import "fake-indexeddb/auto";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { drop, keep, recall } from "../../src/store/install.ts";
import { boxes_of } from "../../src/store/boxes.ts";
import { outbox_of } from "../../src/store/outbox.ts";
import { begin_going, go_on, go_on_all } from "../../src/vault/going.ts";
import { new_device_key } from "../../src/vault/proof.ts";
import { random } from "../../src/vault/bytes.ts";
import { all_records, change_record, find_record, new_record, put_record, who_is } from "../../src/vault/record.ts";
import { grace_ms, MOST_TRIES } from "../../src/vault/rules.ts";
import { keys_of, seal, unseal } from "../../src/vault/keys.ts";
import type { Server } from "../../src/vault/server.ts";
import { bound, make_vault, unlock, type Unlocked } from "../../src/vault/vault.ts";
import { passphrase_slot } from "../../src/vault/slots.ts";
import { make_server } from "../make.ts";

const RIGHT = { kind: "passphrase", text: "lantern orchard tunnel breakfast" } as const;
const WRONG = { kind: "passphrase", text: "lantern orchard tunnel supper" } as const;
const NOBODY = new Proxy({}, { get: () => () => Promise.reject(new Error("no server")) }) as Server;

const server = await make_server();
let vault: Unlocked;
let asked: string[] = [];

async function make(account: string): Promise<Unlocked> {
  const empty = new_record(await who_is(account), true, { device_key: await new_device_key(), server: server.keys }, grace_ms(true), Date.now());
  const secret = random(32);
  const record = { ...empty, slots: [await passphrase_slot(secret, bound(empty), RIGHT.text, 1000)] };
  await put_record(record);
  return { record, keys: await keys_of(secret, bound(record)) };
}

const failed = async () => (await find_record(vault.record.id))?.tries.failed;
const wrong = (way: typeof RIGHT | typeof WRONG = WRONG) => unlock(vault.record.id, way, NOBODY);

/** One lock at a time, as browsers give it. */
function locks(): object {
  let last: Promise<unknown> = Promise.resolve();
  return { request: (_name: string, work: () => Promise<unknown>) => (last = last.then(work, work)) };
}

beforeEach(async () => {
  asked = [];
  vi.stubGlobal("navigator", { locks: locks() });
  vi.stubGlobal("fetch", (path: string) => {
    asked.push(path);
    return Promise.resolve(path === "/v1/handover" ? Response.json({ kept: [1] }) : new Response(null, { status: 204 }));
  });
  vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2026-11-21T17:00:00Z") });
  for (const { id } of await all_records()) { await begin_going(id, false); await go_on(id); }
  vault = await make("account-1");
});

describe("tries", () => {
  test("are counted on the disk before anything is tried: killed in the middle, they stay counted", async () => {
    const native = crypto.subtle.deriveBits.bind(crypto.subtle);
    vi.spyOn(crypto.subtle, "deriveBits").mockImplementation(async () => { throw new Error(`killed with ${await failed() ?? -1} counted`); });
    await expect(wrong()).rejects.toThrow("killed with 1 counted");
    await expect(wrong(RIGHT)).rejects.toThrow("killed with 2 counted");
    vi.mocked(crypto.subtle.deriveBits).mockImplementation(native);
    expect(await wrong()).toEqual({ code: "wrong", left: MOST_TRIES - 3 });
  });

  test("of several tabs at once are all counted, and after five there is a wait", async () => {
    vi.stubGlobal("navigator", { locks: { request: (_name: string, work: () => unknown) => work() } });
    const answers = await Promise.all(Array.from({ length: 8 }, () => wrong()));
    expect(answers.filter(one => "code" in one && one.code === "wrong")).toHaveLength(5);
    expect(answers.filter(one => "code" in one && one.code === "wait")).toHaveLength(3);
    expect(await failed()).toBe(5);
  });

  test("are forgotten by the right one only, and the wait holds for that one too", async () => {
    for (let n = 0; n < 5; n++) await wrong();
    expect(await wrong(RIGHT)).toEqual({ code: "wait", wait_ms: 30_000 });
    vi.setSystemTime(Date.now() + 30_000);
    expect(await wrong(RIGHT)).toHaveProperty("keys");
    expect(await failed()).toBe(0);
  });

  test("erase every slot with the tenth wrong one: then the right one opens nothing", async () => {
    for (let n = 0; n < MOST_TRIES; n++) {
      await wrong();
      vi.setSystemTime(Date.now() + 3_600_000);
    }
    expect(await find_record(vault.record.id)).toMatchObject({ slots: [], going: { ordered: false } });
    expect(await wrong(RIGHT)).toEqual({ code: "erased" });
  });
});

test("a vault that was just made opens the way it was made, and lies on the disk by then", async () => {
  const record = new_record(await who_is("account-9"), false, { device_key: await new_device_key(), server: server.keys }, grace_ms(false), Date.now());
  const { keys } = await make_vault(record, RIGHT, NOBODY);
  const box = await seal(keys, "x", "what I hold");
  const again = await unlock(record.id, RIGHT, NOBODY);
  if ("code" in again) throw new Error(again.code);
  expect(await unseal(again.keys, "x", box)).toBe("what I hold");
});

test("past its lease a vault does not open, and after the days of grace its slots are erased", async () => {
  await change_record(vault.record.id, record => ({ ...record, lease: { ...record.lease, not_after: Date.now() + 1000 } }));
  vi.setSystemTime(Date.now() + 2000);
  expect(await wrong(RIGHT)).toEqual({ code: "over" });
  vi.setSystemTime(Date.now() - 3_600_000);
  expect(await wrong(RIGHT)).toEqual({ code: "clock" });
  vi.setSystemTime(Date.now() + 8 * 86_400_000);
  expect(await wrong(RIGHT)).toEqual({ code: "erased" });
  expect((await find_record(vault.record.id))?.slots).toEqual([]);
});

describe("erasing", () => {
  const write = async () => {
    await boxes_of(vault.record.id, vault.keys).begin("r");
    await outbox_of(vault.record.id, vault.keys, server.keys.seal).add({ id: "m", at: "2026-11-20T10:00:00Z", name: "message.send", v: 1, scope: "a", args: {} });
    await keep("person", { key: vault.record.id, signed_in: true });
  };
  const left = async () => (await indexedDB.databases()).flatMap(({ name }) => name?.includes(vault.record.id) ? [name] : []);

  /** The n-th thing that is asked of the disk or the network kills the app. */
  function kill_at(n: number): () => boolean {
    let steps = 0;
    let dead = false;
    const step = <A extends unknown[], R>(real: (...args: A) => R) => function killed(this: unknown, ...args: A): R {
      if (dead || ++steps === n) { dead = true; throw new DOMException("killed", "QuotaExceededError"); }
      return real.apply(this, args);
    };
    const [transaction, erase] = [step(IDBDatabase.prototype.transaction), step(indexedDB.deleteDatabase.bind(indexedDB))];
    vi.spyOn(IDBDatabase.prototype, "transaction").mockImplementation(transaction);
    vi.spyOn(indexedDB, "deleteDatabase").mockImplementation(erase);
    vi.stubGlobal("fetch", step(fetch));
    return () => { vi.restoreAllMocks(); return dead; };
  }

  test("begun, it ends, wherever it is killed: the slots never come back, the work is handed over, the agency is told", async () => {
    for (let n = 1; ; n++) {
      vault = await make(`account-${n}`);
      await write();
      asked = [];
      await begin_going(vault.record.id, true);
      const real = fetch;
      const revive = kill_at(n);
      await go_on(vault.record.id).catch(() => false);
      const was_killed = revive();
      vi.stubGlobal("fetch", real);
      expect((await find_record(vault.record.id))?.slots ?? []).toEqual([]);
      await go_on_all();
      expect([await left(), await find_record(vault.record.id), await recall("person")]).toEqual([[], undefined, undefined]);
      expect(asked).toContain("/v1/handover");
      expect(asked.some(path => path.endsWith("/wiped"))).toBe(true);
      if (!was_killed) break;
      expect(n).toBeLessThan(100);
    }
  });

  test("waits for a signal with what needs one, and nothing can be read meanwhile", async () => {
    await write();
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("offline")));
    await begin_going(vault.record.id, true);
    expect(await go_on(vault.record.id)).toBe(false);
    expect(await left()).toEqual([`out-${vault.record.id}`]);
    expect(await wrong(RIGHT)).toEqual({ code: "erased" });
    await drop("person");
  });
});
