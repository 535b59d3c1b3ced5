/** How a document stands, which files are taken, and what gives way when a tablet is full. `now` is always an argument. */
import type { BlobNote } from "../store/blobs.ts";
import type { HeldDocument, HeldRequest } from "../store/model.ts";
import type { Document, SendBackDocument } from "../wire.ts";

export type Kind = Document["kind"];
export type BackReason = SendBackDocument["reason"];

/** What has become of it, for whoever looks at it. What is on this phone is never called sent. */
export type Fate = "saved" | "sending" | "needs_you" | "uploading" | "elsewhere" | "held" | "ready" | "unfit" | "accepted" | "sent_back";

/** How far a request is: on this device, asked, on its way, here, or answered; `again`: what came was not what is needed. */
export type Stage = "saved" | "sending" | "needs_you" | "asked" | "coming" | "received" | "accepted" | "again" | "cancelled";

export const KINDS: readonly Kind[] = ["pay", "job", "costs", "paid", "court", "identity", "birth", "other"];
export const REASONS: readonly BackReason[] = ["unreadable", "incomplete", "wrong_paper", "too_old", "not_needed", "other"];
export const FILES_MOST = 10;
export const FILE_BYTES = 10 * 2 ** 20;
export const NOTE_MOST = 1000;
export const PINNED_BYTES = 100 * 2 ** 20;
export const SENDING_BYTES = 100 * 2 ** 20;
const PIN_LASTS_MS = 14 * 86_400_000;
const TAKEN = new Set(["image/jpeg", "image/png", "application/pdf"]);

/** Why a file is not taken as it is, as a key of the words; null when it is. */
export function fault_of(media_type: string, size: number): "heic" | "kind" | "size" | "empty" | null {
  if (media_type === "image/heic" || media_type === "image/heif") return "heic";
  if (!TAKEN.has(media_type)) return "kind";
  if (size === 0) return "empty";
  return size > FILE_BYTES ? "size" : null;
}

/** `local`: how many of its files are on this phone. */
export function fate(one: HeldDocument, local: number): Fate {
  const waiting = one.outbox?.state;
  if (waiting === "refused" || waiting === "parked") return "needs_you";
  if (waiting === "saved" || waiting === "sending") return waiting;
  if (one.state === "offered" || one.state === "arriving") return local > 0 ? "uploading" : "elsewhere";
  return one.state === "withdrawn" ? "unfit" : one.state;
}

/** What was sent decides; what did not go through answers nothing. */
export function how_far({ id, state, outbox }: HeldRequest, documents: readonly HeldDocument[]): Stage {
  if (outbox?.state === "refused" || outbox?.state === "parked") return "needs_you";
  if (outbox?.state === "saved" || outbox?.state === "sending") return outbox.state;
  const answers = in_order(documents.filter(one => one.request === id && fate(one, 1) !== "needs_you"));
  if (answers.some(one => one.state === "accepted")) return "accepted";
  if (state === "cancelled") return "cancelled";
  const last = answers[0]?.state;
  if (!last || last === "withdrawn") return "asked";
  if (last === "unfit" || last === "sent_back") return "again";
  return last === "held" || last === "ready" ? "received" : "coming";
}

/** Does it wait for the person who was asked? */
export function is_wanted(one: HeldRequest, documents: readonly HeldDocument[]): boolean {
  return ["asked", "again"].includes(how_far(one, documents));
}

/** What is still open first, by its day; what is over last. */
export function requests_in_order(requests: readonly HeldRequest[], documents: readonly HeldDocument[]): HeldRequest[] {
  const over = (one: HeldRequest) => Number(["accepted", "cancelled"].includes(how_far(one, documents)));
  return [...requests].sort((one, other) => over(one) - over(other) || (one.by_on < other.by_on ? -1 : 1));
}

/** May its sender take it back? As long as nobody could have looked at it. */
export function may_withdraw(one: HeldDocument): boolean {
  return one.outbox?.state !== "refused" && one.outbox?.state !== "parked" && ["offered", "arriving", "held", "unfit"].includes(one.state);
}

/** May it be looked at? */
export function is_checked({ state }: Pick<Document, "state">): boolean {
  return state === "ready" || state === "accepted" || state === "sent_back";
}

/** Newest first. */
export function in_order(documents: readonly HeldDocument[]): HeldDocument[] {
  return [...documents].sort((one, other) => (one.received_at > other.received_at ? -1 : 1));
}

/** Which pinned files give way to `need` bytes, those longest unused first; null when even that is not enough. Nothing unsent ever does. */
export function making_room(notes: readonly BlobNote[], need: number): string[] | null {
  const pinned = notes.filter(note => note.why === "pinned").sort((one, other) => one.used_at - other.used_at);
  let held = pinned.reduce((sum, note) => sum + note.size, 0);
  const gone: string[] = [];
  for (const note of pinned) {
    if (held + need <= PINNED_BYTES) break;
    held -= note.size;
    gone.push(note.id);
  }
  return held + need <= PINNED_BYTES ? gone : null;
}

/** Files that have no business here any more: of a case that went, or a pin of two weeks ago. */
export function outlived(notes: readonly BlobNote[], scopes: ReadonlySet<string>, now: number): string[] {
  return notes.filter(note => !scopes.has(note.scope) || (note.why === "pinned" && now - note.used_at > PIN_LASTS_MS)).map(note => note.id);
}
