/** Asking for an appointment, agreeing to a time, asking for another, calling off: each is safe on this phone first. */
import { enqueue } from "../store/live.ts";
import type { OutboxItem } from "../store/model.ts";
import type { Mutations } from "../wire.ts";

export type Wanted = Omit<Mutations["appointment.request"]["args"], "id">;

export async function request_appointment(scope: string, wanted: Wanted): Promise<void> {
  await enqueue("appointment.request", 1, scope, { id: crypto.randomUUID(), ...wanted });
}

/** Resolves to the name of what was offered. */
export async function offer_appointment(scope: string, wanted: Wanted): Promise<string> {
  const id = crypto.randomUUID();
  await enqueue("appointment.offer", 1, scope, { id, ...wanted });
  return id;
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

/** The same wish or offer under a new number, for the same time or another. */
export async function begin_again({ name, scope, args }: Pick<OutboxItem, "name" | "scope" | "args">, at?: string): Promise<void> {
  const { thread, starts_local, channel, topic, note } = args as Mutations["appointment.request"]["args"];
  const wanted = { thread, starts_local: at ?? starts_local, channel, topic, ...(note ? { note } : {}) };
  await (name === "appointment.offer" ? offer_appointment : request_appointment)(scope ?? "", wanted);
}
