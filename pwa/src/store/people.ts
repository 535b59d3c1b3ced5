/** Who uses this phone: signing in and out of the agency's server. */

import { abort_all, call, type Reply } from "../net/http.ts";
import type { OwnAccount } from "../wire.ts";
import { drop, keep, recall } from "./install.ts";
import type { DemoPerson, Session } from "./model.ts";

/** Why nobody is signed in now. */
export type SignInFailure = { code: "unauthorized" | "second_factor" | "wrong_code" | "too_many" | "crowded" | "network" | "server"; retry_after_s?: number };

/** Whoever signed in, without a device yet: which one it is, is the vault's matter. */
export async function sign_in_with(path: string, body: object): Promise<Session | SignInFailure> {
  await end_session_if_due();
  const reply = await call("POST", path, body);
  const account = (reply.body as { account?: OwnAccount } | null)?.account;
  return reply.status === 200 && account ? session_of(account) : failure(reply);
}

/** The server knows who this is: so does this phone, from now on. */
export async function session_of({ id, ...facts }: OwnAccount): Promise<Session> {
  await drop("sign_out_due");
  return { ...facts, account_id: id, device: "" };
}

export async function find_demo_people(): Promise<DemoPerson[] | null> {
  const reply = await call("GET", "/v1/demo");
  return reply.status === 200 ? (reply.body as { people: DemoPerson[] }).people : null;
}

/** Nothing under way arrives any more, and the server will hear that this device signed out. */
export async function leave(device: string): Promise<void> {
  abort_all();
  await keep("sign_out_due", device ? { device } : {});
  await drop("person");
}

/** The cookie can only be ended by the server; a sign-out without a signal is owed and paid before anything else is asked. */
export async function end_session_if_due(): Promise<void> {
  const due = await recall("sign_out_due");
  if (!due) return;
  const reply = await call("POST", "/v1/sign-out", due);
  if (reply.status === 204 || reply.status === 200 || reply.status === 401) await drop("sign_out_due");
}

function failure({ status, body, retry_after_s }: Reply): SignInFailure {
  const told = (body as { code?: string } | null)?.code;
  const code = told === "second_factor" || told === "wrong_code" || told === "crowded" ? told : status === 0 ? "network" : status === 401 || status === 400 ? "unauthorized" : status === 429 ? "too_many" : "server";
  return retry_after_s === null ? { code } : { code, retry_after_s };
}
