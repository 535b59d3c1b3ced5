/** A passkey of this phone that makes a secret (WebAuthn's PRF): the phone's own lock opens the vault, with or without a network. */

import { from_text, random, to_text } from "./bytes.ts";
import type { Way } from "./vault.ts";

type PasskeyWay = Way & { kind: "passkey" };

/** TypeScript's libraries do not know the extension yet. */
interface Prf {
  prf?: { enabled?: boolean; results?: { first?: ArrayBuffer } };
}

/** True when this browser says that it can; whether the phone can is known only once a passkey was made. */
export async function can_passkey(): Promise<boolean> {
  const known = (globalThis as { PublicKeyCredential?: typeof PublicKeyCredential }).PublicKeyCredential;
  if (!known?.isUserVerifyingPlatformAuthenticatorAvailable) return false;
  return known.isUserVerifyingPlatformAuthenticatorAvailable().catch(() => false);
}

/** Make one. Null: the person did not want to, or this phone's passkeys make no secrets. */
export async function new_passkey(name: string): Promise<PasskeyWay | null> {
  const salt = random(32);
  const made = await navigator.credentials.create({ publicKey: {
    challenge: random(32), rp: { name }, user: { id: random(16), name, displayName: name },
    pubKeyCredParams: [{ type: "public-key", alg: -7 }, { type: "public-key", alg: -257 }],
    authenticatorSelection: { authenticatorAttachment: "platform", residentKey: "preferred", userVerification: "required" },
    extensions: { prf: { eval: { first: salt } } },
  } }).catch(() => null) as PublicKeyCredential | null;
  if (!made) return null;
  const { prf } = made.getClientExtensionResults() as Prf;
  if (!prf?.enabled) return null;
  const at = { credential: to_text(made.rawId), salt: to_text(salt) };
  return prf.results?.first ? { kind: "passkey", ...at, prf: to_text(prf.results.first) } : ask_passkey(at);
}

/** Ask for it. Null: the person did not want to, or it is another phone's. */
export async function ask_passkey({ credential, salt }: { credential: string; salt: string }): Promise<PasskeyWay | null> {
  const found = await navigator.credentials.get({ publicKey: {
    challenge: random(32), allowCredentials: [{ type: "public-key", id: from_text(credential) }], userVerification: "required",
    extensions: { prf: { eval: { first: from_text(salt) } } },
  } }).catch(() => null) as PublicKeyCredential | null;
  const first = (found?.getClientExtensionResults() as Prf | undefined)?.prf?.results?.first;
  return first ? { kind: "passkey", credential, salt, prf: to_text(first) } : null;
}
