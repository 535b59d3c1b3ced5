/**
 * Files on this phone: what still has to be sent, and what a worker pinned for a day without a signal. A database of the vault, in pieces
 * small enough to say what is here without reading it, each sealed. This is the only module that reads or writes a file.
 */

import type { DBSchema } from "idb";
import { type Keys, name_of, seal, seal_bytes, unseal, unseal_bytes } from "../vault/keys.ts";
import { type Database, database, whole } from "./database.ts";

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
  notes: { key: string; value: { name: string; box: Uint8Array } };
  bytes: { key: string; value: Uint8Array };
}

function database_of(vault: string): Database<Schema> {
  return database<Schema>(`file-${vault}`, 1, fresh => {
    fresh.createObjectStore("notes", { keyPath: "name" });
    fresh.createObjectStore("bytes");
  });
}

/** The files of this vault, for whoever has its keys. One that cannot be opened is not here. */
export function blobs_of(vault: string, keys: Keys): Blobs {
  const db = database_of(vault);
  const named = (id: string): Promise<string> => name_of(keys, `file|${id}`);
  return {
    async put(note, bytes) {
      const name = await named(note.id);
      const [box, sealed] = await Promise.all([seal(keys, `note|${name}`, note), seal_bytes(keys, `file|${name}`, new Uint8Array(bytes))]);
      await db.use(async it => {
        const tx = it.transaction(["notes", "bytes"], "readwrite", { durability: "strict" });
        await whole(tx, () => Promise.all([tx.objectStore("notes").put({ name, box }), tx.objectStore("bytes").put(sealed, name)]));
      });
    },
    async get(id) {
      const name = await named(id);
      const sealed = await db.use(it => it.get("bytes", name));
      return sealed ? unseal_bytes(keys, `file|${name}`, sealed).catch(() => null) : null;
    },
    async delete(id) {
      const name = await named(id);
      await db.use(async it => {
        const tx = it.transaction(["notes", "bytes"], "readwrite");
        await whole(tx, () => Promise.all([tx.objectStore("notes").delete(name), tx.objectStore("bytes").delete(name)]));
      });
    },
    async notes() {
      const sealed = await db.use(it => it.getAll("notes"));
      const opened = await Promise.all(sealed.map(({ name, box }) => unseal(keys, `note|${name}`, box).catch(() => null)));
      return opened.flatMap(note => note ? [note as BlobNote] : []);
    },
    erase: () => db.erase(),
  };
}

/** For phones that keep nothing. */
export function memory_blobs(): Blobs {
  const files = new Map<string, { note: BlobNote; bytes: ArrayBuffer }>();
  const change = (work: () => void): Promise<void> => { work(); return Promise.resolve(); };
  return {
    put: (note, bytes) => change(() => { files.set(note.id, { note, bytes }); }),
    get: id => Promise.resolve(files.get(id)?.bytes ?? null),
    delete: id => change(() => { files.delete(id); }),
    notes: () => Promise.resolve(Array.from(files.values(), ({ note }) => note)),
    erase: () => change(() => { files.clear(); }),
  };
}

/** Delete them, keys or not. */
export async function erase_blobs(vault: string): Promise<void> {
  await database_of(vault).erase();
}

/** Sign-out: those that were not sent yet stay as long as the outbox does. */
export async function forget_pinned(blobs: Blobs): Promise<void> {
  for (const note of await blobs.notes()) if (note.why === "pinned") await blobs.delete(note.id);
}

export function blob_id(document: string, place: number): string {
  return `${document}/${place}`;
}
