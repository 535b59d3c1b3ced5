/**
 * What a page and its keeper say to each other. The keeper is a worker of this page: it alone opens boxes, holds keys and talks
 * to the server about cases; the page holds signals and draws. Everything passes by structured clone.
 */

import type { CaseListItem } from "../cases/rules.ts";
import type { Holds, ListBox, ScopeBox, Standing } from "../store/boxes.ts";
import type { DemoPerson, Session, SyncState } from "../store/model.ts";
import type { Kept, LostChanges } from "../store/outbox.ts";
import type { SignInFailure } from "../store/people.ts";
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

/** What this phone holds of the person who is signed in. */
export interface Opened {
  session: Session;
  drafts: ReadonlyMap<string, string>;
  lost: readonly LostChanges[];
  reading: Reading;
}

/** What a page asks. Each is answered; one that fails rejects. */
export interface Verbs {
  /** Show what this phone holds; asks nothing of the network. `kind` names this sort of installation to the server. */
  open(here: Here, kind: string): Opened | null;
  /** Begin to talk to the server. */
  begin(): void;
  here(here: Here): void;
  /** The person asks for it: now, field mode or not. */
  sync_now(): void;
  field(on: boolean): void;
  enter(path: string, body: object): SignInFailure | null;
  /** The server has let this account in already: so does this phone. */
  enter_account(account: OwnAccount): void;
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
}

/** What a keeper tells unasked. */
export type Told =
  | { what: "opened"; opened: Opened }
  /** Nobody is signed in any more; with `wipe`, because the agency said so. */
  | { what: "closed"; wipe: boolean }
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
