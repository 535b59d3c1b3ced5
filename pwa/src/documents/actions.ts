/** What a person does with documents: everything is safe on this phone before anything else happens. */
import { fetch_file } from "../net/files.ts";
import { blob_id } from "../store/blobs.ts";
import { enqueue } from "../store/live.ts";
import type { HeldDocument } from "../store/model.ts";
import type { Mutations, OfferedFile } from "../wire.ts";
import type { BackReason, Kind } from "./rules.ts";
import { keep_pinned, keep_to_send, let_go, notes, shelf } from "./shelf.ts";

export interface NewDocument {
  thread: string;
  kind: Kind;
  note?: string;
  /** What it answers. */
  request?: string;
  files: readonly Blob[];
}

/** The files first, then what tells of them: a phone that dies in between has offered nothing. Rejects with NoRoom. */
export async function offer_document(scope: string, { files, ...what }: NewDocument): Promise<void> {
  const id = crypto.randomUUID();
  await keep_to_send(scope, id, files);
  await enqueue("document.offer", 1, scope, { id, ...what, files: await Promise.all(files.map(offered)) });
}

/** The same wish under another name, with the files that are still here. */
export async function offer_again(scope: string, { id, files, ...what }: Mutations["document.offer"]["args"]): Promise<void> {
  const held = await Promise.all(files.map(async (file, n) => {
    const bytes = await shelf()?.get(blob_id(id, n + 1));
    return bytes ? new Blob([bytes], { type: file.media_type }) : null;
  }));
  await offer_document(scope, { ...what, files: held.filter(file => file !== null) });
  await forget_files(id);
}

/** Nothing of it is kept on this phone any more. */
export async function forget_files(document: string): Promise<void> {
  for (const note of notes.peek().filter(one => one.document === document)) await let_go(note.id);
}

export async function withdraw(scope: string, document: string): Promise<void> {
  await enqueue("document.withdraw", 1, scope, { document });
  await forget_files(document);
}

/** The team asks one party for a paper. */
export async function ask_document(scope: string, wanted: Omit<Mutations["document.ask"]["args"], "id">): Promise<void> {
  await enqueue("document.ask", 1, scope, { id: crypto.randomUUID(), ...wanted });
}

/** The team does not need it any more. */
export async function cancel_ask(scope: string, request: string): Promise<void> {
  await enqueue("document.cancel_ask", 1, scope, { request });
}

export async function accept(scope: string, document: string): Promise<void> {
  await enqueue("document.accept", 1, scope, { document });
}

export async function send_back(scope: string, document: string, reason: BackReason, said: string): Promise<void> {
  await enqueue("document.send_back", 1, scope, { document, reason, ...(said.trim() ? { said: said.trim() } : {}) });
}

/** A checked file, from this device if it is held here, else from the server; null when neither can give it. */
export async function open_file(document: string, place: number): Promise<Blob | null> {
  const id = blob_id(document, place);
  const note = notes.peek().find(one => one.id === id && one.why === "pinned");
  const held = note && await shelf()?.get(id);
  if (held) return new Blob([held], { type: note.media_type });
  const found = await fetch_file({ document, place });
  return found && new Blob([found.bytes], { type: found.media_type });
}

/** Hold a document on this device, or let go of it. False when a file could not be fetched. Rejects with NoRoom. */
export async function pin(scope: string, one: HeldDocument, wanted: boolean): Promise<boolean> {
  if (!wanted) {
    await forget_files(one.id);
    return true;
  }
  for (let place = 1; place <= one.files; place += 1) {
    const found = await fetch_file({ document: one.id, place });
    if (!found) { await forget_files(one.id); return false; }
    await keep_pinned(scope, one.id, place, found);
  }
  return true;
}

async function offered(file: Blob): Promise<OfferedFile> {
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return { sha256: Array.from(sum, byte => byte.toString(16).padStart(2, "0")).join(""), bytes: file.size, media_type: file.type };
}
