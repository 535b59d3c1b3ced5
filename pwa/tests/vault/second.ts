/**
 * The vault's formats once more, by Node's own functions and with nothing of the app: what one of the two seals, the other opens. Labels
 * stand here in full, since whoever changed one would lock out every phone that was sealed under the older.
 */

import { createCipheriv, createDecipheriv, createECDH, createHmac, hkdfSync, pbkdf2Sync, randomBytes } from "node:crypto";
import type { make_server } from "../make.ts";

export type Key = Uint8Array;

export function stretched(text: string, salt: string, rounds: number): Key {
  return pbkdf2Sync(text, Buffer.from(salt, "base64url"), rounds, 32, "sha256");
}

export function derived(from: Uint8Array, info: string, salt: Uint8Array = new Uint8Array()): Key {
  return new Uint8Array(hkdfSync("sha256", from, salt, info, 32));
}

/** `iv || ciphertext || tag`. */
export function sealed(key: Key, label: string, bytes: Uint8Array): Buffer {
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(Buffer.from(label));
  return Buffer.concat([iv, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
}

/** Null when the key, the label or the bytes are others. */
export function opened(key: Key, label: string, whole: Uint8Array): Uint8Array | null {
  const decipher = createDecipheriv("aes-256-gcm", key, whole.subarray(0, 12)).setAAD(Buffer.from(label)).setAuthTag(whole.subarray(-16));
  const plain = decipher.update(whole.subarray(12, -16));
  try {
    decipher.final();
  } catch {
    return null;
  }
  return new Uint8Array(plain);
}

export const passphrase_key = (text: string, salt: string, rounds: number): Key => derived(stretched(text, salt, rounds), "porchlight-slot-l");
export const passkey_key = (prf: Uint8Array, salt: string): Key => derived(prf, "porchlight-slot-p", Buffer.from(salt, "base64url"));
export const pin_key = (base: Uint8Array, share: Uint8Array): Key => derived(Buffer.concat([base, share]), "porchlight-slot-n");
export const pin_check = (base: Uint8Array): string => Buffer.from(derived(base, "porchlight-pin-check")).toString("base64url");

export const box_key = (secret: Uint8Array, bound: string): Key => derived(secret, "porchlight-box", Buffer.from(bound));
export function name_of(secret: Uint8Array, bound: string, place: string): string {
  return createHmac("sha256", derived(secret, "porchlight-name", Buffer.from(bound))).update(`${bound}|${place}|1`).digest("base64url");
}

/** The half of its key that only the server has. */
export interface Half {
  secret: Uint8Array;
  point: string;
}

export async function own_half({ keys, open }: Awaited<ReturnType<typeof make_server>>): Promise<Half> {
  const { d = "" } = await crypto.subtle.exportKey("jwk", open);
  return { secret: Buffer.from(d, "base64url"), point: keys.seal.key };
}

/** What the server makes of a change that was sealed for it, under this number and id. Null: it is not that. */
export function read_by_server(own: Half, device: string, { n, id, sealed: it }: Handed): unknown {
  const [eph, point] = [Buffer.from(it.eph, "base64url"), Buffer.from(own.point, "base64url")];
  const side = createECDH("prime256v1");
  side.setPrivateKey(own.secret);
  const key = derived(side.computeSecret(eph), "porchlight-outbox-v1", Buffer.concat([eph, point]));
  const plain = opened(key, `${device}|${n}|${id}`, Buffer.concat([Buffer.from(it.iv, "base64url"), Buffer.from(it.box, "base64url")]));
  return plain && JSON.parse(new TextDecoder().decode(plain)) as unknown;
}

export interface Handed {
  n: number;
  id: string;
  sealed: { eph: string; iv: string; box: string };
}
