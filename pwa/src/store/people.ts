/** Who uses this phone: signing in and out, and what stays behind when they do. */

import { abort_all, call, type Reply } from "../net/http.ts";
import type { OwnAccount } from "../wire.ts";
import { blobs_of } from "./blobs.ts";
import { boxes_of } from "./boxes.ts";
import { drop, keep, type Person, person_key, recall } from "./install.ts";
import type { DemoPerson } from "./model.ts";
import { outbox_of } from "./outbox.ts";

/** Why nobody is signed in now. */
export type SignInFailure = { code: "unauthorized" | "second_factor" | "wrong_code" | "too_many" | "network" | "server"; retry_after_s?: number };

export async function sign_in_with(path: string, body: object): Promise<Person | SignInFailure> {
  await end_session_if_due();
  const reply = await call("POST", path, body);
  const account = (reply.body as { account?: OwnAccount } | null)?.account;
  return reply.status === 200 && account ? person_of(account) : failure(reply);
}

/** The server knows who this is: so does this phone, from now on. */
export async function person_of({ id, ...facts }: OwnAccount): Promise<Person> {
  const key = await person_key(id);
  const device = await outbox_of(key).device();
  const person: Person = { key, signed_in: true, session: { ...facts, account_id: id, device: device.id } };
  await drop("sign_out_due");
  await keep("person", person);
  return person;
}

export async function find_demo_people(): Promise<DemoPerson[] | null> {
  const reply = await call("GET", "/v1/demo");
  return reply.status === 200 ? (reply.body as { people: DemoPerson[] }).people : null;
}

/** The session ended on the server: nothing is shown until the same person signs in again. Told to wipe, the boxes go first. */
export async function lose_session(person: Person, wipe: boolean): Promise<void> {
  if (wipe) await Promise.all([boxes_of(person.key).erase(), forget_files(person.key, true)]);
  await keep("person", { ...person, signed_in: false });
}

/** Leave this phone. The boxes always go; with `forget`, the outbox and its device id too. Nothing under way arrives any more. */
export async function leave(person: Person, forget: boolean): Promise<void> {
  abort_all();
  await keep("sign_out_due", { device: person.session.device });
  await drop("person");
  await navigator.locks.request("sync", async () => {
    await boxes_of(person.key).erase();
    await forget_files(person.key, forget);
    if (forget) await outbox_of(person.key).erase();
  });
}

/** Files go like what they belong to: those that were not sent yet stay as long as the outbox does. */
async function forget_files(key: string, all: boolean): Promise<void> {
  const blobs = blobs_of(key);
  if (all) return blobs.erase();
  for (const note of await blobs.notes()) if (note.why === "pinned") await blobs.delete(note.id);
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
  const code = told === "second_factor" || told === "wrong_code" ? told : status === 0 ? "network" : status === 401 || status === 400 ? "unauthorized" : status === 429 ? "too_many" : "server";
  return retry_after_s === null ? { code } : { code, retry_after_s };
}
