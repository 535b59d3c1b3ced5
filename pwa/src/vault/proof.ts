/** What a device proves itself by, and how it seals for the server what it may have to hand over without a key of its own. */

import type { Mutation } from "../wire.ts";
import { from_text, joined, random, to_text, utf8 } from "./bytes.ts";

/** A key pair of this installation. Its private half cannot leave the browser; it opens nothing. */
export interface DeviceKey {
  sign: CryptoKey;
  point: string;
}

/** The server's public keys: one to seal for, and those whose signatures count. */
export interface ServerKeys {
  seal: { id: string; key: string };
  lease: { id: string; key: string }[];
}

/** A change that only the server can read. */
export interface SealedBox {
  key: string;
  eph: string;
  iv: string;
  box: string;
}

const CURVE = { namedCurve: "P-256" } as const;
const SIGNATURE = { name: "ECDSA", hash: "SHA-256" } as const;

export async function new_device_key(): Promise<DeviceKey> {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", ...CURVE }, false, ["sign"]);
  return { sign: pair.privateKey, point: to_text(await crypto.subtle.exportKey("raw", pair.publicKey)) };
}

/** The header by which this device signs exactly this request. `body` is as it is sent, empty when there is none. */
export async function proof(key: DeviceKey, device: string, request: { method: string; path: string; body: string }): Promise<string> {
  const digest = to_text(await crypto.subtle.digest("SHA-256", utf8(request.body)));
  const text = utf8(`porchlight-proof-v1\n${request.method} ${request.path}\n${device}\n${digest}`);
  return `v1.${to_text(await crypto.subtle.sign(SIGNATURE, key.sign, text))}`;
}

/** The payload of `<payload>.<signature>` when one of these keys signed it, else null. */
export async function verified(keys: ServerKeys["lease"], signed: string): Promise<unknown> {
  const [text, signature] = signed.split(".") as [string, string];
  try {
    for (const { key } of keys) {
      const known = await crypto.subtle.importKey("raw", from_text(key), { name: "ECDSA", ...CURVE }, false, ["verify"]);
      if (await crypto.subtle.verify(SIGNATURE, known, from_text(signature), from_text(text))) return JSON.parse(new TextDecoder().decode(from_text(text))) as unknown;
    }
  } catch { /* not base64url, not a key: not signed */ }
  return null;
}

/** Sealed for the server (ECDH with a fresh key, HKDF-SHA-256, AES-256-GCM), bound to its device, number and id. */
export async function sealed_for(server: ServerKeys["seal"], device: string, mutation: Mutation): Promise<SealedBox> {
  const point = from_text(server.key);
  const theirs = await crypto.subtle.importKey("raw", point, { name: "ECDH", ...CURVE }, false, []);
  const ours = await crypto.subtle.generateKey({ name: "ECDH", ...CURVE }, false, ["deriveBits"]);
  const eph = new Uint8Array(await crypto.subtle.exportKey("raw", ours.publicKey));
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, ours.privateKey, 256);
  const root = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const derive = { name: "HKDF", hash: "SHA-256", salt: joined(eph, point), info: utf8("porchlight-outbox-v1") };
  const key = await crypto.subtle.deriveKey(derive, root, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  const iv = random(12);
  const additionalData = utf8(`${device}|${mutation.n}|${mutation.id}`);
  const box = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, key, utf8(JSON.stringify(mutation)));
  return { key: server.id, eph: to_text(eph), iv: to_text(iv), box: to_text(box) };
}
