import { expect, test } from "vitest";
import { add_days, add_months, day_in, days_between, instant_of } from "../../src/ui/when.ts";

test("today is what a clock in the agency's zone shows", () => {
  expect(day_in("America/New_York", Date.parse("2026-11-22T04:30:00Z"))).toBe("2026-11-21");
  expect(day_in("Pacific/Guam", Date.parse("2026-11-21T14:30:00Z"))).toBe("2026-11-22");
});

test("a wall time becomes its instant on both sides of the change of clocks", () => {
  expect(new Date(instant_of("2026-07-01T09:30", "America/New_York")).toISOString()).toBe("2026-07-01T13:30:00.000Z");
  expect(new Date(instant_of("2026-12-01T09:30", "America/New_York")).toISOString()).toBe("2026-12-01T14:30:00.000Z");
  expect(new Date(instant_of("2026-03-08T08:00", "America/New_York")).toISOString()).toBe("2026-03-08T12:00:00.000Z");
  expect(new Date(instant_of("2026-12-01T09:30", "America/Phoenix")).toISOString()).toBe("2026-12-01T16:30:00.000Z");
});

test("a doubled hour in autumn is its first", () => {
  expect(new Date(instant_of("2026-11-01T01:30", "America/New_York")).toISOString()).toBe("2026-11-01T05:30:00.000Z");
});

test("days and months count across years and leap days", () => {
  expect(add_days("2028-02-28", 1)).toBe("2028-02-29");
  expect(days_between("2026-11-21", "2027-01-01")).toBe(41);
  expect(days_between("2026-03-07", "2026-03-09")).toBe(2);
  expect([add_months("2026-11", 2), add_months("2026-01", -1), add_months("2026-12", -24)]).toEqual(["2027-01", "2025-12", "2024-12"]);
});
