/** Asking for an appointment, agreeing to a time, asking for another, calling off: each is safe on this phone first. */
import { enqueue } from "../store/live.ts";
import type { Mutations } from "../wire.ts";

export type Wanted = Omit<Mutations["appointment.request"]["args"], "id">;

export async function request_appointment(scope: string, wanted: Wanted): Promise<void> {
  await enqueue("appointment.request", 1, scope, { id: crypto.randomUUID(), ...wanted });
}

export async function accept_time(scope: string, appointment: string, starts_local: string): Promise<void> {
  await enqueue("appointment.accept", 1, scope, { appointment, starts_local });
}

export async function ask_other_time(scope: string, appointment: string, seen_local: string, starts_local: string): Promise<void> {
  await enqueue("appointment.ask_move", 1, scope, { appointment, seen_local, starts_local });
}

/** The team says whether it took place. */
export async function note_outcome(scope: string, appointment: string, seen_local: string, outcome: "held" | "missed"): Promise<void> {
  await enqueue("appointment.outcome", 1, scope, { appointment, seen_local, outcome });
}

export async function call_off(scope: string, appointment: string, seen_local: string): Promise<void> {
  await enqueue("appointment.cancel", 1, scope, { appointment, seen_local });
}

/** The same wish under a new number, for the same time or another. */
export function request_again(scope: string, before: Mutations["appointment.request"]["args"], at = before.starts_local): Promise<void> {
  const { thread, channel, topic, note } = before;
  return request_appointment(scope, { thread, starts_local: at, channel, topic, ...(note ? { note } : {}) });
}
