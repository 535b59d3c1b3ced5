import { expect, test } from "vitest";
import { by_day, calendar_file, split_by_time } from "../../src/hearings/rules.ts";
import { make_hearing, NOON } from "../make_case.ts";

const WORDS = { title: "Appointment", note: "Open Porchlight for details." };

test("hearings are parted by when they end, the soonest and the latest first", () => {
  const hearings = [make_hearing("2026-12-05T09:00"), make_hearing("2026-11-21T11:45"), make_hearing("2026-11-20T09:00"), make_hearing("2026-01-20T09:00")];
  const { coming, past } = split_by_time(hearings, NOON);
  expect(coming.map(one => one.starts_local)).toEqual(["2026-11-21T11:45", "2026-12-05T09:00"]);
  expect(past.map(one => one.starts_local)).toEqual(["2026-11-20T09:00", "2026-01-20T09:00"]);
});

test("hearings of one day stand under one day", () => {
  const days = by_day([make_hearing("2026-12-05T09:00"), make_hearing("2026-12-05T10:00"), make_hearing("2026-12-07T09:00")]);
  expect(days.map(({ day, items }) => [day, items.length])).toEqual([["2026-12-05", 2], ["2026-12-07", 1]]);
});

test("a calendar entry says neither court nor support, only when and at which street address", () => {
  const text = calendar_file(make_hearing("2026-12-08T09:30", { id: "h1" }), WORDS, NOON);
  expect(text).not.toMatch(/court(?!room)|support|family|hearing|FM-23/i);
  expect(text).toContain("SUMMARY:Appointment\r\n");
  expect(text).toContain("LOCATION:75 Quarry Ave\\, Larkfield\\, OH 43999\r\n");
});

test("a calendar entry has the hearing's own id and the instant in UTC, across the change of clocks", () => {
  expect(calendar_file(make_hearing("2026-12-08T09:30", { id: "h1" }), WORDS, NOON)).toContain("DTSTART:20261208T143000Z");
  expect(calendar_file(make_hearing("2026-10-08T09:30", { id: "h1" }), WORDS, NOON)).toContain("DTSTART:20261008T133000Z");
  expect(calendar_file(make_hearing("2026-12-08T09:30", { id: "h1" }), WORDS, NOON)).toContain("UID:h1@porchlight\r\n");
});

test("adding a moved hearing again moves the entry: same id, later sequence", () => {
  const sequence = (text: string) => Number(/SEQUENCE:(\d+)/.exec(text)?.[1]);
  const before = calendar_file(make_hearing("2026-12-08T09:30", { id: "h1" }), WORDS, NOON);
  const after = calendar_file(make_hearing("2026-12-14T13:30", { id: "h1", status: "moved" }), WORDS, NOON + 86_400_000);
  expect(sequence(after)).toBeGreaterThan(sequence(before));
});

test("a cancelled hearing takes its entry back, and a remote one names no place", () => {
  expect(calendar_file(make_hearing("2026-12-08T09:30", { status: "cancelled" }), WORDS, NOON)).toContain("STATUS:CANCELLED");
  expect(calendar_file(make_hearing("2026-12-08T09:30", { remote: true }), WORDS, NOON)).not.toContain("LOCATION");
});

test("lines end with CR LF and none is longer than 75 bytes", () => {
  const text = calendar_file(make_hearing("2026-12-08T09:30", { address: "Ñ".repeat(120) }), WORDS, NOON);
  const lines = text.split("\r\n");
  expect(lines.join("")).not.toContain("\n");
  expect(Math.max(...lines.map(line => new TextEncoder().encode(line).length))).toBeLessThanOrEqual(75);
});

test("there are alarms seven, three and one days before", () => {
  expect(calendar_file(make_hearing("2026-12-08T09:30"), WORDS, NOON).match(/TRIGGER:-P\dD/g)).toEqual(["TRIGGER:-P7D", "TRIGGER:-P3D", "TRIGGER:-P1D"]);
});
