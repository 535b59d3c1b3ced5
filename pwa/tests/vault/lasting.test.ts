import "fake-indexeddb/auto";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Open } from "../../src/keeper/desk.ts";
import { type Changes, NEW_STANDING } from "../../src/store/boxes.ts";
import { outbox_of } from "../../src/store/outbox.ts";
import { to_text, utf8 } from "../../src/vault/bytes.ts";
import { how_long, keep_time, lease_due, type Lease, read_lease, runs_out, with_lease } from "../../src/vault/lasting.ts";
import { new_device_key } from "../../src/vault/proof.ts";
import { change_record, find_record, new_record, put_record, who_is } from "../../src/vault/record.ts";
import { grace_ms, MINUTE_MS } from "../../src/vault/rules.ts";
import { make_keys, make_server } from "../make.ts";

const NOON = Date.parse("2026-11-21T17:00:00Z");
const HOUR = 60 * MINUTE_MS;
const server = await make_server();
const keys = await make_keys();

const lease_of = (changes: Partial<Lease> = {}): Lease => ({ device: "d", account: "a", issued: NOON, not_after: NOON + 100 * HOUR, ...changes });
async function signed(payload: object, key = server.sign): Promise<string> {
  const text = utf8(JSON.stringify(payload));
  return `${to_text(text)}.${to_text(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, text))}`;
}

/** A vault that lies on the disk and is open. */
async function make_open(account: string): Promise<{ it: Open; device: string; saved: () => number }> {
  const record = new_record(await who_is(account), true, { device_key: await new_device_key(), server: server.keys }, grace_ms(true), Date.now());
  await put_record(record);
  const outbox = outbox_of(record.id, keys, server.keys.seal);
  let saves = 0;
  const save = () => { saves += 1; return Promise.resolve(); };
  const it = { session: { account_id: account }, vault: { record, keys }, lease: null, store: { outbox }, save } as unknown as Open;
  return { it, device: (await outbox.device()).id, saved: () => saves };
}

const news = (lease: string | null, clock_ahead_ms = 0): Changes => ({ standing: { ...NEW_STANDING, clock_ahead_ms }, holds: null, list: null, drop: [], put: [], lease });

beforeEach(() => { vi.useFakeTimers({ toFake: ["Date"], now: NOON }); });

describe("a lease", () => {
  test("counts when the server signed it for this device and account, and for some time", async () => {
    const { lease: known } = server.keys;
    const stranger = await make_server();
    expect(await read_lease(known, await signed(lease_of()), "d", "a")).toEqual(lease_of());
    for (const wrong of [lease_of({ device: "other" }), lease_of({ account: "other" }), lease_of({ not_after: NOON }), lease_of({ not_after: NOON - 1 })]) {
      expect(await read_lease(known, await signed(wrong), "d", "a")).toBeNull();
    }
    for (const nonsense of [await signed(lease_of(), stranger.sign), "", "nonsense"]) expect(await read_lease(known, nonsense, "d", "a")).toBeNull();
  });

  test.each([["when there is none", null, true], ["when it is nonsense", "nonsense", true]])("is asked for %s", (_, lease, due) => { expect(lease_due(lease, NOON)).toBe(due); });

  test.each([[0, false], [10, false], [10.1, true], [200, true]])("is asked for anew once a tenth is used: after %i of 100 hours, %s", async (hours, due) => {
    expect(lease_due(await signed(lease_of()), NOON + hours * HOUR)).toBe(due);
  });

  test.each([[49, null], [50, false], [79, null], [80, true], [500, true]])("that is not renewed is spoken of from its half, and soon from four fifths: %i hours", async (hours, soon) => {
    const told = runs_out(await signed(lease_of()), NOON + hours * HOUR);
    expect(told).toEqual(hours < 50 ? null : { at: NOON + 100 * HOUR, soon: soon ?? false });
  });

  test("that is none is not spoken of", () => { for (const none of [null, "", "nonsense"]) expect(runs_out(none, NOON)).toBeNull(); });

  test("is read whatever letters its payload needs", async () => {
    const odd = { ...lease_of(), account: "ÿþ?~>".repeat(5) };
    expect((await signed(odd)).split(".")[0]).toMatch(/[-_]/);
    expect(runs_out(await signed(odd), NOON + 90 * HOUR)).toEqual({ at: NOON + 100 * HOUR, soon: true });
  });
});

describe("after an answer of the server", () => {
  test("a new lease is kept, on the disk and with what is sealed", async () => {
    const { it, device, saved } = await make_open("a1");
    const lease = await signed(lease_of({ device, account: "a1", issued: NOON + HOUR }));
    await keep_time(it, news(lease));
    expect([it.lease, saved()]).toEqual([lease, 1]);
    expect(await find_record(it.vault?.record.id ?? "")).toMatchObject({ mark: NOON + HOUR, lease: { not_after: NOON + 100 * HOUR, grace_ms: grace_ms(true) } });
    expect(it.vault?.record.lease.not_after).toBe(NOON + 100 * HOUR);
  });

  test("another's lease is not", async () => {
    const { it, saved } = await make_open("a2");
    await keep_time(it, news(await signed(lease_of({ device: "another", account: "a2" }))));
    await keep_time(it, news(null));
    expect([it.lease, saved(), it.vault?.record.lease.not_after]).toEqual([null, 0, null]);
  });

  test("the server's time is known from then on, written down once a minute at most, and never goes back", async () => {
    const { it } = await make_open("a3");
    const marked = async (ahead: number) => {
      await keep_time(it, news(null, ahead));
      return [(it.vault?.record.mark ?? 0) - NOON, ((await find_record(it.vault?.record.id ?? ""))?.mark ?? 0) - NOON];
    };
    expect(await marked(MINUTE_MS)).toEqual([0, 0]);
    expect(await marked(MINUTE_MS + 1)).toEqual([MINUTE_MS + 1, MINUTE_MS + 1]);
    expect(await marked(-HOUR)).toEqual([MINUTE_MS + 1, MINUTE_MS + 1]);
    await change_record(it.vault?.record.id ?? "", record => ({ ...record, mark: NOON + 9 * HOUR }));
    expect(await marked(HOUR)).toEqual([9 * HOUR, 9 * HOUR]);
  });

  test("a phone that keeps nothing, and a vault that is gone, have nothing to write down", async () => {
    const { it, saved } = await make_open("a4");
    await expect(keep_time({ ...it, vault: null }, news(await signed(lease_of()), HOUR))).resolves.toBeUndefined();
    expect(saved()).toBe(0);
    expect(await with_lease("no such vault", lease_of())).toBeNull();
  });
});

test("a lease mends what a wrong clock left behind: it also says what time it is", async () => {
  const { it } = await make_open("a6");
  const { id } = it.vault?.record ?? { id: "" };
  await change_record(id, record => ({ ...record, mark: NOON + 1e12 }));
  expect(await with_lease(id, lease_of())).toMatchObject({ mark: NOON, lease: { not_after: NOON + 100 * HOUR } });
});

test("how long a vault lasts is told from what lies on the disk", async () => {
  const { it } = await make_open("a5");
  const record = await with_lease(it.vault?.record.id ?? "", lease_of({ issued: NOON - HOUR }));
  if (!record) throw new Error("no vault");
  expect([NOON, NOON - 2 * HOUR, NOON + 101 * HOUR].map(now => how_long(record, now))).toEqual(["fine", "clock", "over"]);
});
