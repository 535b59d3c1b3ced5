/** What the phone holds, in the shapes that screens read. No noun is interpreted here: bodies are as `wire.ts` declares them. */

import type { Account, Noun, Nouns } from "../wire.ts";

/** One thing of the wire with its id: the shallow union of every row of it that this person may see. */
export type Held<N extends Noun> = Nouns[N] & { id: string };

/** A message of a thread. `outbox` is present while it is only on this phone, or was refused; then `receipt` is empty. */
export type HeldMessage = Held<"message"> & { outbox?: OutboxItem };

/** An appointment. `outbox` is the last change that this phone made to it and that is not both answered and shown back. */
export type HeldAppointment = Held<"appointment"> & { outbox?: OutboxItem };

/** A note of the case team. `outbox` is the change that this device made to it and that is not both answered and shown back. */
export type HeldNote = Held<"note"> & { outbox?: OutboxItem };

/** What a person says of their own contact. `outbox` is the change of this phone that is not both answered and shown back. */
export type HeldContactChange = Held<"contact_change"> & { outbox?: OutboxItem };

/** A document. `outbox` is the last change that this phone made to it and that is not both answered and shown back. */
export type HeldDocument = Held<"document"> & { outbox?: OutboxItem };

/** A paper that one party is asked for. `outbox` is the last change that this device made to it and that is not both answered and shown back. */
export type HeldRequest = Held<"document_request"> & { outbox?: OutboxItem };

/** Everything held of one case, merged, with what is still in the outbox already played on top. */
export interface CaseBox {
  scope: string;
  mask: number;
  /** Readable, but known to be behind the server: a reload is on its way. */
  stale: boolean;
  case: Held<"case">;
  participants: Held<"participant">[];
  orders: Held<"order">[];
  obligations: Held<"obligation">[];
  balances: Held<"balance">[];
  payments: Held<"payment">[];
  disbursements: Held<"disbursement">[];
  hearings: Held<"hearing">[];
  events: Held<"event">[];
  messages: HeldMessage[];
  appointments: HeldAppointment[];
  /** The person's own, or all of them for staff. */
  contact_changes: HeldContactChange[];
  /** The person's own, or all of them for staff. */
  documents: HeldDocument[];
  /** What the person is asked for, or everybody for staff. */
  document_requests: HeldRequest[];
  /** Staff only. */
  notes: HeldNote[];
}

/** What this phone holds of the person who signed in, and of nobody else. */
export interface Own {
  reads: Held<"read_mark">[];
  pins: Held<"visit_pin">[];
  preferences: Held<"preference">[];
  notices: Held<"notice">[];
}

/** The words of an outcome: a key of the word catalogues and its arguments. */
export interface Say {
  key: string;
  args?: Record<string, unknown>;
}

export type OutboxState = "saved" | "sending" | "refused" | "parked" | "done";

/** A change that this phone made and the server has not yet both answered and shown back. */
export interface OutboxItem {
  n: number;
  id: string;
  name: string;
  v: number;
  scope: string | null;
  args: unknown;
  /** When it was written, by this phone's clock (ISO 8601). */
  at: string;
  state: OutboxState;
  code?: string;
  say?: Say;
}

export interface Session {
  account_id: string;
  role: Account["role"];
  display_name: string;
  language: Account["language"];
  time_zone: string;
  /** What the person has to be told of their account, on every device of theirs. */
  alert?: Account["alert"];
  alert_at?: string | null;
  device: string;
}

/** `field`: the person turned field mode on, so nothing is tried until they ask. */
export type Phase = "starting" | "idle" | "syncing" | "offline" | "field" | "trouble" | "signed_out";

/** Whether the agency gives this role cases to hold: only then is there anything to keep on the phone and to sync. */
export function holds_cases(role: Account["role"]): boolean {
  return role === "parent" || role === "caseworker" || role === "supervisor";
}

/** The agency has not confirmed this phone for long: when it locks itself if that goes on (ms), and whether that is near. */
export interface RunsOut {
  at: number;
  soon: boolean;
}

export interface SyncState {
  phase: Phase;
  /** When the server last answered completely, by this phone's clock (ms); null = never. */
  checked_at: number | null;
  /** Scopes readable on this phone. */
  held: number;
  /** Scopes still to load or reload. */
  wanted: number;
  /** Outbox items without an answer. */
  unsent: number;
  /** Outbox items that were refused or parked, and what was lost. */
  needs_you: number;
  update_ready: boolean;
  field: boolean;
  runs_out: RunsOut | null;
  /** `storage`: this browser refuses to keep anything (private window, full, or switched off). */
  trouble?: "server" | "network" | "schema" | "storage";
}

/** A demonstration person one can sign in as with one tap. */
export interface DemoPerson {
  key: string;
  display_name: string;
  role: Account["role"];
  about_en: string;
  about_es: string;
}
