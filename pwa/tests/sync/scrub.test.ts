import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Holds, Scrub } from "../../src/store/boxes.ts";
import { checksum, crc32 } from "../../src/sync/checksum.ts";
import { MOST_SUMS, scrubbed, to_scrub } from "../../src/sync/scrub.ts";
import type { LoadRow } from "../../src/wire.ts";

interface Vectors { crc32: Record<string, string>; sums: { name: string; rows: [number, number, string, number][]; sum: string }[] }

const DAY = 86_400_000;
const VECTORS = JSON.parse(readFileSync(new URL("../../../tests/vectors/checksums.json", import.meta.url), "utf8")) as Vectors;

test("the sum of what is held is the server's", () => {
  for (const [text, sum] of Object.entries(VECTORS.crc32)) expect(crc32(text).toString(16).padStart(8, "0")).toBe(sum);
  for (const { name, rows, sum } of VECTORS.sums) {
    const held = rows.map((row): LoadRow => [...row, {}]);
    expect([name, checksum(held), checksum(held.reverse())]).toEqual([name, sum, sum]);
  }
});

const holding = (n: number): Holds => Object.fromEntries(Array.from({ length: n }, (_, i) => [`s${String(i).padStart(4, "0")}`, { mask: 1, state: "fresh" as const }]));

/** A day of a phone that asks `times` times, beginning at `at`: which scopes told their sums. */
function day(holds: Holds, scrub: Scrub | undefined, at: number, times: number): { told: string[][]; scrub: Scrub | undefined } {
  const told: string[][] = [];
  for (let time = 0; time < times; time++) {
    const sent = to_scrub(holds, scrub, at + time);
    scrub = scrubbed(scrub, sent, at + time);
    told.push(sent);
  }
  return { told, scrub };
}

describe("a pass", () => {
  test("tells every scope once a day, so many at once, and nothing on the first", () => {
    const holds = holding(2 * MOST_SUMS + 3);
    const first = day(holds, undefined, 1_000, 3);
    expect(first.told.flat()).toEqual([]);
    const second = day(holds, first.scrub, 1_000 + DAY, 5);
    expect(second.told.map(sent => sent.length)).toEqual([MOST_SUMS, MOST_SUMS, 3, 0, 0]);
    expect(second.told.flat()).toEqual(Object.keys(holds));
    expect(day(holds, second.scrub, 1_000 + 2 * DAY, 4).told.flat()).toEqual(Object.keys(holds));
  });

  test("ends when the number of scopes comes out even, and when there are none", () => {
    const even = day(holding(MOST_SUMS), { began_at: 0, done_to: null }, DAY, 3);
    expect(even.told.map(sent => sent.length)).toEqual([MOST_SUMS, 0, 0]);
    expect(even.scrub).toEqual({ began_at: DAY, done_to: null });
    expect(day({}, { began_at: 0, done_to: null }, DAY, 1).scrub?.done_to).toBeNull();
  });

  test("leaves out what is not held, or known to be behind", () => {
    const holds: Holds = { ...holding(2), s0000: { mask: 1, state: "stale" }, x: { mask: 1, state: "none" } };
    expect(to_scrub(holds, { began_at: 0, done_to: null }, DAY)).toEqual(["s0001"]);
  });

  test("does not wait for years when the clock was put back", () => {
    expect(to_scrub(holding(1), { began_at: 10 * DAY, done_to: null }, DAY)).toHaveLength(1);
  });
});
