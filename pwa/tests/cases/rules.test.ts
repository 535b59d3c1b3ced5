import { expect, test } from "vitest";
import { part_in } from "../../src/cases/box.ts";
import { headline, list_item, next_hearing, payment_stopped, stage_state } from "../../src/cases/rules.ts";
import type { CaseBox } from "../../src/store/model.ts";
import { make_case, make_disbursement, make_hearing, make_line, make_message, make_payment, MASKS, NOON, TODAY, ZONE } from "../make_case.ts";

const said = (changes: Partial<CaseBox>) => headline(list_item(make_case(changes)), NOON, TODAY);

test("a hearing within three days is what matters now", () => {
  const paid = make_payment("2026-11-18");
  expect(said({ payments: [paid], hearings: [make_hearing("2026-11-23T09:30")] })).toMatchObject({ key: "hearing", days: 2 });
});

test("a hearing that is over, held or cancelled is not what matters", () => {
  const hearings = [make_hearing("2026-11-21T09:30"), make_hearing("2026-11-22T09:30", { status: "cancelled" })];
  expect(said({ hearings })).toEqual({ key: "stage" });
});

test("a hearing is still ahead while it goes on", () => {
  expect(next_hearing([make_hearing("2026-11-21T11:45")], NOON)).not.toBeNull();
  expect(next_hearing([make_hearing("2026-11-21T11:15")], NOON)).toBeNull();
});

test("the next hearing is the soonest instant, not the smallest wall time", () => {
  const east = make_hearing("2026-12-01T09:30");
  const west = make_hearing("2026-12-01T08:00", { time_zone: "America/Los_Angeles" });
  expect(next_hearing([west, east], NOON)?.id).toBe(east.id);
});

test("the receiving parent hears where the money is, with the day of the payment behind it", () => {
  const paid = make_payment("2026-11-14");
  const line = said({ payments: [paid], disbursements: [make_disbursement(paid.id)] });
  expect(line).toMatchObject({ key: "money", status: "sent", paid_on: "2026-11-14", expected_on: "2026-11-23", method: "card" });
});

test("a hold stays what matters however old it is", () => {
  const paid = make_payment("2026-08-01");
  const held = make_disbursement(paid.id, { status: "held", status_on: "2026-08-03", hold_reason_code: "address" });
  expect(said({ payments: [paid], disbursements: [held] })).toMatchObject({ key: "money", status: "held", hold: "address" });
});

test("a payment newer than the last money received is told first", () => {
  const before = make_payment("2026-11-01");
  const money = make_disbursement(before.id, { status: "available", status_on: "2026-11-05" });
  expect(said({ payments: [before, make_payment("2026-11-19")], disbursements: [money] })).toMatchObject({ key: "paid", on: "2026-11-19" });
});

test("the paying parent hears that the payment was counted", () => {
  const line = said({ mask: MASKS.paying, participants: [{ id: "ncp", role: "NCP", mine: true }], payments: [make_payment("2026-11-18")] });
  expect(line).toEqual({ key: "paid", cents: 41_200, on: "2026-11-18" });
});

test("a payment taken back is no payment", () => {
  expect(said({ payments: [make_payment("2026-11-18", { reversed_by: "R1" })] })).toEqual({ key: "stage" });
});

test("payments have stopped only after longer than one due date explains", () => {
  const item = (last: string, frequency: "weekly" | "monthly") =>
    list_item(make_case({ obligations: [make_line({ frequency })], payments: [make_payment(last)] }));
  expect(payment_stopped(item("2026-10-31", "weekly"), TODAY)).toBe(false);
  expect(payment_stopped(item("2026-10-30", "weekly"), TODAY)).toBe(true);
  expect(payment_stopped(item("2026-10-30", "monthly"), TODAY)).toBe(false);
});

test("a new order without a payment has not stopped yet", () => {
  expect(payment_stopped(list_item(make_case({ obligations: [make_line({ from_on: "2026-11-01" })] })), TODAY)).toBe(false);
  expect(payment_stopped(list_item(make_case()), TODAY)).toBe(false);
});

test("a closed case says so before anything else", () => {
  const box = make_case({ hearings: [make_hearing("2026-11-22T09:30")] });
  const closed = { ...box, case: { ...box.case, status: "closed" as const, closed_on: "2026-10-01" } };
  expect(headline(list_item(closed), NOON, TODAY)).toEqual({ key: "closed", on: "2026-10-01" });
});

test("the part is the participant's own, and staff see as staff", () => {
  expect(part_in(make_case())).toBe("CP");
  expect(part_in(make_case({ mask: MASKS.paying, participants: [{ id: "a", role: "AP", mine: true }] }))).toBe("AP");
  expect(part_in(make_case({ mask: MASKS.paying, participants: [] }))).toBe("NCP");
  expect(part_in(make_case({ mask: MASKS.staff }))).toBe("staff");
});

test("a list item carries names, what waits for an answer, and nothing of unsent messages", () => {
  const outbox = { n: 1, id: "x", name: "message.send", v: 1, scope: "scope", args: {}, at: "2026-11-21T10:00:00Z", state: "saved" as const };
  const item = list_item(make_case({ mask: MASKS.staff, messages: [make_message({ answer_due_on: "2026-11-26" }), make_message(), make_message({ outbox })] }));
  expect(item).toMatchObject({ receiving: "Maya Núñez", paying: "Jordan O'Brien", children: ["Zoë"] });
  expect(item.threads).toEqual([expect.objectContaining({ thread: "cp", name: "Maya Núñez", due_on: "2026-11-26", waiting: 2 })]);
});

test("an answered message waits for nothing", () => {
  const [thread] = list_item(make_case({ messages: [make_message({ answered_at: "2026-11-21T10:00:00Z" })] })).threads;
  expect(thread).toMatchObject({ due_on: null, waiting: 0 });
});

test("the list keeps hearings in the zone they are in", () => {
  expect(list_item(make_case({ hearings: [make_hearing("2026-12-01T09:30")] })).hearings[0]).toMatchObject({ time_zone: ZONE, starts_local: "2026-12-01T09:30" });
});

test("stages behind the present one are done, and all are when the case is closed", () => {
  expect(stage_state("locate", { stage: "enforcement", status: "open" })).toBe("done");
  expect(stage_state("enforcement", { stage: "enforcement", status: "open" })).toBe("now");
  expect(stage_state("review", { stage: "enforcement", status: "open" })).toBe("ahead");
  expect(stage_state("review", { stage: "enforcement", status: "closed" })).toBe("done");
});
