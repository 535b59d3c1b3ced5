/** A case with defaults for everything that a test does not speak of. All people are invented. */

import type { HeldMessage, CaseBox, Held } from "../src/store/model.ts";

export const TODAY = "2026-11-21";
/** Noon in New York on that day. */
export const NOON = Date.parse("2026-11-21T17:00:00Z");
export const ZONE = "America/New_York";

const STAFF = 8;
const PAYING = 5;
const RECEIVING = 3;
export const MASKS = { staff: STAFF, paying: PAYING, receiving: RECEIVING } as const;

let made = 0;
const next_id = () => `id-${(made += 1)}`;

export function make_case(changes: Partial<CaseBox> = {}): CaseBox {
  return {
    scope: "scope", mask: RECEIVING, stale: false,
    case: {
      id: "case", case_number: "LC-0241042", status: "open", stage: "enforcement", opened_on: "2023-06-02", closed_on: null,
      next_step_code: null, next_step_on: null,
    },
    participants: [
      { id: "cp", role: "CP", first_name: "Maya", last_name: "Núñez", mine: true },
      { id: "ncp", role: "NCP", first_name: "Jordan", last_name: "O'Brien" },
      { id: "child", role: "CH", first_name: "Zoë" },
    ],
    orders: [], obligations: [], balances: [], payments: [], disbursements: [], hearings: [], events: [], messages: [], appointments: [], notes: [], contact_changes: [], documents: [], document_requests: [],
    ...changes,
  };
}

export function make_line(changes: Partial<Held<"obligation">> = {}): Held<"obligation"> {
  return { id: next_id(), order_id: "o", line: 1, kind: "current", amount_cents: 41_200, frequency: "monthly", from_on: "2024-01-01", to_on: null, ...changes };
}

export function make_payment(paid_on: string, changes: Partial<Held<"payment">> = {}): Held<"payment"> {
  return { id: next_id(), paid_on, posted_on: paid_on, amount_cents: 41_200, reversed_by: null, ...changes };
}

export function make_disbursement(payment_id: string, changes: Partial<Held<"disbursement">> = {}): Held<"disbursement"> {
  return {
    id: next_id(), payment_id, amount_cents: 41_200, method: "card", status: "sent", status_on: "2026-11-18", expected_on: "2026-11-23",
    hold_reason_code: null, ...changes,
  };
}

export function make_hearing(starts_local: string, changes: Partial<Held<"hearing">> = {}): Held<"hearing"> {
  return {
    id: next_id(), docket_number: "FM-23-1042", kind: "review", starts_local, time_zone: ZONE, minutes: 30, court: "Larkfield County Family Court",
    room: "Courtroom 4", address: "75 Quarry Ave, Larkfield, OH 43999", remote: false, status: "set", ...changes,
  };
}

export function make_message(changes: Partial<HeldMessage> = {}): HeldMessage {
  return {
    id: next_id(), thread: "cp", from_party: true, body: "hello", receipt: "K4T-9WMX", written_at: null, received_at: "2026-11-20T15:00:00Z",
    answer_due_on: "2026-11-27", answered_at: null, ...changes,
  };
}
