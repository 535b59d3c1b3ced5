/**
 * Slots: the ways into a vault. Each holds the vault's secret, sealed with a key that only the right passphrase, passkey or PIN makes.
 *
 * A passphrase and a passkey stand alone. A PIN never does: a million of them are soon tried, so its key also takes 32 bytes that the
 * server holds and gives for a right PIN only, counting wrong ones.
 */

import { type Bytes, from_text, joined, random, to_text, utf8 } from "./bytes.ts";
import { Broken } from "./keys.ts";

export type Slot =
  | { kind: "passphrase"; salt: string; rounds: number; box: string }
  | { kind: "passkey"; salt: string; credential: string; box: string }
  /** `next` is for the share that is made but not confirmed yet. */
  | { kind: "pin"; salt: string; rounds: number; box: string; next?: string };

export type SlotKind = Slot["kind"];

/** OWASP's figure of 2023 for PBKDF2 with SHA-256. */
export const ROUNDS = 600_000;
const SALT_BYTES = 16;
const IV_BYTES = 12;

/** What a typed PIN makes: what the server is shown, and what is joined with its share. */
export interface FromPin {
  check: string;
  base: Bytes;
}

const LEAST_LETTERS = 14;
const LEAST_DIGITS = 6;
const LEAST_DIFFERENT = 6;

/** Spaces at the ends and doubled ones are slips of the finger; accents may be written in two ways. */
export function as_typed(text: string): string {
  return text.normalize("NFKC").trim().replace(/\s+/g, " ");
}

/** Fourteen characters, not the same few nor the same word again and again; four different words have as many. */
export function is_strong(text: string): boolean {
  const said = Array.from(new Set(as_typed(text).toLowerCase().split(/[\s\-.,_]/))).join(" ");
  return said.length >= LEAST_LETTERS && new Set(said).size >= LEAST_DIFFERENT;
}

/** Six digits or more, not all the same and not simply counted up or down. */
export function is_good_pin(pin: string): boolean {
  if (!new RegExp(`^\\d{${LEAST_DIGITS},12}$`).test(pin)) return false;
  const steps = new Set(Array.from(pin.slice(1), (digit, at) => Number(digit) - Number(pin[at])));
  return steps.size > 1;
}

export async function passphrase_slot(secret: Bytes, bound: string, text: string, rounds = ROUNDS): Promise<Slot> {
  const salt = to_text(random(SALT_BYTES));
  const key = await passphrase_key(text, salt, rounds);
  return { kind: "passphrase", salt, rounds, box: await wrap(key, bound, secret) };
}

export async function passkey_slot(secret: Bytes, bound: string, given: { credential: string; salt: string; prf: Bytes }): Promise<Slot> {
  const { credential, salt, prf } = given;
  return { kind: "passkey", credential, salt, box: await wrap(await passkey_key(prf, salt), bound, secret) };
}

/** `make_share` shows the server the check and brings its share. */
export async function pin_slot(secret: Bytes, bound: string, pin: string, make_share: (check: string) => Promise<Bytes>, rounds = ROUNDS): Promise<Slot> {
  const salt = to_text(random(SALT_BYTES));
  const from = await from_pin(pin, salt, rounds);
  return { kind: "pin", salt, rounds, box: await wrap(await pin_key(from.base, await make_share(from.check)), bound, secret) };
}

/** The same PIN with the next share: both boxes open until the server has let go of the older share. */
export async function with_next(slot: Slot & { kind: "pin" }, bound: string, secret: Bytes, from: FromPin, share: Bytes): Promise<Slot> {
  return { ...slot, next: await wrap(await pin_key(from.base, share), bound, secret) };
}

export async function open_passphrase(slot: Slot & { kind: "passphrase" }, bound: string, text: string): Promise<Bytes> {
  return unwrap(await passphrase_key(text, slot.salt, slot.rounds), bound, slot.box);
}

export async function open_passkey(slot: Slot & { kind: "passkey" }, bound: string, prf: Bytes): Promise<Bytes> {
  return unwrap(await passkey_key(prf, slot.salt), bound, slot.box);
}

/** Throws Broken when none of the server's shares fits. */
export async function open_pin(slot: Slot & { kind: "pin" }, bound: string, from: FromPin, shares: readonly Bytes[]): Promise<Bytes> {
  for (const share of shares) {
    const key = await pin_key(from.base, share);
    for (const box of [slot.box, slot.next]) {
      const secret = box ? await unwrap(key, bound, box).catch(() => null) : null;
      if (secret) return secret;
    }
  }
  throw new Broken("no share fits");
}

export async function from_pin(pin: string, salt: string, rounds: number): Promise<FromPin> {
  const base = await stretched(pin, salt, rounds);
  const check = await crypto.subtle.deriveBits(hkdf("porchlight-pin-check"), await root(base), 256);
  return { check: to_text(check), base };
}

async function passphrase_key(text: string, salt: string, rounds: number): Promise<CryptoKey> {
  return key_from(await stretched(as_typed(text), salt, rounds), "porchlight-slot-l");
}

async function passkey_key(prf: Bytes, salt: string): Promise<CryptoKey> {
  return key_from(prf, "porchlight-slot-p", from_text(salt));
}

async function pin_key(base: Bytes, share: Bytes): Promise<CryptoKey> {
  return key_from(joined(base, share), "porchlight-slot-n");
}

async function stretched(text: string, salt: string, iterations: number): Promise<Bytes> {
  const typed = await crypto.subtle.importKey("raw", utf8(text), "PBKDF2", false, ["deriveBits"]);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt: from_text(salt), iterations }, typed, 256));
}

function hkdf(info: string, salt: Bytes = new Uint8Array()): HkdfParams {
  return { name: "HKDF", hash: "SHA-256", salt, info: utf8(info) };
}

function root(bytes: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", bytes, "HKDF", false, ["deriveKey", "deriveBits"]);
}

async function key_from(bytes: Bytes, info: string, salt?: Bytes): Promise<CryptoKey> {
  return crypto.subtle.deriveKey(hkdf(info, salt), await root(bytes), { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

async function wrap(key: CryptoKey, bound: string, secret: Bytes): Promise<string> {
  const iv = random(IV_BYTES);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: utf8(`slot|${bound}`) }, key, secret);
  return to_text(joined(iv, new Uint8Array(sealed)));
}

/** Throws Broken when the key is not the one. */
async function unwrap(key: CryptoKey, bound: string, text: string): Promise<Bytes> {
  const box = from_text(text);
  const algorithm = { name: "AES-GCM", iv: box.subarray(0, IV_BYTES), additionalData: utf8(`slot|${bound}`) };
  const secret = await crypto.subtle.decrypt(algorithm, key, box.subarray(IV_BYTES)).catch(() => { throw new Broken("not the key"); });
  return new Uint8Array(secret);
}
