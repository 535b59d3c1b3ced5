/**
 * The keys of an open vault. They come from one random secret of 32 bytes, exist only in the keeper, and cannot be taken out of it:
 * one seals boxes (AES-256-GCM), one turns record ids into names that tell nothing (HMAC-SHA-256).
 */

import { type Bytes, joined, random, to_text, utf8 } from "./bytes.ts";

export interface Keys {
  box: CryptoKey;
  name: CryptoKey;
  /** Account and vault: a box of another cannot be opened here. */
  bound: string;
}

/** What was sealed cannot be opened: changed, cut, from elsewhere, or of an older shape. */
export class Broken extends Error {}

export const SECRET_BYTES = 32;
const IV_BYTES = 12;
/** Raise it when what is inside boxes changes shape: older ones are then loaded again. */
const SHAPE = 1;

/** The keys that a secret stands for. The secret itself is not kept. */
export async function keys_of(secret: Bytes, bound: string): Promise<Keys> {
  const root = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const from = (info: string) => ({ name: "HKDF", hash: "SHA-256", salt: utf8(bound), info: utf8(info) });
  return {
    box: await crypto.subtle.deriveKey(from("porchlight-box"), root, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]),
    name: await crypto.subtle.deriveKey(from("porchlight-name"), root, { name: "HMAC", hash: "SHA-256", length: 256 }, false, ["sign"]),
    bound,
  };
}

/** `iv || ciphertext || tag`; `place` is the store and the record that this is for. */
export function seal(keys: Keys, place: string, value: unknown): Promise<Bytes> {
  return seal_bytes(keys, place, utf8(JSON.stringify(value)));
}

export async function seal_bytes(keys: Keys, place: string, bytes: Bytes): Promise<Bytes> {
  const iv = random(IV_BYTES);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: label(keys, place) }, keys.box, bytes);
  return joined(iv, new Uint8Array(sealed));
}

/** What `seal` was given, for the same place. Throws Broken. */
export async function unseal(keys: Keys, place: string, box: unknown): Promise<unknown> {
  return JSON.parse(new TextDecoder().decode(await unseal_bytes(keys, place, box))) as unknown;
}

/** What `seal_bytes` was given, for the same place. Throws Broken. */
export async function unseal_bytes(keys: Keys, place: string, box: unknown): Promise<ArrayBuffer> {
  if (!(box instanceof Uint8Array)) throw new Broken("not a box");
  const whole = new Uint8Array(box);
  const algorithm = { name: "AES-GCM", iv: whole.subarray(0, IV_BYTES), additionalData: label(keys, place) };
  return crypto.subtle.decrypt(algorithm, keys.box, whole.subarray(IV_BYTES)).catch(() => { throw new Broken("cannot be opened"); });
}

/** The name under which a record lies in a store: the same each time, and without the key it tells nothing. */
export async function name_of(keys: Keys, place: string): Promise<string> {
  return to_text(await crypto.subtle.sign("HMAC", keys.name, label(keys, place)));
}

function label({ bound }: Keys, place: string): Bytes {
  return utf8(`${bound}|${place}|${SHAPE}`);
}
