import { expect, test } from "vitest";
import { due_dates, due_in, lines_today, month_table, newest_payments, past_due, payment_life, year_totals } from "../../src/payments/rules.ts";
import { make_disbursement, make_line, make_payment, TODAY } from "../make_case.ts";

test("a weekly line falls due on its own weekday, four or five times a month", () => {
  const weekly = make_line({ frequency: "weekly", from_on: "2026-10-02" });
  expect(due_dates(weekly, "2026-10")).toEqual(["2026-10-02", "2026-10-09", "2026-10-16", "2026-10-23", "2026-10-30"]);
  expect(due_dates(weekly, "2026-11")).toEqual(["2026-11-06", "2026-11-13", "2026-11-20", "2026-11-27"]);
  expect(due_dates(weekly, "2026-09")).toEqual([]);
});

test("a line every two weeks keeps its step across the turn of the year", () => {
  expect(due_dates(make_line({ frequency: "biweekly", from_on: "2026-12-18" }), "2027-01")).toEqual(["2027-01-01", "2027-01-15", "2027-01-29"]);
});

test("a line that starts or ends inside a month is due only inside it", () => {
  const line = make_line({ frequency: "semimonthly", from_on: "2026-11-02", to_on: "2026-12-10" });
  expect(due_dates(line, "2026-11")).toEqual(["2026-11-15"]);
  expect(due_dates(line, "2026-12")).toEqual(["2026-12-01"]);
  expect(due_dates(line, "2027-01")).toEqual([]);
});

test("what is due in a month is the sum of all lines, to the cent", () => {
  const lines = [make_line({ amount_cents: 10_001 }), make_line({ kind: "arrears", amount_cents: 4_000, frequency: "biweekly", from_on: "2026-11-06" })];
  expect(due_in(lines, "2026-11")).toBe(10_001 + 2 * 4_000);
});

test("the table has every month, oldest first, and leaves out what was taken back", () => {
  const payments = [make_payment("2026-11-03"), make_payment("2026-11-10", { reversed_by: "R1" }), make_payment("2026-09-03", { amount_cents: 100 })];
  expect(month_table({ obligations: [make_line()], payments }, TODAY, 3)).toEqual([
    { month: "2026-09", due_cents: 41_200, paid_cents: 100 },
    { month: "2026-10", due_cents: 41_200, paid_cents: 0 },
    { month: "2026-11", due_cents: 41_200, paid_cents: 41_200 },
  ]);
});

test("years count from the first thing due, the newest first, and keep what was sent from those who may not see it", () => {
  const paid = make_payment("2026-02-03");
  const ledger = { obligations: [make_line({ from_on: "2025-12-01" })], payments: [paid], disbursements: [make_disbursement(paid.id, { status: "available", status_on: "2026-02-08" })] };
  expect(year_totals(ledger, TODAY, true)).toEqual([
    { year: "2026", due_cents: 11 * 41_200, paid_cents: 41_200, sent_cents: 41_200 },
    { year: "2025", due_cents: 41_200, paid_cents: 0, sent_cents: 0 },
  ]);
  expect(year_totals(ledger, TODAY, false)[0]?.sent_cents).toBeNull();
});

test("payments of one day keep one order however they arrive", () => {
  const [one, other] = [make_payment("2026-11-03", { id: "a" }), make_payment("2026-11-03", { id: "b" })];
  expect(newest_payments([one, other])).toEqual(newest_payments([other, one]));
});

test("a payment on its way is received, processed, and waits at sent", () => {
  const paid = make_payment("2026-11-14");
  const life = payment_life(paid, [make_disbursement(paid.id)], TODAY);
  expect(life.steps.map(one => one.state)).toEqual(["done", "done", "now", "ahead"]);
  expect(life).toMatchObject({ expected_on: "2026-11-23", hold: null, nothing_sent: false, method: "card" });
});

test("a held payment is stuck where it is, with its reason and day", () => {
  const paid = make_payment("2026-11-14");
  const life = payment_life(paid, [make_disbursement(paid.id, { status: "held", status_on: "2026-11-16", hold_reason_code: "address" })], TODAY);
  expect(life.steps.map(one => one.state)).toEqual(["done", "stuck", "ahead", "ahead"]);
  expect(life.hold).toEqual({ reason: "address", on: "2026-11-16" });
});

test("an available payment is done to the end, and nothing more is expected", () => {
  const paid = make_payment("2026-11-01");
  const life = payment_life(paid, [make_disbursement(paid.id, { status: "available" })], TODAY);
  expect(life.steps.every(one => one.state === "done")).toBe(true);
  expect(life.expected_on).toBeNull();
});

test("of several parts the slowest is told", () => {
  const paid = make_payment("2026-11-01");
  const life = payment_life(paid, [make_disbursement(paid.id, { status: "available" }), make_disbursement(paid.id, { status: "held" })], TODAY);
  expect(life.hold).not.toBeNull();
  expect(life.sent_cents).toBe(82_400);
});

test("only after ten days do we say that nothing of a payment comes", () => {
  expect(payment_life(make_payment("2026-11-12"), [], TODAY).nothing_sent).toBe(false);
  expect(payment_life(make_payment("2026-11-10"), [], TODAY).nothing_sent).toBe(true);
});

test("past-due support is the state's own sum, as old as its oldest part", () => {
  expect(past_due([])).toBeNull();
  expect(past_due([{ id: "a", kind: "arrears_family", as_of_on: "2026-11-19", amount_cents: 5 }, { id: "b", kind: "arrears_state", as_of_on: "2026-11-20", amount_cents: 7 }]))
    .toEqual({ cents: 12, as_of_on: "2026-11-19" });
});

test("only lines that run today are the order of today, current support first", () => {
  const lines = [make_line({ kind: "arrears", line: 1 }), make_line({ line: 2 }), make_line({ to_on: "2026-11-20" }), make_line({ from_on: "2026-11-22" })];
  expect(lines_today(lines, TODAY).map(line => line.kind)).toEqual(["current", "arrears"]);
});
