/** From rows to what screens read: rows of one noun with one id are one thing, whichever audiences they came for. */

import type { ScopeBox } from "../store/boxes.ts";
import type { CaseBox, Held, OutboxItem, Own } from "../store/model.ts";
import { KINDS, type LoadRow, type Noun } from "../wire.ts";

type Things = { [N in Noun]?: Map<string, Held<N>> };

/** What a mutation does to a case on this phone until the server has answered: the twin of its mutator. */
export type Twin = (box: CaseBox, item: OutboxItem) => CaseBox;
export type Twins = Record<string, Twin>;
/** The same for what belongs to the person rather than to a case. */
export type OwnTwins = Record<string, (own: Own, item: OutboxItem) => Own>;

/** The case of a box, or null for a scope that is not a case (the agency, the account). */
export function to_case(box: ScopeBox): CaseBox | null {
  const things = collect(box.rows);
  const [found] = list(things, "case");
  if (!found) return null;
  return {
    scope: box.scope,
    mask: box.mask,
    stale: box.stale,
    case: found,
    participants: list(things, "participant"),
    orders: list(things, "order"),
    obligations: list(things, "obligation"),
    balances: list(things, "balance"),
    payments: list(things, "payment"),
    disbursements: list(things, "disbursement"),
    hearings: list(things, "hearing"),
    events: list(things, "event"),
    messages: list(things, "message"),
    appointments: list(things, "appointment"),
    contact_changes: list(things, "contact_change"),
    documents: list(things, "document"),
    document_requests: list(things, "document_request"),
    notes: list(things, "note"),
  };
}

/** What the account's own scope holds beside the account. */
export function to_own(rows: readonly LoadRow[]): Own {
  const things = collect(rows);
  return { reads: list(things, "read_mark"), pins: list(things, "visit_pin"), preferences: list(things, "preference"), notices: list(things, "notice") };
}

/** All things of a noun in a scope. */
export function to_nouns<N extends Noun>(rows: readonly LoadRow[], noun: N): Held<N>[] {
  return list(collect(rows.filter(row => noun_of(row[1]) === noun)), noun);
}

/** The one thing of a noun in a scope that has at most one. */
export function to_noun<N extends Noun>(rows: readonly LoadRow[], noun: N): Held<N> | undefined {
  return to_nouns(rows, noun)[0];
}

/** The case with the outbox played on top: what is not in the cache yet, and what was refused or parked, in place. */
export function play(box: CaseBox, items: readonly OutboxItem[], last_n: number, twins: Twins): CaseBox {
  return items
    .filter(item => item.scope === box.scope && (item.n > last_n || item.state === "refused" || item.state === "parked"))
    .reduce((seen, item) => twins[item.name]?.(seen, item) ?? seen, box);
}

/** The person's own things with the outbox played on top. What was refused is not shown: it was never so. */
export function play_own(own: Own, items: readonly OutboxItem[], last_n: number, twins: OwnTwins): Own {
  return items
    .filter(item => item.n > last_n && item.state !== "refused" && item.state !== "parked")
    .reduce((seen, item) => twins[item.name]?.(seen, item) ?? seen, own);
}

function collect(rows: readonly LoadRow[]): Things {
  const things: Things = {};
  for (const [, kind, id, , body] of rows) {
    const noun = noun_of(kind);
    if (!noun) continue;
    const of_noun = (things[noun] ??= new Map()) as Map<string, object>;
    of_noun.set(id, { ...of_noun.get(id), ...body, id });
  }
  return things;
}

/** Undefined for a kind that a newer server sends: this version has no words for it, and skips it. */
function noun_of(kind: number): Noun | undefined {
  return (KINDS as Record<number, Noun>)[kind];
}

function list<N extends Noun>(things: Things, noun: N): Held<N>[] {
  const found = things[noun];
  return found ? Array.from(found.values()) : [];
}
