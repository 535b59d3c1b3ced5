/** What files this phone holds for the person who is signed in, as signals; and the one place that adds to them or takes away. */
import { computed, signal } from "@preact/signals";
import { type BlobNote, blob_id } from "../store/blobs.ts";
import { files as kept, session } from "../store/live.ts";
import { making_room, SENDING_BYTES } from "./rules.ts";

export const notes = signal<readonly BlobNote[]>([]);

/** The files of a document that wait here to be sent. */
export function waiting(document: string): BlobNote[] {
  return notes.value.filter(note => note.why === "sending" && note.document === document);
}
/** How many documents have files that are only here. */
export async function count_unsent(): Promise<number> {
  return new Set((await look()).filter(note => note.why === "sending").map(note => note.document)).size;
}

export const pinned = computed(() => new Set(notes.value.filter(note => note.why === "pinned").map(note => note.document)));

/** Bytes of a file that the server has, while it is being sent. */
export const sent = signal<ReadonlyMap<string, number>>(new Map());

/** There is no room for this, by our own rule or the browser's. */
export class NoRoom extends Error {}

const told = new BroadcastChannel("porchlight-files");
told.onmessage = () => { void look(); };

/** The files of whoever is signed in; null when nobody is. */
export function shelf(): typeof kept | null {
  return session.peek() ? kept : null;
}

/** Read anew what is here. */
export async function look(): Promise<readonly BlobNote[]> {
  const blobs = shelf();
  notes.value = blobs ? await blobs.notes().catch(() => []) : [];
  return notes.value;
}

/** Keep what has to be sent until the server has it. Rejects with NoRoom. */
export async function keep_to_send(scope: string, document: string, files: readonly Blob[]): Promise<void> {
  const held = (await look()).filter(note => note.why === "sending").reduce((sum, note) => sum + note.size, 0);
  if (held + files.reduce((sum, file) => sum + file.size, 0) > SENDING_BYTES) throw new NoRoom();
  for (const [n, file] of files.entries()) await put({ scope, document, place: n + 1, why: "sending" }, file.type, await file.arrayBuffer());
}

/** Keep a checked file for when there is no signal; pins longest unused give way. Rejects with NoRoom. */
export async function keep_pinned(scope: string, document: string, place: number, file: { media_type: string; bytes: ArrayBuffer }): Promise<void> {
  const gone = making_room(await look(), file.bytes.byteLength);
  if (!gone) throw new NoRoom();
  for (const id of gone) await let_go(id);
  await put({ scope, document, place, why: "pinned" }, file.media_type, file.bytes);
}

export async function let_go(id: string): Promise<void> {
  await shelf()?.delete(id);
  await changed();
}

async function put(what: Pick<BlobNote, "scope" | "document" | "place" | "why">, media_type: string, bytes: ArrayBuffer): Promise<void> {
  const blobs = shelf();
  if (!blobs) throw new Error("nobody is signed in");
  const note = { ...what, id: blob_id(what.document, what.place), media_type, size: bytes.byteLength, used_at: Date.now() };
  await blobs.put(note, bytes).catch((error: unknown) => { throw new NoRoom(String(error)); });
  await changed();
}

async function changed(): Promise<void> {
  await look();
  told.postMessage(null);
}
