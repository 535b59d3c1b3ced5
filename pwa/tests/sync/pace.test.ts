import { expect, test } from "vitest";
import { AT_ONCE, backoff_ms, pace_after, type Pace, poll_ms } from "../../src/sync/pace.ts";
import type { Ending } from "../../src/sync/session.ts";

const circumstances = { poll_s: 60, online: true, random: 0.5 };
const failed = (because: "network" | "server", retry_after_s: number | null = null): Ending => ({ kind: "failed", because, retry_after_s });
const after = (ending: Ending, before: Pace = AT_ONCE, changes: object = {}): Pace => pace_after(ending, before, { ...circumstances, ...changes });

test("patience doubles from one second up to five minutes", () => {
  expect([0, 1, 2, 8, 9, 1_000].map(attempt => backoff_ms(attempt, null, 1))).toEqual([1_000, 2_000, 4_000, 256_000, 300_000, 300_000]);
});

test("a pause that the server asks for is kept whole, with chance on top", () => {
  expect(backoff_ms(0, 30, 0.5)).toBe(30_500);
  expect(after(failed("server", 30)).strict).toBe(true);
});

test("being offline does not count as an attempt, and is not tried each second: the network's return wakes the phone", () => {
  expect(after(failed("network"), AT_ONCE, { online: false })).toMatchObject({ attempt: 0, wait_ms: 60_000 });
  expect(after(failed("network")).attempt).toBe(1);
  expect(after(failed("server"), AT_ONCE, { online: false }).attempt).toBe(1);
});

test("success forgets all patience, and being signed out ends the asking", () => {
  expect(after({ kind: "done" }, { attempt: 7, wait_ms: 9, strict: false })).toMatchObject({ attempt: 0, wait_ms: 60_000 });
  expect(after({ kind: "signed_out", wipe: false }).wait_ms).toBeNull();
});

test("polls of phones that started together drift apart", () => {
  expect([poll_ms(60, 0), poll_ms(60, 1), poll_ms(0, 0.5)].map(Math.round)).toEqual([48_000, 72_000, 5_000]);
});
