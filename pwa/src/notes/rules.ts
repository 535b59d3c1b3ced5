/** Notes in order. */
import type { HeldNote } from "../store/model.ts";

export const NOTE_MOST = 4000;

export interface NoteGroup {
  note: HeldNote;
  /** Texts that somebody wrote while somebody else changed this note, in the order they came. */
  beside: HeldNote[];
}

/** The newest first, each with what stands beside it. What lost its note stands by itself. */
export function note_groups(notes: readonly HeldNote[]): NoteGroup[] {
  const by_time = [...notes].sort((one, other) => (one.received_at < other.received_at ? -1 : 1));
  const ids = new Set(notes.map(one => one.id));
  return by_time
    .filter(one => !one.beside || !ids.has(one.beside))
    .map(note => ({ note, beside: by_time.filter(one => one.beside === note.id) }))
    .reverse();
}
