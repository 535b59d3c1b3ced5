/** The app's model: signals that screens read, and the few verbs that they may call. Screens never fetch. */

import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { CaseListItem } from "../cases/rules.ts";
import type { Agency, Mutations } from "../wire.ts";
import type { CaseBox, DemoPerson, OutboxItem, Session, SyncState } from "./model.ts";

export type * from "./model.ts";

/** Who is signed in on this phone; null = nobody, `undefined` never occurs after start(). */
export const session: Signal<Session | null> = signal(null);
export const agency: Signal<(Agency & { id: string }) | null> = signal(null);
export const state: Signal<SyncState> = signal({
  phase: "starting", checked_at: null, held: 0, wanted: 0, unsent: 0, needs_you: 0, update_ready: false,
});
/** The list box: one small item a case. */
export const cases: Signal<CaseListItem[]> = signal([]);
/** The outbox in order, with what became of each. */
export const pending: Signal<OutboxItem[]> = signal([]);

/** A case with everything held of it: undefined = opening, null = not held on this phone. */
export function open_case(_scope: string): ReadonlySignal<CaseBox | null | undefined> {
  return signal(undefined);
}

/** Store a change durably on this phone; resolves when it can no longer be lost by closing the app. Rejects if storage refuses. */
export function enqueue<K extends keyof Mutations & string>(
  _name: K, _v: Mutations[K]["v"], _scope: string, _args: Mutations[K]["args"],
): Promise<OutboxItem> {
  return Promise.reject(new Error("not yet"));
}

/** Forget a refused or parked change, at the person's wish. */
export function discard(_id: string): Promise<void> {
  return Promise.resolve();
}

export function sync_now(): void {}

/** Resolves to null, or to the reason in words' code: "unauthorized" | "too_many" | "network" | "server". */
export type SignInFailure = { code: "unauthorized" | "too_many" | "network" | "server"; retry_after_s?: number };

export function sign_in(_login: string, _password: string): Promise<SignInFailure | null> {
  return Promise.resolve(null);
}

/** The demonstration people, or null where the demonstration is off or out of reach. */
export function demo_people(): Promise<DemoPerson[] | null> {
  return Promise.resolve(null);
}

export function demo_sign_in(_key: string): Promise<SignInFailure | null> {
  return Promise.resolve(null);
}

/**
 * End the session. With `forget`, erase this person's outbox too; if something is still unsent after a last try,
 * nothing is erased and `unsent` says how many: ask, then call again with `anyway`.
 */
export function sign_out(_how: { forget: boolean; anyway?: boolean }): Promise<{ done: boolean; unsent: number }> {
  return Promise.resolve({ done: true, unsent: 0 });
}

/** Switch every tab to the waiting new version. */
export function apply_update(): void {}
