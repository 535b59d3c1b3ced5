/** What a vault asks of the server, each request proved by the device's key. */

import { call, type Reply } from "../net/http.ts";
import type { SealedItem } from "../store/outbox.ts";
import type { Done } from "../wire.ts";
import { type Bytes, from_text } from "./bytes.ts";
import { type DeviceKey, proof, type ServerKeys } from "./proof.ts";
import type { NotUnlocked } from "./vault.ts";

export interface Server {
  /** The server's next half for a PIN. Throws when there is none to be had. */
  make_share(check: string): Promise<Bytes>;
  confirm_share(): Promise<void>;
  open_share(check: string): Promise<Bytes[] | NotUnlocked>;
  forget_share(): Promise<void>;
}

/** The server does not know this device by its key yet, or not at all any more. */
export class NoShare extends Error {}

export function server_for(key: DeviceKey, device: () => Promise<string>): Server {
  const asked = async (method: string, path: string, body?: object) => proved(key, await device(), method, path, body);
  return {
    async make_share(check) {
      const reply = await asked("PUT", "/v1/vault/share", { device: await device(), check });
      if (reply.status !== 200) throw new NoShare(`${reply.status}`);
      return from_text((reply.body as { share: string }).share);
    },
    async confirm_share() {
      const reply = await asked("POST", "/v1/vault/share/confirm", { device: await device() });
      if (reply.status !== 204) throw new NoShare(`${reply.status}`);
    },
    async open_share(check) {
      const reply = await asked("POST", "/v1/vault/share/open", { device: await device(), check });
      if (reply.status === 200) return (reply.body as { shares: string[] }).shares.map(from_text);
      const { code, left = 0 } = (reply.body ?? {}) as { code?: string; left?: number };
      if (reply.status === 403 && code === "wrong_pin") return { code: "wrong", left };
      if (reply.status === 410) return { code: "erased" };
      return { code: reply.status === 401 ? "sign_in" : "network" };
    },
    async forget_share() { await asked("DELETE", `/v1/vault/share/${await device()}`); },
  };
}

export async function server_keys(): Promise<ServerKeys | null> {
  const reply = await call("GET", "/v1/vault/keys");
  return reply.status === 200 ? reply.body as ServerKeys : null;
}

/** Hand over what is sealed, some at a time. Null: it was not taken, try again later. What was done, when a session was alive. */
export async function hand_over(key: DeviceKey, device: string, items: readonly SealedItem[]): Promise<Done[] | null> {
  const done: Done[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE) {
    const reply = await proved(key, device, "POST", "/v1/handover", { device, items: items.slice(at, at + AT_ONCE) });
    if (reply.status !== 200) return null;
    done.push(...(reply.body as { done?: Done[] }).done ?? []);
  }
  return done;
}

/** A request that proves that it comes from this device. */
export function proved(key: DeviceKey, device: string, method: string, path: string, body?: object): Promise<Reply> {
  return call(method, path, body, text => prove(key, device, method, path, text));
}

/** The headers that prove it. */
export async function prove(key: DeviceKey, device: string, method: string, path: string, body: string): Promise<Record<string, string>> {
  return { "porchlight-proof": await proof(key, device, { method, path, body }) };
}

const AT_ONCE = 20;
