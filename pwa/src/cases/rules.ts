/** What is true of a case today, from what this phone holds. `now` and `today` are always arguments. */
import { type Day, day_in, days_between, instant_of } from "../ui/when.ts";
import type { Case, Disbursement, Obligation } from "../wire.ts";
import type { CaseListItem, HearingGlance } from "./glance.ts";

export { type CaseListItem, fold, list_item } from "./glance.ts";

/** The one sentence that matters now; the words are made of it in each language. */
export type Headline =
  | { key: "hearing"; local: string; days: number; remote: boolean }
  | { key: "money"; status: Disbursement["status"]; cents: number; on: Day; paid_on: Day | null; expected_on: Day | null; hold: string | null; method: Disbursement["method"] | null }
  | { key: "paid"; cents: number; on: Day }
  | { key: "stopped"; last_on: Day | null }
  | { key: "closed"; on: Day | null }
  | { key: "stage" };

/** Where a case stands in its life, in the order people live it. */
export const LIFE: readonly Case["stage"][] = ["intake", "locate", "parentage", "establishment", "enforcement", "review"];

/** Days without a payment after which we say so: a little more than one missed due date. */
const QUIET_DAYS: Record<Obligation["frequency"], number> = { weekly: 21, biweekly: 30, semimonthly: 32, monthly: 45 };
const HEARING_SOON_DAYS = 3;
const MONEY_FRESH_DAYS = 40;

export function headline(item: CaseListItem, now: number, today: Day): Headline {
  if (item.status === "closed") return { key: "closed", on: item.closed_on };
  const hearing = next_hearing(item.hearings, now);
  if (hearing) {
    const days = days_between(day_in(hearing.time_zone, now), hearing.starts_local.slice(0, 10));
    if (days <= HEARING_SOON_DAYS) return { key: "hearing", local: hearing.starts_local, days, remote: hearing.remote };
  }
  return money_headline(item, today) ?? { key: "stage" };
}

/** The next hearing that still stands, or null. */
export function next_hearing(hearings: readonly HearingGlance[], now: number): HearingGlance | null {
  const coming = hearings.filter(one => one.status === "set" || one.status === "moved")
    .filter(one => instant_of(one.starts_local, one.time_zone) + one.minutes * 60_000 > now);
  return coming.sort((one, other) => instant_of(one.starts_local, one.time_zone) - instant_of(other.starts_local, other.time_zone))[0] ?? null;
}

/** True when support is due and nothing has been paid for longer than one due date explains. */
export function payment_stopped(item: CaseListItem, today: Day): boolean {
  const { frequency, due_cents, due_from, paid_on } = item.money;
  if (item.status === "closed" || !frequency || !due_from || due_cents === 0) return false;
  const since = paid_on && paid_on > due_from ? paid_on : due_from;
  return days_between(since, today) > QUIET_DAYS[frequency];
}

/** How a stage stands beside the one the case is in: behind it, in it, or still ahead. */
export function stage_state(stage: Case["stage"], item: Pick<Case, "stage" | "status">): "done" | "now" | "ahead" {
  const distance = LIFE.indexOf(stage) - LIFE.indexOf(item.stage);
  if (item.status === "closed" || distance < 0) return "done";
  return distance === 0 ? "now" : "ahead";
}

function money_headline(item: CaseListItem, today: Day): Headline | null {
  const { sent, sent_paid_on, paid_on, paid_cents } = item.money;
  const fresh = (on: Day) => days_between(on, today) <= MONEY_FRESH_DAYS;
  if (item.part !== "NCP" && item.part !== "AP" && sent && (fresh(sent.status_on) || sent.status === "held")) {
    const newer = paid_on && sent_paid_on && paid_on > sent_paid_on && sent.status === "available";
    if (!newer) return {
      key: "money", status: sent.status, cents: sent.amount_cents, on: sent.status_on, paid_on: sent_paid_on,
      expected_on: sent.expected_on, hold: sent.hold_reason_code, method: sent.method,
    };
  }
  if (payment_stopped(item, today)) return { key: "stopped", last_on: paid_on };
  if (paid_on && fresh(paid_on)) return { key: "paid", cents: paid_cents, on: paid_on };
  return null;
}
