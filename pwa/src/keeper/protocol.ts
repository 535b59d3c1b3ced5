/**
 * What a page and its keeper say to each other. The keeper is a worker of this page: it alone opens boxes, holds keys and talks
 * to the server about cases; the page holds signals and draws. Everything passes by structured clone.
 */

import type { CaseListItem } from "../cases/rules.ts";
import type { BlobNote } from "../store/blobs.ts";
import type { Holds, ListBox, ScopeBox, Standing } from "../store/boxes.ts";
import type { DemoPerson, Session, SyncState } from "../store/model.ts";
import type { Kept, LostChanges } from "../store/outbox.ts";
import type { SignInFailure } from "../store/people.ts";
import type { Lasting } from "../vault/rules.ts";
import type { SlotKind } from "../vault/slots.ts";
import type { NotUnlocked, Way } from "../vault/vault.ts";
import type { Mutation, OwnAccount } from "../wire.ts";

/** What only a page can tell. */
export interface Here {
  online: boolean;
  visible: boolean;
}

/** The list, as far as it changed: `cases` is all of it, else `put` and `drop` say what is other than before. */
export interface ListNews extends Omit<ListBox, "cases"> {
  cases: CaseListItem[] | null;
  put: CaseListItem[];
  drop: string[];
}

export interface Reading {
  /** Read before the boxes, so that nothing is ever in neither. */
  items: readonly Kept[];
  standing: Standing;
  holds: Holds | null;
  list: ListNews | null;
  boxes: ReadonlyMap<string, ScopeBox | null>;
}

/** What stands between a person and what this phone holds. */
export type Gate =
  /** Nobody is signed in; `erased`: what was here is not, because of too many tries, too long a time, or the agency's order. */
  | { at: "door"; erased?: boolean }
  /** Somebody just signed in: how shall this phone keep what it gets? */
  | { at: "set_up"; staff: boolean; name: string }
  /** There is a vault. `fresh`: its person just signed in, so it may be begun anew. */
  | { at: "locked"; kinds: readonly SlotKind[]; passkey: { credential: string; salt: string } | null; fresh: boolean; why: Lasting }
  /** `memory`: nothing is kept once the app is closed. */
  | { at: "open"; memory: boolean; kinds: readonly SlotKind[]; passkey: { credential: string; salt: string } | null };

/** Why a vault was not made: a PIN needs the server, and so does the first of everything. */
export type NotMade = { code: "network" | "weak" | "sign_in" };

/** What this phone holds of the person who is signed in. */
export interface Opened {
  gate: Gate & { at: "open" };
  session: Session;
  drafts: ReadonlyMap<string, string>;
  lost: readonly LostChanges[];
  reading: Reading;
}

/** What a page asks. Each is answered; one that fails rejects. */
export interface Verbs {
  /** Show what this phone holds; asks nothing of the network. `kind` names this sort of installation to the server. */
  open(here: Here, kind: string): Opened | Gate;
  /** Begin to talk to the server: after the first paint, and after that of what was opened. */
  begin(): void;
  here(here: Here): void;
  /** The person asks for it: now, field mode or not. */
  sync_now(): void;
  field(on: boolean): void;
  enter(path: string, body: object): SignInFailure | null;
  /** The server has let this account in already: so does this phone. */
  enter_account(account: OwnAccount): void;
  /** Keep what comes from now on in a new vault, or `null`: nowhere but in memory. */
  set_up(way: Way | null): NotMade | null;
  unlock(way: Way): NotUnlocked | null;
  change_way(present: Way, next: Way): NotUnlocked | NotMade | null;
  /** Drop the keys; `everywhere`: in every tab. What is under way is written down first. */
  lock(everywhere: boolean): void;
  /** The person cannot open the vault and is signed in: unsent work goes to the agency sealed, the rest is erased. */
  start_over(): void;
  /** Another person wants to sign in; the vault stays. */
  to_door(): void;
  demo_people(): DemoPerson[] | null;
  /** One last try to send, before signing out. */
  deliver(): void;
  leave(forget: boolean): void;
  /** This scope is on some screen from now on: its box, or null when it is not held. */
  look(scope: string): ScopeBox | null;
  look_away(scope: string): void;
  enqueue(mutation: Omit<Mutation, "n">): Kept;
  discard(id: string): void;
  forget_lost(): void;
  keep_draft(place: string, text: string): void;
  put_file(note: BlobNote, bytes: ArrayBuffer): void;
  file(id: string): ArrayBuffer | null;
  delete_file(id: string): void;
  files(): BlobNote[];
}

/** What a keeper tells unasked. */
export type Told =
  | { what: "opened"; opened: Opened }
  /** Nobody sees anything any more; with `wipe`, because the agency said so. */
  | { what: "closed"; gate: Gate; wipe: boolean }
  /** Close the vault now: locked in another tab, or its time is over. */
  | { what: "lock" }
  | { what: "read"; reading: Reading }
  | { what: "outbox"; items: readonly Kept[]; lost: readonly LostChanges[] }
  | { what: "sending"; ids: readonly string[] }
  | { what: "state"; state: Partial<SyncState> }
  | { what: "session"; session: Session }
  | { what: "target" }
  /** Another person signed in elsewhere on this phone. */
  | { what: "begin_anew" };

export type Verb = keyof Verbs;

export interface Asked<V extends Verb = Verb> {
  ask: number;
  verb: V;
  args: Parameters<Verbs[V]>;
}

export interface Answered {
  ask: number;
  value?: unknown;
  /** What went wrong, in words for a log. */
  error?: string;
}
