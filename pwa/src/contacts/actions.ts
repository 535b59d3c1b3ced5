/** Telling the office of one's own contact: safe on this phone first. */
import { enqueue } from "../store/live.ts";
import type { Field } from "./rules.ts";

export interface Change {
  thread: string;
  field: Field;
  was: string | null;
  now: string | null;
}

export async function change_contact(scope: string, change: Change): Promise<void> {
  await enqueue("contact.change", 1, scope, { id: crypto.randomUUID(), ...change });
}

export async function take_up(scope: string, change: string): Promise<void> {
  await enqueue("contact.take_up", 1, scope, { change });
}
