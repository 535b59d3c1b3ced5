import { expect, test } from "vitest";
import { id_of, listed, target_of, unopened } from "../../src/notices/rules.ts";
import { notice_open } from "../../src/notices/twin.ts";
import { NEW_OWN } from "../../src/store/boxes.ts";
import type { OutboxItem } from "../../src/store/model.ts";
import type { Notice } from "../../src/wire.ts";

const CASE = "11111111-1111-4111-8111-111111111111";

function notice(id: string, given: Partial<Notice> = {}): Notice & { id: string } {
  return { id, kind: "payment", case_id: CASE, subject_id: null, told_at: "2026-03-02T15:00:00Z", opened_at: null, ...given };
}

test("an address on a lock screen names one notice, and anything else names none", () => {
  expect(id_of("ASNFZ4mrze8BI0VniavN7w")).toBe("01234567-89ab-cdef-0123-456789abcdef");
  for (const wrong of ["", "short", "ASNFZ4mrze8BI0VniavN7w==", "../../more/phone/aaaaaa"]) expect(id_of(wrong)).toBeNull();
});

test("every kind leads to a screen that both a parent and a worker may open, or to their list", () => {
  expect(target_of(notice("a"))).toBe(`/case/${CASE}/payments`);
  expect(target_of(notice("a", { kind: "hearing_reminder" }))).toBe("/calendar");
  expect(target_of(notice("a", { kind: "message" }))).toBe(`/messages/${CASE}`);
  expect(target_of(notice("a", { kind: "document", subject_id: "d" }))).toBe(`/documents/${CASE}`);
  expect(target_of(notice("a", { kind: "deadline", subject_id: "r" }))).toBe(`/documents/${CASE}`);
  expect(target_of(notice("a", { kind: "deadline", subject_id: CASE }))).toBe(`/case/${CASE}`);
  expect(target_of(notice("a", { kind: "device", case_id: null }))).toBe("/more/security");
  expect(target_of(notice("a", { kind: "overdue", case_id: null }))).toBe("/messages");
  expect(target_of(notice("a", { case_id: null }))).toBe("/notices");
});

test("the newest stands first, and a test notice in no list", () => {
  const all = [notice("old"), notice("new", { told_at: "2026-03-03T15:00:00Z" }), notice("test", { kind: "test" })];
  expect(listed(all).map(one => one.id)).toEqual(["new", "old"]);
});

test("what was seen offline is seen at once on this phone, and stays seen as first", () => {
  const own = { ...NEW_OWN, notices: [notice("a"), notice("b", { opened_at: "2026-03-02T16:00:00Z" }), notice("c")] };
  const after = notice_open(own, { args: { notices: ["a", "b"] }, at: "2026-03-04T09:00:00Z" } as unknown as OutboxItem);
  expect(unopened(after.notices).map(one => one.id)).toEqual(["c"]);
  expect(after.notices[1]?.opened_at).toBe("2026-03-02T16:00:00Z");
});
