import { expect, test } from "vitest";
import { case_rows, find_cases } from "../../src/caseload/rules.ts";
import { list_item } from "../../src/cases/rules.ts";
import { note_groups } from "../../src/notes/rules.ts";
import { note_add, note_edit } from "../../src/notes/twin.ts";
import type { HeldNote, OutboxItem, OutboxState } from "../../src/store/model.ts";
import { NEW_OWN } from "../../src/store/boxes.ts";
import { visit_pin } from "../../src/visits/twin.ts";
import { make_case, MASKS, NOON, TODAY } from "../make_case.ts";

const make = (id: string, changes: Partial<HeldNote> = {}): HeldNote => ({
  id, beside: null, version: id, author_name: "Wendy Park", body: id, written_at: null, received_at: "2026-11-20T15:00:00Z", edited_by: null, edited_at: null, ...changes,
});
const item = (name: string, args: object, state: OutboxState = "saved"): OutboxItem => ({ n: 1, id: "o", name, v: 1, scope: "scope", args, at: "2026-11-21T10:00:00Z", state });
const edit = (id: string, base: string, state?: OutboxState) => item("note.edit", { id, note: "a", base, body: `text ${id}` }, state);

test("a note is there at once", () => {
  const box = note_add(make_case({ mask: MASKS.staff }), item("note.add", { id: "new", body: "hello" }));
  expect(box.notes.map(one => [one.id, one.body, one.outbox?.state])).toEqual([["new", "hello", "saved"]]);
});

test("an edit replaces the text that it changed", () => {
  const box = note_edit(note_edit(make_case({ notes: [make("a")] }), edit("e1", "a")), edit("e2", "e1"));
  expect(box.notes.map(one => [one.id, one.body, one.version])).toEqual([["a", "text e2", "e2"]]);
});

test("where somebody else changed it meanwhile both texts stand", () => {
  const box = note_edit(make_case({ notes: [make("a", { version: "theirs", body: "theirs" })] }), edit("e1", "a"));
  expect(note_groups(box.notes).map(({ note, beside }) => [note.body, beside.map(one => one.body)])).toEqual([["theirs", ["text e1"]]]);
});

test("an edit that was refused is kept in sight and replaces nothing", () => {
  const box = note_edit(make_case({ notes: [make("a")] }), edit("e1", "a", "refused"));
  expect(box.notes.map(one => one.body)).toEqual(["a", "text e1"]);
});

test("the newest note comes first", () => {
  expect(note_groups([make("old"), make("new", { received_at: "2026-11-21T10:00:00Z" })]).map(one => one.note.id)).toEqual(["new", "old"]);
});

test("a pin is set and let go at once, and the filter follows it", () => {
  const pin = (pinned: boolean) => item("visit.pin", { case: "scope", pinned });
  const own = visit_pin(NEW_OWN, pin(true));
  const rows = case_rows([list_item(make_case()), list_item(make_case({ scope: "other" }))], NOON, TODAY, new Set(own.pins.map(one => one.case_id)));
  expect(find_cases(rows, "", new Set(["pinned"])).map(row => row.item.scope)).toEqual(["scope"]);
  expect(visit_pin(own, pin(false)).pins).toEqual([]);
});
