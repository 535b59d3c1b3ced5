/** Writing notes down: safe on this device before anything else happens. */
import { enqueue } from "../store/live.ts";
import type { HeldNote } from "../store/model.ts";

export async function add_note(scope: string, body: string): Promise<void> {
  await enqueue("note.add", 1, scope, { id: crypto.randomUUID(), body: body.trim() });
}

/** Says which text was changed, so that two who change one note at once lose neither. */
export async function edit_note(scope: string, note: Pick<HeldNote, "id" | "beside" | "version">, body: string): Promise<void> {
  await enqueue("note.edit", 1, scope, { id: crypto.randomUUID(), note: note.beside ?? note.id, base: note.version, body: body.trim() });
}
