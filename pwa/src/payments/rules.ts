/** What was due, what was paid and where each payment is. Amounts are integer cents; nothing here decides how the law splits money. */
import type { CaseBox, Held } from "../store/model.ts";
import { type Day, type Month, add_days, add_months, days_between, month_of } from "../ui/when.ts";
import type { Disbursement, Obligation, Payment } from "../wire.ts";

export interface MonthRow {
  month: Month;
  due_cents: number;
  paid_cents: number;
}

export interface YearTotal {
  year: string;
  due_cents: number;
  paid_cents: number;
  /** Money sent on to the receiving parent; null for those who may not see it. */
  sent_cents: number | null;
}

export type Step = "received" | "processing" | "sent" | "available";

export interface LifeStep {
  step: Step;
  state: "done" | "now" | "ahead" | "stuck";
  on: Day | null;
}

export interface PaymentLife {
  steps: LifeStep[];
  hold: { reason: string | null; on: Day } | null;
  returned_on: Day | null;
  expected_on: Day | null;
  sent_cents: number;
  method: Disbursement["method"] | null;
  /** Nothing of this payment is on its way to this parent, and enough time has passed to say so. */
  nothing_sent: boolean;
}

type Ledger = Pick<CaseBox, "obligations" | "payments" | "disbursements">;

const STEPS: readonly Step[] = ["received", "processing", "sent", "available"];
const REACHED: Record<Disbursement["status"], number> = { processing: 1, held: 1, sent: 2, available: 3, returned: 2 };
const SETTLE_DAYS = 10;
const WEEK: Partial<Record<Obligation["frequency"], number>> = { weekly: 7, biweekly: 14 };

/** The days in a month on which one line of an order falls due: weeks count from its first day, months from the 1st (and the 15th). */
export function due_dates(line: Pick<Obligation, "frequency" | "from_on" | "to_on">, month: Month): Day[] {
  const inside = (day: Day) => day >= line.from_on && (!line.to_on || day <= line.to_on);
  const step = WEEK[line.frequency];
  if (step) return weekly_dates(line.from_on, month, step).filter(inside);
  const days = line.frequency === "semimonthly" ? ["01", "15"] : ["01"];
  return days.map(day => `${month}-${day}`).filter(inside);
}

/** What all lines of all orders make due in a month. */
export function due_in(lines: readonly Obligation[], month: Month): number {
  return lines.reduce((sum, line) => sum + line.amount_cents * due_dates(line, month).length, 0);
}

/** The last `count` months, the newest last; each with what was due and what was paid and not taken back. */
export function month_table(ledger: Pick<Ledger, "obligations" | "payments">, today: Day, count: number): MonthRow[] {
  const paid = paid_by(ledger.payments, month_of);
  const newest = month_of(today);
  return Array.from({ length: count }, (_, back) => add_months(newest, back - count + 1))
    .map(month => ({ month, due_cents: due_in(ledger.obligations, month), paid_cents: paid.get(month) ?? 0 }));
}

/** One line a year, the newest first, from the first year with something due or paid up to this month. */
export function year_totals(ledger: Ledger, today: Day, sees_sent: boolean): YearTotal[] {
  const months = months_to_count(ledger, today);
  const paid = paid_by(ledger.payments, year_of);
  const sent = new Map<string, number>();
  for (const one of ledger.disbursements) {
    if (one.status === "sent" || one.status === "available") add(sent, year_of(one.status_on), one.amount_cents);
  }
  const years = [...new Set(months.map(year_of))].reverse();
  return years.map(year => ({
    year,
    due_cents: months.filter(month => year_of(month) === year).reduce((sum, month) => sum + due_in(ledger.obligations, month), 0),
    paid_cents: paid.get(year) ?? 0,
    sent_cents: sees_sent ? sent.get(year) ?? 0 : null,
  }));
}

/** Payments, the newest first. */
export function newest_payments(payments: readonly Held<"payment">[]): Held<"payment">[] {
  return [...payments].sort((one, other) => (one.paid_on === other.paid_on ? cmp(other.id, one.id) : cmp(other.paid_on, one.paid_on)));
}

/** Where a payment is on its way to the receiving parent. */
export function payment_life(payment: Held<"payment">, disbursements: readonly Disbursement[], today: Day): PaymentLife {
  const mine = disbursements.filter(one => one.payment_id === payment.id);
  const slowest = mine.reduce<Disbursement | null>((slow, one) => (!slow || REACHED[one.status] < REACHED[slow.status] ? one : slow), null);
  const reached = slowest ? REACHED[slowest.status] : 0;
  const stuck = slowest?.status === "held" || slowest?.status === "returned";
  return {
    steps: STEPS.map((step, at) => life_step(step, at, reached, stuck, at === 0 ? payment.posted_on : slowest?.status_on ?? null)),
    hold: slowest?.status === "held" ? { reason: slowest.hold_reason_code, on: slowest.status_on } : null,
    returned_on: slowest?.status === "returned" ? slowest.status_on : null,
    expected_on: reached < 3 ? slowest?.expected_on ?? null : null,
    sent_cents: mine.reduce((sum, one) => sum + one.amount_cents, 0),
    method: slowest?.method ?? null,
    nothing_sent: mine.length === 0 && days_between(payment.posted_on, today) > SETTLE_DAYS,
  };
}

/** Past-due support as the state last counted it: the sum of its balances, or null when it gave none. */
export function past_due(balances: CaseBox["balances"]): { cents: number; as_of_on: Day } | null {
  if (balances.length === 0) return null;
  return {
    cents: balances.reduce((sum, one) => sum + one.amount_cents, 0),
    as_of_on: balances.reduce((oldest, one) => (one.as_of_on < oldest ? one.as_of_on : oldest), balances[0]?.as_of_on ?? ""),
  };
}

/** The lines of an order that run today, current support first. */
export function lines_today(lines: CaseBox["obligations"], today: Day): CaseBox["obligations"] {
  const order = ["current", "medical", "arrears", "fee"];
  return lines.filter(line => line.from_on <= today && (!line.to_on || line.to_on >= today))
    .sort((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind) || one.line - other.line);
}

function life_step(step: Step, at: number, reached: number, stuck: boolean, on: Day | null): LifeStep {
  if (at < reached) return { step, state: "done", on: at === 0 ? on : null };
  if (at > reached) return { step, state: "ahead", on: null };
  const finished = at === 3 || at === 0;
  return { step, state: stuck ? "stuck" : finished ? "done" : "now", on };
}

function weekly_dates(from: Day, month: Month, step: number): Day[] {
  const first = `${month}-01`;
  const behind = days_between(from, first);
  const start = behind <= 0 ? from : add_days(from, Math.ceil(behind / step) * step);
  const days: Day[] = [];
  for (let day = start; month_of(day) === month; day = add_days(day, step)) days.push(day);
  return days;
}

function months_to_count({ obligations, payments }: Pick<Ledger, "obligations" | "payments">, today: Day): Month[] {
  const starts = [...obligations.map(line => line.from_on), ...payments.map(one => one.paid_on)].sort();
  const months: Month[] = [];
  for (let month = month_of(starts[0] ?? today); month <= month_of(today); month = add_months(month, 1)) months.push(month);
  return months;
}

function paid_by(payments: readonly Payment[], key: (day: Day) => string): Map<string, number> {
  const sums = new Map<string, number>();
  for (const one of payments) if (!one.reversed_by) add(sums, key(one.paid_on), one.amount_cents);
  return sums;
}

function add(sums: Map<string, number>, key: string, cents: number): void {
  sums.set(key, (sums.get(key) ?? 0) + cents);
}

function year_of(day: string): string {
  return day.slice(0, 4);
}

function cmp(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
