import { describe, expect, test } from "vitest";
import { runs_out } from "../../src/vault/lasting.ts";
import { grace_ms, is_away, lasting, MINUTE_MS, NO_TRIES, try_again, used, wait_after } from "../../src/vault/rules.ts";

const NOON = Date.parse("2026-11-21T17:00:00Z");
const HOUR = 60 * MINUTE_MS;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

describe("how long a vault lasts", () => {
  const worker = { not_after: NOON + 72 * HOUR, grace_ms: grace_ms(true) };
  const parent = { not_after: NOON + 7 * DAY, grace_ms: grace_ms(false) };
  test.each([
    ["at once", worker, NOON, "fine"], ["a minute before its end", worker, NOON + 72 * HOUR - MINUTE_MS, "fine"], ["a minute after it", worker, NOON + 72 * HOUR + MINUTE_MS, "over"],
    ["a worker's, seven days after its end", worker, NOON + 72 * HOUR + 7 * DAY + 1, "erase"], ["a parent's, seven days after its end", parent, NOON + 14 * DAY + 1, "over"],
    ["a parent's, thirty days after its end", parent, NOON + 37 * DAY + 1, "erase"], ["with the clock four minutes behind", worker, NOON - 4 * MINUTE_MS, "fine"],
    ["at its very end", worker, NOON + 72 * HOUR, "fine"], ["at the very end of its grace", worker, NOON + 72 * HOUR + 7 * DAY, "over"],
    ["with the clock five minutes behind", worker, NOON - 5 * MINUTE_MS, "fine"], ["with the clock six minutes behind", worker, NOON - 6 * MINUTE_MS, "clock"], ["with the clock an hour behind", worker, NOON - HOUR, "clock"],
    ["with the clock ten years behind", worker, NOON - 10 * YEAR, "clock"], ["with the clock ten years ahead", worker, NOON + 10 * YEAR, "erase"], ["an hour ahead", worker, NOON + HOUR, "fine"],
  ] as const)("%s: %#", (_, lease, clock, expected) => { expect(lasting(lease, NOON, clock)).toBe(expected); });

  test("putting the clock back does not bring a lease back that was over", () => {
    const seen_later = NOON + 80 * HOUR;
    expect(lasting(worker, seen_later, NOON)).toBe("clock");
    expect(lasting(worker, seen_later, seen_later - MINUTE_MS)).toBe("over");
  });

  test("summer time changes nothing: an instant is an instant", () => {
    const night = Date.parse("2026-11-01T05:59:00Z");
    expect(lasting({ not_after: night + 2 * MINUTE_MS, grace_ms: 0 }, night, night + MINUTE_MS)).toBe("fine");
  });

  test("a vault without a lease yet lasts, and its use is told from 0 to 1", () => {
    expect(lasting({ not_after: null, grace_ms: 0 }, NOON, NOON + YEAR)).toBe("fine");
    expect([used({ issued: 0, not_after: 10 }, -5), used({ issued: 0, not_after: 10 }, 1), used({ issued: 0, not_after: 10 }, 99)]).toEqual([0, 0.1, 1]);
    expect(used({ issued: NOON, not_after: NOON + 4 * HOUR }, NOON + HOUR)).toBe(0.25);
  });
});

describe("a phone that the agency has not confirmed for long", () => {
  const lease = `${btoa(JSON.stringify({ device: "d", account: "a", issued: NOON, not_after: NOON + 72 * HOUR })).replaceAll("=", "")}.signature`;
  test.each([
    ["nothing in its first half", NOON + 35 * HOUR, null], ["from its half on", NOON + 36 * HOUR, { at: NOON + 72 * HOUR, soon: false }],
    ["not yet near its end", NOON + 57 * HOUR, { at: NOON + 72 * HOUR, soon: false }], ["near its end", NOON + 58 * HOUR, { at: NOON + 72 * HOUR, soon: true }],
  ] as const)("is told of its lease: %s", (_, now, expected) => { expect(runs_out(lease, now)).toEqual(expected); });

  test("is told nothing where there is no lease to tell of", () => { expect([runs_out(null, NOON), runs_out("not one", NOON)]).toEqual([null, null]); });
});

describe("wrong tries", () => {
  test("cost nothing four times, then half a minute that doubles up to an hour, and end with the tenth", () => {
    expect(Array.from({ length: 10 }, (_, n) => wait_after(n + 1) / 1000)).toEqual([0, 0, 0, 0, 30, 60, 120, 240, 480, 960]);
    expect(wait_after(20)).toBe(HOUR);
    let [tries, now, made] = [NO_TRIES, NOON, 0];
    for (;;) {
      const may = try_again(tries, now);
      if (may === "none") break;
      if ("wait_ms" in may) now += may.wait_ms;
      else { tries = may.next; made += 1; }
    }
    expect(made).toBe(10);
  });

  test("a clock that is put back does not shorten the wait", () => {
    const five = { failed: 5, at: NOON, until: NOON + 30_000 };
    expect(try_again(five, NOON + 10_000)).toEqual({ wait_ms: 20_000 });
    expect(try_again(five, NOON - YEAR)).toEqual({ wait_ms: 30_000 });
  });
});

describe("nobody is here", () => {
  const seen = { hidden_at: null, touched_at: NOON, picker_at: 0 };
  test.each([
    ["a worker who touches nothing for five minutes", seen, true, 5 * MINUTE_MS, true], ["a worker after four", seen, true, 4 * MINUTE_MS, false],
    ["a parent after fourteen", seen, false, 14 * MINUTE_MS, false], ["a parent after fifteen", seen, false, 15 * MINUTE_MS, true],
    ["a worker's app behind another for two minutes", { ...seen, hidden_at: NOON }, true, 2 * MINUTE_MS, true],
    ["a parent's for two minutes", { ...seen, hidden_at: NOON }, false, 2 * MINUTE_MS, false], ["a parent's for five", { ...seen, hidden_at: NOON }, false, 5 * MINUTE_MS, true],
    ["a worker who takes a photo for two minutes", { hidden_at: NOON, touched_at: NOON, picker_at: NOON }, true, 2.5 * MINUTE_MS, false],
    ["a worker who takes a photo for three", { hidden_at: NOON, touched_at: NOON, picker_at: NOON }, true, 3 * MINUTE_MS, true],
    ["a worker's app behind another for a minute", { ...seen, hidden_at: NOON }, true, MINUTE_MS, false],
    ["a worker who chose a photo an hour ago, two minutes away", { hidden_at: NOON, touched_at: NOON, picker_at: NOON - HOUR }, true, 2 * MINUTE_MS, true],
    ["a worker who opened the camera a minute before", { hidden_at: NOON, touched_at: NOON, picker_at: NOON - MINUTE_MS }, true, 2 * MINUTE_MS, true],
    ["a clock put back by five minutes", seen, false, -5 * MINUTE_MS, false], ["a clock put back by an hour", seen, false, -HOUR, true], ["a clock put right by a second", seen, false, -1000, false],
  ] as const)("%s", (_, away, staff, after, locks) => { expect(is_away(away, staff, NOON + after)).toBe(locks); });
});
