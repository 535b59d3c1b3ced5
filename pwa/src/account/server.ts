/** What the screens of an account ask of the server, and why it may say no. Online only: none of it can wait. */
import { call, type Reply } from "../net/http.ts";
import { can_use_passkeys, make_passkey, type Made, use_passkey } from "../signin/passkey.ts";

/** Why not: a code of the server's, or of this browser's. */
export type Refusal = string;

/** The body, or why not. */
export type Told<T> = { body: T } | { refusal: Refusal; operation?: string };

export async function ask<T>(method: "GET" | "POST" | "PUT" | "DELETE", path: string, body?: object): Promise<Told<T>> {
  return told(await call(method, path, body));
}

/** Make a passkey by the options of one address, and hand it to another. */
export async function new_passkey<T>(from: string, to: string, name: string): Promise<Told<T>> {
  if (!can_use_passkeys()) return { refusal: "unable" };
  const options = await ask("POST", from, {});
  if ("refusal" in options) return options;
  const made: Made | string = await make_passkey(options.body);
  return typeof made === "string" ? { refusal: made } : ask<T>("POST", to, { ...made, name });
}

/** Show once more who one is, by a passkey, for one operation. */
export async function prove_by_passkey(operation: string): Promise<Told<null>> {
  if (!can_use_passkeys()) return { refusal: "unable" };
  const options = await ask("POST", "/v1/account/proof/options", { operation });
  if ("refusal" in options) return options;
  const used = await use_passkey(options.body, new AbortController().signal);
  return typeof used === "string" ? { refusal: used } : ask("POST", "/v1/account/proof", { operation, passkey: used });
}

/** How a person knows this device again among others. */
export function device_name(): string {
  const found = /Android|iPhone|iPad|Windows|Mac|CrOS|Linux/.exec(navigator.userAgent)?.[0] ?? "";
  return { CrOS: "Chromebook" }[found] ?? found;
}

function told<T>({ status, body }: Reply): Told<T> {
  if (status >= 200 && status < 300) return { body: body as T };
  const { code, operation } = (body ?? {}) as { code?: string; operation?: string };
  const refusal = status === 0 ? "network" : code ?? "server";
  return operation ? { refusal, operation } : { refusal };
}
