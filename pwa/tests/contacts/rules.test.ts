import { expect, test } from "vitest";
import { both_values, contact_lines, to_take_up } from "../../src/contacts/rules.ts";
import { contact_change, contact_take_up } from "../../src/contacts/twin.ts";
import type { CaseBox, HeldContactChange, OutboxItem, OutboxState } from "../../src/store/model.ts";
import { make_case } from "../make_case.ts";

const person = { id: "cp", role: "CP", phone: "555-0111" } as const;
const make = (changes: Partial<HeldContactChange> = {}): HeldContactChange => ({ id: "c", thread: "cp", field: "phone", was: "555-0111", now: "555-0144", state: "sent", sent_at: "2026-11-20T15:00:00Z", ...changes });
const item = (now: string | null, state: OutboxState = "saved", changes: Partial<OutboxItem> = {}): OutboxItem => ({
  n: 1, id: "o", name: "contact.change", v: 1, scope: "scope", args: { id: "new", thread: "cp", field: "phone", was: "555-0111", now }, at: "2026-11-21T10:00:00Z", state, ...changes,
});
const phone = (box: CaseBox) => contact_lines(person, box.contact_changes).find(line => line.field === "phone");

test("what the person said stands over the records until the records have it", () => {
  expect(contact_lines(person, [make()])[0]).toMatchObject({ value: "555-0144", change: { id: "c" } });
  expect(contact_lines({ ...person, phone: "555-0144" }, [make()])[0]).toMatchObject({ value: "555-0144", change: null });
  expect(contact_lines(person, [make({ state: "taken_up" })])[0]).toMatchObject({ value: "555-0111", change: null });
  expect(to_take_up(person, [make(), make({ thread: "ncp" })]).map(one => one.id)).toEqual(["c"]);
});

test("a change is there at once, and a second thought takes its place", () => {
  const box = contact_change(contact_change(make_case(), item("555-0144")), item(null));
  expect(box.contact_changes.map(one => [one.id, one.was, one.now])).toEqual([["new", "555-0111", null]]);
});

test("what was refused changes nothing, and both values can be read from it", () => {
  const refused = item("555-0155", "refused", { code: "contact_changed", say: { key: "contact_changed", args: { field: "phone", stands: "555-0144", wanted: "555-0155" } } });
  expect(phone(contact_change(make_case({ contact_changes: [make()] }), refused))?.value).toBe("555-0144");
  expect(both_values(refused)).toMatchObject({ field: "phone", stands: "555-0144", wanted: "555-0155" });
  expect(both_values(item("x"))).toBeNull();
});

test("what was taken up waits for nobody any more", () => {
  const taken = contact_take_up(make_case({ contact_changes: [make()] }), { ...item(""), name: "contact.take_up", args: { change: "c" } });
  expect(to_take_up(person, taken.contact_changes)).toEqual([]);
});
