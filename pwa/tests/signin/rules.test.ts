/** A day of birth is understood as people write it, and a scanned picture becomes a code. */
import { describe, expect, it } from "vitest";
import { as_day, code_in } from "../../src/signin/rules.ts";

describe("a day of birth", () => {
  it.each([["4/5/1990", "1990-04-05"], ["04-05-1990", "1990-04-05"], ["12.31.2001", "2001-12-31"], ["4 5 1990", "1990-04-05"]])("%s is read month first", (typed, day) => {
    expect(as_day(typed)).toBe(day);
  });
  it.each(["1990-04-05", "Rivera", "Núñez-Rivera", "4/5/90"])("%s stays as it is", typed => {
    expect(as_day(typed)).toBe(typed);
  });
});

describe("a scanned address", () => {
  it("brings its words", () => {
    expect(code_in("#camel-pearl-island")).toBe("camel pearl island");
    expect(code_in("#camel%20pearl")).toBe("camel pearl");
  });
  it.each(["", "#", "#%E0%A4%A"])("%s brings nothing", hash => {
    expect(code_in(hash)).toBe("");
  });
});
