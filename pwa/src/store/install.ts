/**
 * The few things that belong to this installation rather than to a person: who is signed in, where a tapped
 * notification leads, and how to renew the push subscription. Nothing of a case is ever kept here.
 */

import type { DBSchema } from "idb";
import { database } from "./database.ts";

/** Whose vault this phone opens. Who that is lies in the vault. */
export interface Person {
  /** The vault's name; says nothing about the account. */
  key: string;
  signed_in: boolean;
}

/** What the worker needs to subscribe again without a session: the server's key and a token for only this. */
export interface Renewal {
  renew: string;
  key_id: string;
  key: string;
}

interface Things {
  person: Person;
  /** Path of the page that a tapped notification asked for. */
  target: string;
  renewal: Renewal;
  /** Signed out while offline: the server still has to hear of it before anything else. */
  sign_out_due: { device?: string };
  /** Weak signal counts as none until the person says otherwise. */
  field: boolean;
  /** No count on the icon, and a plain picture in notices. */
  discreet: boolean;
}

interface Schema extends DBSchema {
  things: { key: keyof Things; value: Things[keyof Things] };
}

const db = database<Schema>("porchlight", 1, fresh => { fresh.createObjectStore("things"); });

export function recall<K extends keyof Things>(key: K): Promise<Things[K] | undefined> {
  return db.use(it => it.get("things", key) as Promise<Things[K] | undefined>);
}

export function keep<K extends keyof Things>(key: K, thing: Things[K]): Promise<void> {
  return db.use(async it => { await it.put("things", thing, key); });
}

export function drop(key: keyof Things): Promise<void> {
  return db.use(it => it.delete("things", key));
}

/** Read and clear in one transaction, so that two tabs do not both follow one tap. Mostly there is nothing: then nothing is written. */
export function take<K extends keyof Things>(key: K): Promise<Things[K] | undefined> {
  return db.use(async it => {
    if (await it.count("things", key) === 0) return undefined;
    const tx = it.transaction("things", "readwrite");
    const thing = await tx.store.get(key) as Things[K] | undefined;
    if (thing !== undefined) await tx.store.delete(key);
    await tx.done;
    return thing;
  });
}
