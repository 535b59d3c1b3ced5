/**
 * What versions before the vault left on a phone, unsealed: work and files that were not sent and texts that were begun move into the
 * vault; the rest is deleted. Their databases were named after the account.
 */

import { deleteDB, openDB } from "idb";
import type { BlobNote, Blobs } from "./blobs.ts";
import type { Kept, Outbox } from "./outbox.ts";

/** Safe to repeat: an item keeps its id, so that the server takes it once, and a file its name. */
export async function adopt_older(account: string, outbox: Outbox, files: Blobs): Promise<void> {
  const key = await older_key(account);
  const there = new Set((await indexedDB.databases()).map(({ name }) => name));
  if (there.has(`outbox-${key}`)) {
    const db = await openDB(`outbox-${key}`);
    const [items, places, texts] = await Promise.all([db.getAll("items"), db.getAllKeys("drafts"), db.getAll("drafts")]) as [Kept[], string[], string[]];
    db.close();
    for (const { id, at, name, v, scope, args } of items.sort((one, other) => one.n - other.n)) await outbox.add({ id, at, name, v, scope, args });
    for (const [index, place] of places.entries()) await outbox.keep_draft(place, texts[index] ?? "");
  }
  if (there.has(`blobs-${key}`)) await adopt_files(`blobs-${key}`, files);
  for (const name of [`outbox-${key}`, `cache-${key}`, `blobs-${key}`]) if (there.has(name)) await deleteDB(name);
}

/** Files that still have to be sent; those that were only held for a visit are loaded again. */
async function adopt_files(name: string, files: Blobs): Promise<void> {
  const db = await openDB(name);
  for (const note of await db.getAll("notes") as BlobNote[]) {
    const bytes = await db.get("bytes", note.id) as ArrayBuffer | undefined;
    if (note.why === "sending" && bytes) await files.put(note, bytes);
  }
  db.close();
}

async function older_key(account: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`porchlight:${account}`)));
  return Array.from(hash.subarray(0, 12), byte => byte.toString(16).padStart(2, "0")).join("");
}
