/** The signals that screens read, and how boxes and outbox become them. Everything that belongs together changes in one batch. */

import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { CaseListItem } from "../cases/rules.ts";
import { wanted } from "../sync/ask.ts";
import { play, play_own, to_case } from "../sync/merge.ts";
import type { Registry } from "../sync/registry.ts";
import type { Agency } from "../wire.ts";
import type { ListNews, Reading } from "../keeper/protocol.ts";
import { NEW_OWN, type ScopeBox } from "./boxes.ts";
import { lost } from "./lost.ts";
import type { CaseBox, Held, OutboxItem, Own, Session, SyncState } from "./model.ts";
import type { Kept, LostChanges } from "./outbox.ts";

/** Who is signed in on this phone; null = nobody. */
export const session: Signal<Session | null> = signal(null);
export const agency: Signal<(Agency & { id: string }) | null> = signal(null);
export const state: Signal<SyncState> = signal({
  phase: "starting", checked_at: null, held: 0, wanted: 0, unsent: 0, needs_you: 0, update_ready: false, field: false, runs_out: null,
});
/** The list box: one small item a case. */
export const cases: Signal<CaseListItem[]> = signal([]);
/** When the agency sees people. */
export const hours: Signal<Held<"bookable_hours">[]> = signal([]);
/** The outbox in order, with what became of each. */
export const pending: Signal<OutboxItem[]> = signal([]);

interface Shown {
  box: Signal<ScopeBox | null | undefined>;
  view: ReadonlySignal<CaseBox | null | undefined>;
}

/** How a box is opened when somebody begins to look at it; closed when nobody does any more. */
export interface Opener {
  open(scope: string): Promise<ScopeBox | null>;
  close(scope: string): void;
}

const shown = new Map<string, Shown>();
const last_n = signal(0);
const kept = signal<readonly Kept[]>([]);
const sending = signal<ReadonlySet<string>>(new Set());
const held_own = signal<Own>(NEW_OWN);
let registry: Registry;
let opener: Opener;

/** What belongs to the person alone, with what is still in the outbox already played on top. */
export const own: ReadonlySignal<Own> = computed(() => play_own(held_own.value, pending.value, last_n.value, registry.own_twins));

/** What the view has to be told once: the twins of the mutations, and how a box is opened. */
export function look_through(with_registry: Registry, with_opener: Opener): void {
  registry = with_registry;
  opener = with_opener;
}

/** A case with everything held of it: undefined = opening, null = not held on this phone. */
export function open_case(scope: string): ReadonlySignal<CaseBox | null | undefined> {
  return (shown.get(scope) ?? show(scope)).view;
}

/** Say how things stand. Leaving `trouble` ends it. */
export function now(change: Partial<SyncState>): void {
  const { trouble, ...before } = state.value;
  const still = change.phase === undefined && trouble ? { trouble } : {};
  state.value = { ...before, ...still, ...change };
}

/** Show a reading: in one repaint, so that a message on its way and the same message received are never both there, or neither. */
export function fill({ items, standing, holds, list, boxes }: Reading): void {
  batch(() => {
    last_n.value = standing.last_n;
    if (list) fill_list(list);
    for (const [scope, box] of boxes) {
      const entry = shown.get(scope);
      if (entry) entry.box.value = box;
    }
    if (holds) {
      const waiting = wanted(holds).length;
      const missing = Object.values(holds).filter(hold => hold.state === "none").length;
      now({ held: Object.keys(holds).length - missing, wanted: waiting });
    }
    now({ checked_at: standing.checked_at });
    fill_outbox(items);
  });
}

export function fill_outbox(items: readonly Kept[], gone: readonly LostChanges[] = lost.peek()): void {
  batch(() => {
    lost.value = gone;
    kept.value = items;
    pending.value = items.map(to_item);
    const needing = items.filter(item => item.done && item.done.outcome !== "ok").length;
    now({ unsent: items.filter(item => !item.done && !is_quiet(item)).length, needs_you: needing + lost.value.length });
  });
}

export function fill_sending(ids: readonly string[]): void {
  if (ids.length === 0 && sending.value.size === 0) return;
  sending.value = new Set(ids);
  fill_outbox(kept.value);
}

/** Nobody is signed in: show nothing of anybody. */
export function clear(): void {
  batch(() => {
    session.value = null;
    agency.value = null;
    cases.value = [];
    held_own.value = NEW_OWN;
    hours.value = [];
    sending.value = new Set();
    for (const { box } of shown.values()) box.value = null;
    last_n.value = 0;
    lost.value = [];
    fill_outbox([]);
    now({ phase: "signed_out", checked_at: null, held: 0, wanted: 0 });
  });
}

/** Nobody wrote this, and nobody waits for it. */
export function is_quiet(item: { name: string }): boolean {
  return registry.quiet.has(item.name);
}

export function to_item({ done, ...item }: Kept): OutboxItem {
  const waiting = sending.value.has(item.id) ? "sending" : "saved";
  const answered = done?.outcome === "ok" ? "done" : done?.outcome;
  return {
    n: item.n, id: item.id, name: item.name, v: item.v, scope: item.scope, args: item.args, at: item.at, state: answered ?? waiting,
    ...(done?.code ? { code: done.code } : {}), ...(done?.say ? { say: done.say } : {}),
  };
}

function fill_list({ agency: office, own: mine, hours: open_hours, cases: all, put, drop }: ListNews): void {
  agency.value = office;
  held_own.value = mine;
  hours.value = open_hours;
  if (all) cases.value = all;
  else if (put.length || drop.length) {
    const items = new Map(cases.peek().map(item => [item.scope, item]));
    for (const scope of drop) items.delete(scope);
    for (const item of put) items.set(item.scope, item);
    cases.value = Array.from(items.values());
  }
}

/** A box stays open while somebody looks at it. */
function show(scope: string): Shown {
  const box: Signal<ScopeBox | null | undefined> = signal<ScopeBox | null | undefined>(undefined, {
    watched() {
      if (shown.get(scope) === entry) return;
      shown.set(scope, entry);
      void read(scope, box);
    },
    unwatched() {
      if (shown.get(scope) !== entry) return;
      shown.delete(scope);
      opener.close(scope);
    },
  });
  const whole = computed(() => box.value && to_case(box.value));
  const view = computed(() => whole.value && play(whole.value, pending.value, last_n.value, registry.twins));
  const entry: Shown = { box, view };
  shown.set(scope, entry);
  void read(scope, box);
  return entry;
}

async function read(scope: string, box: Signal<ScopeBox | null | undefined>): Promise<void> {
  box.value = await opener.open(scope).catch(() => null);
}
