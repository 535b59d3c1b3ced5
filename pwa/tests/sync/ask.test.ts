import { expect, test } from "vitest";
import { MOST_PUSHED, to_push, wanted } from "../../src/sync/ask.ts";
import { make_item } from "../make.ts";

test("scopes that are missing are asked for before those that are only behind", () => {
  expect(wanted({ a: { mask: 1, state: "stale" }, b: { mask: 1, state: "none" }, c: { mask: 1, state: "fresh" } })).toEqual(["b", "a"]);
});

test("only the unanswered is sent, in order and without the answer's field", () => {
  const answered = make_item(1, { done: { n: 1, outcome: "refused", at: "" } });
  expect(to_push([answered, make_item(2), make_item(3)], MOST_PUSHED)).toEqual([make_item(2), make_item(3)]);
});

test("at most so many go at once", () => {
  expect(to_push(Array.from({ length: 70 }, (_, i) => make_item(i + 1)), MOST_PUSHED).map(item => item.n).at(-1)).toBe(MOST_PUSHED);
});

test("long texts go in several requests, but one always goes", () => {
  const long = (n: number) => make_item(n, { args: { body: "x".repeat(80_000) } });
  expect(to_push([long(1), long(2)], MOST_PUSHED).map(item => item.n)).toEqual([1]);
});
