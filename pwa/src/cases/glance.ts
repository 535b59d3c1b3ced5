/** What the list of cases knows of each: enough for the first screen, the inbox and the search without opening a case. */
import type { Day } from "../ui/when.ts";
import type { Appointment, Case, Disbursement, Document, Hearing, Obligation } from "../wire.ts";
import type { CaseBox, Held } from "../store/model.ts";
import { is_open } from "../appointments/rules.ts";
import { how_far, is_wanted, requests_in_order } from "../documents/rules.ts";
import { type Part, full_name, part_in } from "./box.ts";

export interface HearingGlance {
  id: string;
  kind: string;
  starts_local: string;
  time_zone: string;
  minutes: number;
  status: Hearing["status"];
  remote: boolean;
}

export interface AppointmentGlance {
  id: string;
  name: string;
  starts_local: string;
  asked_local: string | null;
  asked_by: Appointment["asked_by"];
  time_zone: string;
  minutes: number;
  channel: Appointment["channel"];
  topic: Appointment["topic"];
  state: Appointment["state"];
}

/** A document that waits to be read by the team. */
export interface DocumentGlance {
  id: string;
  name: string;
  kind: Document["kind"];
  received_at: string;
}

/** A paper that this parent is asked for and has not sent. `again`: what was sent was not what is needed. */
export interface AskGlance {
  id: string;
  kind: Document["kind"];
  by_on: Day;
  again: boolean;
}

export interface ThreadGlance {
  thread: string;
  /** Who the thread is with: the party's name for staff, empty for the party. */
  name: string;
  last_at: string;
  last_from_party: boolean;
  /** The beginning of the last message. */
  snippet: string;
  /** The earliest day an answer is due for a message that has none; null when nothing waits. */
  due_on: Day | null;
  waiting: number;
}

export interface MoneyGlance {
  paid_on: Day | null;
  paid_cents: number;
  /** Money sent to the receiving parent most lately; staff and receiving parents only. */
  sent: Pick<Disbursement, "amount_cents" | "status" | "status_on" | "expected_on" | "hold_reason_code"> & { method: Disbursement["method"] | null } | null;
  /** When the payment behind `sent` was made. */
  sent_paid_on: Day | null;
  due_cents: number;
  frequency: Obligation["frequency"] | null;
  due_from: Day | null;
}

export interface CaseListItem extends Pick<Case, "case_number" | "status" | "stage" | "closed_on" | "next_step_code" | "next_step_on"> {
  scope: string;
  mask: number;
  stale: boolean;
  part: Part;
  receiving: string;
  paying: string;
  children: string[];
  hearings: HearingGlance[];
  /** Those that are still open. */
  appointments: AppointmentGlance[];
  documents: DocumentGlance[];
  /** The parent's own; not there as long as an earlier version's item stands. */
  asks?: AskGlance[];
  threads: ThreadGlance[];
  money: MoneyGlance;
  violence: boolean;
  /** Names and case number without accents or capitals, for searching. */
  folded: string;
}

const SNIPPET = 90;
const HEARINGS = 4;

/** Makes the list's entry for a case from its box. */
export function list_item(box: CaseBox): CaseListItem {
  const part = part_in(box);
  const named = (...roles: string[]) => full_name(box.participants.find(person => roles.includes(person.role ?? "")));
  const children = box.participants.filter(person => person.role === "CH").map(full_name);
  const receiving = named("CP");
  const paying = named("NCP", "AP");
  const { case_number, status, stage, closed_on, next_step_code, next_step_on } = box.case;
  return {
    scope: box.scope, mask: box.mask, stale: box.stale, part, case_number, status, stage, closed_on, next_step_code, next_step_on,
    receiving, paying, children,
    hearings: box.hearings.filter(one => one.status !== "held").sort(by_start).slice(-HEARINGS).map(hearing_glance),
    appointments: box.appointments.filter(is_open).sort(by_start).map(one => appointment_glance(box, one)),
    documents: part === "staff" ? box.documents.filter(one => one.state === "ready").map(one => document_glance(box, one)) : [],
    asks: part === "staff" ? [] : ask_glances(box),
    threads: thread_glances(box, part),
    money: money_glance(box),
    violence: box.participants.some(person => person.family_violence === true),
    folded: fold([receiving, paying, ...children, case_number].join(" ")),
  };
}

/** Text without accents, capitals or doubled spaces, so that "Nunez" finds "Núñez". */
export function fold(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/\s+/g, " ").trim();
}

export function by_start(one: Pick<Hearing, "starts_local">, other: Pick<Hearing, "starts_local">): number {
  return one.starts_local < other.starts_local ? -1 : one.starts_local > other.starts_local ? 1 : 0;
}

function hearing_glance({ id, kind, starts_local, time_zone, minutes, status, remote }: Held<"hearing">): HearingGlance {
  return { id, kind, starts_local, time_zone, minutes, status, remote };
}

function appointment_glance(box: CaseBox, one: Held<"appointment">): AppointmentGlance {
  const { id, starts_local, asked_local, asked_by, time_zone, minutes, channel, topic, state } = one;
  return { id, name: full_name(box.participants.find(person => person.id === one.thread)), starts_local, asked_local, asked_by, time_zone, minutes, channel, topic, state };
}

function document_glance(box: CaseBox, { id, thread, kind, received_at }: Held<"document">): DocumentGlance {
  return { id, name: full_name(box.participants.find(person => person.id === thread)), kind, received_at };
}

function ask_glances({ document_requests, documents }: CaseBox): AskGlance[] {
  const wanted = requests_in_order(document_requests, documents).filter(one => is_wanted(one, documents));
  return wanted.map(one => ({ id: one.id, kind: one.kind, by_on: one.by_on, again: how_far(one, documents) === "again" }));
}

function thread_glances(box: CaseBox, part: Part): ThreadGlance[] {
  const threads = new Map<string, ThreadGlance>();
  const ordered = box.messages.filter(one => !one.outbox).sort((one, other) => (one.received_at < other.received_at ? -1 : 1));
  for (const { thread, from_party, received_at, body, answer_due_on, answered_at } of ordered) {
    const before = threads.get(thread);
    const due = from_party && !answered_at ? answer_due_on : null;
    const earlier = before?.due_on && due && before.due_on < due ? before.due_on : due ?? before?.due_on ?? null;
    threads.set(thread, {
      thread,
      name: part === "staff" ? full_name(box.participants.find(person => person.id === thread)) : "",
      last_at: received_at,
      last_from_party: from_party,
      snippet: body.replace(/\s+/g, " ").slice(0, SNIPPET),
      due_on: earlier,
      waiting: (before?.waiting ?? 0) + (due ? 1 : 0),
    });
  }
  return [...threads.values()];
}

function money_glance(box: CaseBox): MoneyGlance {
  const paid = latest(box.payments.filter(one => !one.reversed_by && one.amount_cents > 0), one => one.paid_on);
  const sent = latest(box.disbursements, one => one.status_on);
  const current = latest(box.obligations.filter(one => one.kind === "current" && !one.to_on), one => one.from_on);
  return {
    paid_on: paid?.paid_on ?? null,
    paid_cents: paid?.amount_cents ?? 0,
    sent: sent ? sent_glance(sent) : null,
    sent_paid_on: box.payments.find(one => one.id === sent?.payment_id)?.paid_on ?? null,
    due_cents: current?.amount_cents ?? 0,
    frequency: current?.frequency ?? null,
    due_from: current?.from_on ?? null,
  };
}

function sent_glance({ amount_cents, status, status_on, expected_on, hold_reason_code, method }: Disbursement): MoneyGlance["sent"] {
  return { amount_cents, status, status_on, expected_on, hold_reason_code, method: method ?? null };
}

function latest<T>(rows: readonly T[], when: (row: T) => string): T | undefined {
  return rows.reduce<T | undefined>((best, row) => (!best || when(row) > when(best) ? row : best), undefined);
}
