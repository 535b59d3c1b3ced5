/**
 * Files on this phone: what still has to be sent, and what a worker pinned for a day without a signal. A person's own
 * database, in pieces small enough to say what is here without reading it. This is the only module that reads or writes a file.
 */

import type { DBSchema } from "idb";
import { database, whole } from "./database.ts";

/** What is known of a file without opening it. */
export interface BlobNote {
  /** `document/place`. */
  id: string;
  document: string;
  place: number;
  scope: string;
  media_type: string;
  /** Bytes. */
  size: number;
  /** `sending` is sacred until the server has it; `pinned` gives way. */
  why: "sending" | "pinned";
  /** When it was put here or last looked at (ms). */
  used_at: number;
}

export interface Blobs {
  /** Whole and durable, or not at all; rejects when there is no room. */
  put(note: BlobNote, bytes: ArrayBuffer): Promise<void>;
  get(id: string): Promise<ArrayBuffer | null>;
  delete(id: string): Promise<void>;
  notes(): Promise<BlobNote[]>;
  erase(): Promise<void>;
}

interface Schema extends DBSchema {
  notes: { key: string; value: BlobNote };
  bytes: { key: string; value: ArrayBuffer };
}

export function blobs_of(key: string): Blobs {
  const db = database<Schema>(`blobs-${key}`, 1, fresh => {
    fresh.createObjectStore("notes", { keyPath: "id" });
    fresh.createObjectStore("bytes");
  });
  return {
    put: (note, bytes) => db.use(async it => {
      const tx = it.transaction(["notes", "bytes"], "readwrite", { durability: "strict" });
      await whole(tx, () => Promise.all([tx.objectStore("notes").put(note), tx.objectStore("bytes").put(bytes, note.id)]));
    }),
    get: id => db.use(async it => await it.get("bytes", id) ?? null),
    delete: id => db.use(async it => {
      const tx = it.transaction(["notes", "bytes"], "readwrite");
      await whole(tx, () => Promise.all([tx.objectStore("notes").delete(id), tx.objectStore("bytes").delete(id)]));
    }),
    notes: () => db.use(it => it.getAll("notes")),
    erase: () => db.erase(),
  };
}

export function blob_id(document: string, place: number): string {
  return `${document}/${place}`;
}
