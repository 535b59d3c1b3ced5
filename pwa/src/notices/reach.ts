/** The number and the address that this person gave besides web push. Asked of the server when needed: they are not kept on the phone. */
import { signal } from "@preact/signals";
import { call } from "../net/http.ts";

export type Channel = "text" | "email";

interface Reach {
  channel: Channel;
  address: string;
  private: boolean;
  verified: boolean;
  stopped: boolean;
}

export type Told = "sent" | "confirmed" | "ended" | "wrong_address" | "wrong_code" | "wait" | "offline";

/** Null until the server was asked, and when it could not be. */
export const reach = signal<readonly Reach[] | null>(null);

export async function load_reach(): Promise<void> {
  const reply = await call("GET", "/v1/reach");
  if (reply.status === 200) reach.value = (reply.body as { reach: Reach[] }).reach;
}

/** Whether things are told this way now. */
export function is_open(channel: Channel): boolean {
  return reach.value?.some(one => one.channel === channel && one.verified && !one.stopped) ?? false;
}

export async function give(channel: Channel, address: string, secluded: boolean): Promise<Told> {
  const reply = await call("PUT", "/v1/reach", { channel, address, private: secluded });
  await load_reach();
  if (reply.status === 202) return "sent";
  if (reply.status === 429) return "wait";
  return reply.status === 400 || reply.status === 422 ? "wrong_address" : "offline";
}

export async function confirm(channel: Channel, code: string): Promise<Told> {
  const reply = await call("POST", "/v1/reach/confirm", { channel, code: code.trim() });
  await load_reach();
  if (reply.status === 204) return "confirmed";
  return reply.status === 0 || reply.status >= 500 ? "offline" : "wrong_code";
}

export async function end(channel: Channel): Promise<Told> {
  const reply = await call("DELETE", "/v1/reach", { channel });
  await load_reach();
  return reply.status === 204 ? "ended" : "offline";
}
