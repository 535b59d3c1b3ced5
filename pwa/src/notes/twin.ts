/** What the note mutations do to a case on this device until the server has answered; their mutators are in backend/notes. */
import type { CaseBox, HeldNote, OutboxItem } from "../store/model.ts";
import type { Mutations } from "../wire.ts";

export function note_add(box: CaseBox, item: OutboxItem): CaseBox {
  const { id, body } = item.args as Mutations["note.add"]["args"];
  return { ...box, notes: [...box.notes.filter(one => one.id !== id), make(item, id, body, null)] };
}

/** Over the text that was changed, if it is still the one; else beside it, as the server will do. */
export function note_edit(box: CaseBox, item: OutboxItem): CaseBox {
  const { id, note, base, body } = item.args as Mutations["note.edit"]["args"];
  const refused = item.state === "refused" || item.state === "parked";
  const changed = box.notes.find(one => (one.id === note || one.beside === note) && one.version === base);
  if (!changed || refused) return { ...box, notes: [...box.notes.filter(one => one.id !== id), make(item, id, body, note)] };
  const next: HeldNote = { ...changed, body, version: id, outbox: item };
  return { ...box, notes: box.notes.map(one => (one === changed ? next : one)) };
}

function make(item: OutboxItem, id: string, body: string, beside: string | null): HeldNote {
  return { id, body, beside, version: id, author_name: "", written_at: item.at, received_at: item.at, edited_by: null, edited_at: null, outbox: item };
}
