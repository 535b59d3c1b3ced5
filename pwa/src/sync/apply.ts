/**
 * Step 3 of a round, sans IO: what an answer does to the boxes. The answer is the server at one snapshot, so afterwards
 * every scope held and not stale equals the server at that snapshot.
 */

import type { CaseListItem } from "../cases/rules.ts";
import type { Changes, Hold, Holds, ListBox, ScopeBox, Standing } from "../store/boxes.ts";
import type { CaseBox } from "../store/model.ts";
import type { DeltaRow, LoadRow } from "../wire.ts";
import type { Full } from "./full.ts";
import { to_case, to_noun, to_nouns, to_own } from "./merge.ts";

export interface Before {
  standing: Standing;
  holds: Holds;
  list: ListBox;
  /** The boxes that `touched(response)` names, as far as held. */
  boxes: ReadonlyMap<string, ScopeBox>;
}

export type Summarize = (box: CaseBox) => CaseListItem;

/** Without a cursor, or with one that could not be honoured, an answer holds no changes: what it does not load may be behind. */
function begins_anew(response: Full, before: Standing): boolean {
  return response.reset !== null || before.cursor === null;
}

/** The scopes whose boxes `apply` has to see: those with delta rows and those that become stale. */
export function touched(response: Full, { standing, holds }: Pick<Before, "standing" | "holds">): string[] {
  const named = begins_anew(response, standing) ? Object.keys(holds) : response.stale;
  return Array.from(new Set([...named, ...response.rows.map(row => row[0])]));
}

export function apply(before: Before, response: Full, now: { asked: number; ms: number }, summarize: Summarize): Changes {
  const work = begin(before, response);
  if (begins_anew(response, before.standing)) for (const scope of Object.keys(work.holds)) stale(work, scope);
  if (response.manifest) follow_manifest(work, response.manifest.scopes);
  for (const { scope, rows } of response.load) load(work, scope, rows);
  const loaded = new Set(response.load.map(one => one.scope));
  for (const [scope, rows] of by_scope(response.rows)) if (!loaded.has(scope)) merge(work, scope, rows);
  for (const scope of response.stale) if (!loaded.has(scope)) stale(work, scope);
  return {
    standing: stand(before.standing, response, now),
    holds: work.holds_changed ? work.holds : null,
    list: relist(before.list, work, summarize),
    drop: Array.from(work.drop),
    put: Array.from(work.put.values()),
  };
}

interface Work {
  holds: Holds;
  holds_changed: boolean;
  boxes: ReadonlyMap<string, ScopeBox>;
  drop: Set<string>;
  put: Map<string, ScopeBox>;
}

function begin(before: Before, response: Full): Work {
  const quiet = !begins_anew(response, before.standing) && !response.manifest && !response.load.length && !response.stale.length;
  return { holds: quiet ? before.holds : { ...before.holds }, holds_changed: !quiet, boxes: before.boxes, drop: new Set(), put: new Map() };
}

/** Absence is removal; another mask means other rows, so it is drop and reload, never surgery. */
function follow_manifest(work: Work, scopes: readonly [string, number][]): void {
  const next: Holds = {};
  for (const [scope, mask] of scopes) {
    const held = work.holds[scope];
    next[scope] = held?.mask === mask ? held : { mask, state: "none" };
  }
  for (const [scope, held] of Object.entries(work.holds)) {
    if (held.state !== "none" && next[scope] !== held) {
      work.drop.add(scope);
      work.put.delete(scope);
    }
  }
  work.holds = next;
}

/** A load replaces the scope whole. One that the manifest does not name is not ours to keep. */
function load(work: Work, scope: string, rows: LoadRow[]): void {
  const hold = work.holds[scope];
  if (!hold) return;
  hold_as(work, scope, { mask: hold.mask, state: "fresh" });
  work.drop.delete(scope);
  work.put.set(scope, { scope, mask: hold.mask, stale: false, rows });
}

/** Delta rows of a scope not freshly held are ignored: its load brings them. */
function merge(work: Work, scope: string, rows: readonly DeltaRow[]): void {
  const box = work.boxes.get(scope);
  if (!box || work.holds[scope]?.state !== "fresh") return;
  const kept = new Map(box.rows.map(row => [row_key(row[0], row[1], row[2]), row]));
  for (const [, aud, kind, id, rev, body] of rows) {
    const key = row_key(aud, kind, id);
    if (body === null) kept.delete(key);
    else kept.set(key, [aud, kind, id, rev, body]);
  }
  work.put.set(scope, { ...box, rows: Array.from(kept.values()) });
}

/** Keep showing it, ask for it again. Without its box at hand it is simply not held. */
function stale(work: Work, scope: string): void {
  const hold = work.holds[scope];
  if (hold?.state !== "fresh") return;
  const box = work.put.get(scope) ?? work.boxes.get(scope);
  hold_as(work, scope, { mask: hold.mask, state: box ? "stale" : "none" });
  if (box) work.put.set(scope, { ...box, stale: true });
}

function hold_as(work: Work, scope: string, hold: Hold): void {
  work.holds[scope] = hold;
}

function stand(before: Standing, response: Full, now: { asked: number; ms: number }): Standing {
  return {
    cursor: response.cursor ?? before.cursor,
    have: response.manifest ? response.manifest.digest : before.have,
    last_n: response.last_n,
    asked_at: now.asked,
    checked_at: now.ms,
    lease_until: response.lease_until,
    poll_s: response.poll_s,
    clock_ahead_ms: Math.round(response.now - (now.asked + now.ms) / 2),
  };
}

function relist(list: ListBox, work: Work, summarize: Summarize): ListBox | null {
  if (!work.drop.size && !work.put.size) return null;
  const cases = new Map(list.cases.map(item => [item.scope, item]));
  let { agency, account, own, hours } = list;
  for (const scope of work.drop) cases.delete(scope);
  if (agency && work.drop.has(agency.id)) agency = null;
  for (const box of work.put.values()) {
    const office = to_noun(box.rows, "agency");
    if (office) [agency, hours] = [office, to_nouns(box.rows, "bookable_hours")];
    const person = to_noun(box.rows, "account");
    if (person) [account, own] = [person, to_own(box.rows)];
    const whole = to_case(box);
    if (whole) cases.set(box.scope, summarize(whole));
    else cases.delete(box.scope);
  }
  return { agency, account, own, hours, cases: Array.from(cases.values()) };
}

function by_scope(rows: readonly DeltaRow[]): Map<string, DeltaRow[]> {
  const grouped = new Map<string, DeltaRow[]>();
  for (const row of rows) {
    const group = grouped.get(row[0]);
    if (group) group.push(row);
    else grouped.set(row[0], [row]);
  }
  return grouped;
}

function row_key(aud: number, kind: number, id: string): string {
  return `${kind}:${id}:${aud}`;
}
