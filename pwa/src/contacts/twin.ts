/** What the contact mutations do to a case on this phone until the server has answered; their mutators are in backend/contacts. */
import type { CaseBox, HeldContactChange, OutboxItem } from "../store/model.ts";
import type { Mutations } from "../wire.ts";

/** One open change a field, as on the server. What was refused is only marked. */
export function contact_change(box: CaseBox, item: OutboxItem): CaseBox {
  const { id, thread, field, was, now } = item.args as Mutations["contact.change"]["args"];
  const open = box.contact_changes.find(one => one.thread === thread && one.field === field && one.state === "sent");
  if (item.state === "refused" || item.state === "parked") {
    return { ...box, contact_changes: box.contact_changes.map(one => (one === open ? { ...one, outbox: item } : one)) };
  }
  const made: HeldContactChange = { id: open?.id ?? id, thread, field, was: open ? open.was : was, now, state: "sent", sent_at: item.at, outbox: item };
  return { ...box, contact_changes: [...box.contact_changes.filter(one => one !== open), made] };
}

export function contact_take_up(box: CaseBox, item: OutboxItem): CaseBox {
  const { change } = item.args as Mutations["contact.take_up"]["args"];
  if (item.state === "refused" || item.state === "parked") return box;
  return { ...box, contact_changes: box.contact_changes.map(one => (one.id === change ? { ...one, state: "taken_up", outbox: item } : one)) };
}
