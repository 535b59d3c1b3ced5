/** A person's contact as they say it is, beside what the state's records say. */
import type { CaseBox, HeldContactChange, OutboxItem } from "../store/model.ts";
import type { ContactChange, Mutations } from "../wire.ts";

export type Field = ContactChange["field"];

export const FIELDS: readonly Field[] = ["phone", "email", "address_1", "address_2", "city", "state", "postal_code"];
export const VALUE_MOST = 120;

export interface Line {
  field: Field;
  /** What stands now: what the person last said, else the state's. */
  value: string | null;
  /** The change that is not in the state's records yet. */
  change: HeldContactChange | null;
}

type Person = CaseBox["participants"][number];

/** One line for each field. A change that the records have caught up with is over. */
export function contact_lines(person: Person, changes: readonly HeldContactChange[]): Line[] {
  return FIELDS.map(field => {
    const recorded = person[field] || null;
    const change = open_change(changes, person.id, field);
    return change && change.now !== recorded ? { field, value: change.now, change } : { field, value: recorded, change: null };
  });
}

/** What staff still have to hand to the system of record. */
export function to_take_up(person: Person, changes: readonly HeldContactChange[]): HeldContactChange[] {
  return contact_lines(person, changes).flatMap(line => (line.change ? [line.change] : []));
}

/** The two values of a change that met another: what stands, and what was wished for. Null when it is not about that. */
export function both_values(item: OutboxItem): { field: Field; stands: string | null; wanted: string | null; args: Mutations["contact.change"]["args"] } | null {
  if (item.name !== "contact.change" || item.code !== "contact_changed") return null;
  const args = item.args as Mutations["contact.change"]["args"];
  const stands = item.say?.args?.["stands"];
  return { field: args.field, stands: typeof stands === "string" ? stands : null, wanted: args.now, args };
}

function open_change(changes: readonly HeldContactChange[], thread: string, field: Field): HeldContactChange | undefined {
  return changes.find(one => one.thread === thread && one.field === field && one.state === "sent");
}
