import { describe, expect, test } from "vitest";
import { apply, type Before, touched } from "../../src/sync/apply.ts";
import { wanted } from "../../src/sync/ask.ts";
import type { Full } from "../../src/sync/full.ts";
import type { Changes } from "../../src/store/boxes.ts";
import { BOTH, CASE, make_answer, make_before, make_box, make_case_row, make_message_row, MESSAGE, RECEIVING, STAFF, summarize } from "../make.ts";

const NOW = { asked: 900, ms: 1_100 };
const applied = (before: Before, response: Full): Changes => apply(before, response, NOW, summarize);
const listed = (changes: Changes): string[] => changes.list?.cases.map(item => item.scope) ?? [];

describe("the manifest", () => {
  test("the first answer brings scopes to hold, and what it did not load is asked for", () => {
    const manifest = { digest: "d", scopes: [["a", RECEIVING], ["b", RECEIVING]] };
    const changes = applied(make_before(), make_answer({ manifest, load: [{ scope: "a", rows: [make_case_row("a")], sum: "" }] }));
    expect(listed(changes)).toEqual(["a"]);
    expect(wanted(changes.holds ?? {})).toEqual(["b"]);
    expect(changes.standing.have).toBe("d");
  });

  test("a scope that it no longer names leaves the phone, in the same write", () => {
    const changes = applied(make_before(make_box("a"), make_box("b")), make_answer({ manifest: { digest: "d", scopes: [["a", RECEIVING]] } }));
    expect(changes.drop).toEqual(["b"]);
    expect(listed(changes)).toEqual(["a"]);
    expect(Object.keys(changes.holds ?? {})).toEqual(["a"]);
  });

  test("another mask drops the scope and asks for it again, never surgery", () => {
    const changes = applied(make_before(make_box("a")), make_answer({ manifest: { digest: "d", scopes: [["a", BOTH]] } }));
    expect(changes.drop).toEqual(["a"]);
    expect(listed(changes)).toEqual([]);
    expect(wanted(changes.holds ?? {})).toEqual(["a"]);
  });

  test("a scope with another mask and its load in the same answer is replaced", () => {
    const manifest = { digest: "d", scopes: [["a", STAFF]] };
    const changes = applied(make_before(make_box("a")), make_answer({ manifest, load: [{ scope: "a", rows: [make_case_row("a")], sum: "" }] }));
    expect(changes.drop).toEqual([]);
    expect(changes.put).toEqual([expect.objectContaining({ scope: "a", mask: STAFF, stale: false })]);
  });

  test("a load of a scope that it does not name is not kept", () => {
    const changes = applied(make_before(), make_answer({ load: [{ scope: "x", rows: [make_case_row("x")], sum: "" }] }));
    expect(changes.put).toEqual([]);
  });

  test("absent, it leaves the digest and everything held alone", () => {
    const changes = applied(make_before(make_box("a")), make_answer());
    expect(changes).toMatchObject({ holds: null, list: null, drop: [], put: [] });
    expect(changes.standing).toMatchObject({ cursor: "cursor-2", have: "digest-1" });
  });
});

describe("delta rows", () => {
  test("replace the row of the same audience, kind and id, and add new ones", () => {
    const rows = [["a", BOTH, CASE, "a", 2, { case_number: "new" }], ["a", BOTH, MESSAGE, "m", 1, { body: "hi" }]];
    const [box] = applied(make_before(make_box("a")), make_answer({ rows })).put;
    expect(box?.rows).toEqual([[BOTH, CASE, "a", 2, { case_number: "new" }], [BOTH, MESSAGE, "m", 1, { body: "hi" }]]);
  });

  test("without a body take away only the row of that audience", () => {
    const both = make_message_row("m");
    const own = [16, MESSAGE, "m", 1, { note: 1 }] as typeof both;
    const [box] = applied(make_before(make_box("a", { rows: [make_case_row("a"), both, own] })), make_answer({ rows: [["a", 16, MESSAGE, "m", 2, null]] })).put;
    expect(box?.rows).toEqual([make_case_row("a"), both]);
  });

  test("of a scope that is not held, or is stale, are ignored: its load brings them", () => {
    const rows = [["a", BOTH, MESSAGE, "m", 1, {}], ["b", BOTH, MESSAGE, "m", 1, {}]];
    expect(applied(make_before(make_box("a", { stale: true })), make_answer({ rows })).put).toEqual([]);
  });

  test("do not touch a scope that the same answer loads", () => {
    const load = [{ scope: "a", rows: [make_case_row("a", { case_number: "loaded" })], sum: "" }];
    const [box] = applied(make_before(make_box("a")), make_answer({ load, rows: [["a", BOTH, CASE, "a", 1, { case_number: "older" }]] })).put;
    expect(box?.rows).toEqual([make_case_row("a", { case_number: "loaded" })]);
  });
});

describe("what is behind", () => {
  test("a stale scope stays readable and is asked for again", () => {
    const changes = applied(make_before(make_box("a")), make_answer({ stale: ["a"] }));
    expect(changes.put).toEqual([expect.objectContaining({ scope: "a", stale: true, rows: [make_case_row("a")] })]);
    expect(changes.list?.cases[0]).toMatchObject({ scope: "a", stale: true });
    expect(wanted(changes.holds ?? {})).toEqual(["a"]);
  });

  test("after a reset everything still allowed stays readable and is loaded again, the rest goes", () => {
    const manifest = { digest: "d", scopes: [["a", RECEIVING], ["c", RECEIVING]] };
    const changes = applied(make_before(make_box("a"), make_box("b")), make_answer({ reset: "epoch", manifest }));
    expect(changes.drop).toEqual(["b"]);
    expect(listed(changes)).toEqual(["a"]);
    expect(wanted(changes.holds ?? {})).toEqual(["c", "a"]);
  });
});

test("after a new name everything held that the answer does not load is asked for: between the two nothing is missed", () => {
  const before = make_before(make_box("a"), make_box("b"));
  before.standing.cursor = null;
  const manifest = { digest: "d", scopes: [["a", RECEIVING], ["b", RECEIVING]] };
  const response = make_answer({ manifest, load: [{ scope: "a", rows: [make_case_row("a")], sum: "" }] });
  expect(touched(response, before).sort()).toEqual(["a", "b"]);
  const changes = applied(before, response);
  expect(wanted(changes.holds ?? {})).toEqual(["b"]);
  expect(listed(changes).sort()).toEqual(["a", "b"]);
});

test("an answer without a cursor keeps the one at hand", () => {
  expect(applied(make_before(), make_answer({ cursor: undefined })).standing.cursor).toBe("cursor-1");
});

test("a clock that is off is only ever measured", () => {
  expect(applied(make_before(), make_answer({ now: 61_000 })).standing).toMatchObject({ clock_ahead_ms: 60_000, checked_at: 1_100 });
});
