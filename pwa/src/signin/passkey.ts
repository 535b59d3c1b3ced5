/** Passkeys in this browser: the server's JSON becomes bytes for the browser, and the browser's bytes JSON for the server. */

/** Binary values of the options, by where they stand. */
interface Asked { challenge: string; rpId?: string; timeout?: number; allowCredentials?: { id: string }[] }
interface AskedNew extends Asked {
  rp: PublicKeyCredentialRpEntity;
  user: { id: string; name: string; displayName: string };
  pubKeyCredParams: PublicKeyCredentialParameters[];
  excludeCredentials?: { id: string }[];
  authenticatorSelection?: AuthenticatorSelectionCriteria;
  extensions?: AuthenticationExtensionsClientInputs;
}

export type Answer = Record<string, unknown>;
export interface Made { passkey: Answer; prf: boolean }

/** What can go wrong, in the app's own words: the person let it be, it exists already, or this browser cannot. */
export type PasskeyFailure = "cancelled" | "passkey_known" | "unable";

export function can_use_passkeys(): boolean {
  return typeof PublicKeyCredential === "function";
}

/** Whether the browser can offer a passkey in the list under a field. */
export async function can_offer(): Promise<boolean> {
  if (!can_use_passkeys()) return false;
  return await PublicKeyCredential.isConditionalMediationAvailable?.().catch(() => false) ?? false;
}

/** Make a passkey. `prf` tells whether it can open a vault, as far as the browser says now. */
export async function make_passkey(options: unknown): Promise<Made | PasskeyFailure> {
  const asked = options as AskedNew;
  const publicKey = {
    ...asked, challenge: bytes(asked.challenge), user: { ...asked.user, id: bytes(asked.user.id) }, excludeCredentials: ids(asked.excludeCredentials),
  } as PublicKeyCredentialCreationOptions;
  try {
    const made = await navigator.credentials.create({ publicKey }) as PublicKeyCredential | null;
    if (!made) return "cancelled";
    const { attestationObject, clientDataJSON } = made.response as AuthenticatorAttestationResponse;
    const { prf } = made.getClientExtensionResults() as { prf?: { enabled?: boolean } };
    return { passkey: told(made, { attestationObject: text(attestationObject), clientDataJSON: text(clientDataJSON) }), prf: prf?.enabled === true };
  } catch (error) {
    return failure(error);
  }
}

/** Have a passkey used. `waiting` offers it under the field that the person types into, until `signal` ends that. */
export async function use_passkey(options: unknown, signal: AbortSignal, waiting = false): Promise<Answer | PasskeyFailure> {
  const asked = options as Asked;
  const publicKey = { ...asked, challenge: bytes(asked.challenge), allowCredentials: ids(asked.allowCredentials) } as PublicKeyCredentialRequestOptions;
  try {
    const used = await navigator.credentials.get({ publicKey, signal, ...(waiting ? { mediation: "conditional" as const } : {}) }) as PublicKeyCredential | null;
    if (!used) return "cancelled";
    const { authenticatorData, clientDataJSON, signature, userHandle } = used.response as AuthenticatorAssertionResponse;
    return told(used, {
      authenticatorData: text(authenticatorData), clientDataJSON: text(clientDataJSON), signature: text(signature),
      userHandle: userHandle ? text(userHandle) : null,
    });
  } catch (error) {
    return failure(error);
  }
}

function told(credential: PublicKeyCredential, response: Record<string, string | null>): Answer {
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response, clientExtensionResults: {} };
}

function failure(error: unknown): PasskeyFailure {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "InvalidStateError") return "passkey_known";
  return name === "NotAllowedError" || name === "AbortError" ? "cancelled" : "unable";
}

const ids = (listed: { id: string }[] = []) => listed.map(({ id }) => ({ type: "public-key" as const, id: bytes(id) }));

function bytes(base64url: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64url.replaceAll("-", "+").replaceAll("_", "/")), letter => letter.codePointAt(0) ?? 0);
}

function text(buffer: ArrayBuffer): string {
  return btoa(Array.from(new Uint8Array(buffer), byte => String.fromCodePoint(byte)).join("")).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
