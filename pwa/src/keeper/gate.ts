/** Coming and going: signing in, setting up, unlocking, locking, leaving. What is open afterwards lies on the desk. */

import { blobs_of, forget_pinned, memory_blobs } from "../store/blobs.ts";
import { boxes_of, erase_boxes } from "../store/boxes.ts";
import { keep, drop, recall } from "../store/install.ts";
import { memory_boxes, memory_outbox } from "../store/memory.ts";
import { holds_cases, type Session } from "../store/model.ts";
import { adopt_older } from "../store/older.ts";
import { erase_outbox, outbox_of, to_hand_over } from "../store/outbox.ts";
import { end_session_if_due, leave, type SignInFailure, sign_in_with } from "../store/people.ts";
import type { Store } from "../sync/round.ts";
import type { Ending } from "../sync/session.ts";
import { call } from "../net/http.ts";
import { begin_going, go_on } from "../vault/going.ts";
import { seal, unseal } from "../vault/keys.ts";
import { how_long, lease_due, read_lease, with_lease } from "../vault/lasting.ts";
import { new_device_key, verified } from "../vault/proof.ts";
import { change_record, drop_record, find_record, new_record, record_of, type VaultRecord, who_is } from "../vault/record.ts";
import { grace_ms } from "../vault/rules.ts";
import { hand_over, NoShare, proved, type Server, server_for, server_keys } from "../vault/server.ts";
import { is_good_pin, is_strong } from "../vault/slots.ts";
import { change_way, make_vault, type NotUnlocked, unlock, type Unlocked, type Way, ways_of } from "../vault/vault.ts";
import { SCHEMA } from "../wire.ts";
import type { Desk, Open, Owner } from "./desk.ts";
import type { Gate, NotMade, Opened } from "./protocol.ts";

/** What lies sealed beside a vault's slots. */
interface Inside {
  session: Session;
  lease: string | null;
}

const DOOR: Gate = { at: "door" };

export async function open_last(desk: Desk): Promise<Opened | Gate> {
  const person = await recall("person");
  const record = person && await find_record(person.key);
  if (!record || !person.signed_in) return DOOR;
  if (record.going) return { at: "door", erased: true };
  return locked(desk, record);
}

export async function enter(desk: Desk, path: string, body: object): Promise<SignInFailure | null> {
  const session = await sign_in_with(path, body);
  if ("code" in session) return session;
  await come_in(desk, session);
  return null;
}

/** Somebody is signed in: to their vault, or to the choice of a lock. */
export async function come_in(desk: Desk, session: Session): Promise<void> {
  desk.newcomer = session;
  const record = await record_of(session.account_id);
  if (!record && !holds_cases(session.role)) await set_up(desk, null);
  else if (!record) close(desk, { at: "set_up", staff: session.role !== "parent", name: session.display_name });
  else if (desk.vault?.record.id === record.id) await show(desk, desk.vault);
  else {
    await keep("person", { key: record.id, signed_in: true });
    desk.news.tell({ what: "person" });
    if (how_long(record, Date.now()) !== "fine") await renew_lease(record, session.account_id);
    close(desk, locked(desk, await find_record(record.id) ?? record));
  }
}

export async function set_up(desk: Desk, way: Way | null): Promise<NotMade | null> {
  const session = desk.newcomer;
  if (!session) return { code: "sign_in" };
  if (!way) {
    await keep("sign_out_due", {}); // a page that ends may not get to say so: then the next one does
    const store: Store = { outbox: memory_outbox(), boxes: memory_boxes(), summarize: desk.summarize };
    await opened(desk, store, { gate: { at: "open", memory: true, kinds: [], passkey: null }, session, vault: null, lease: null, files: memory_blobs(), save: () => Promise.resolve() });
    return null;
  }
  if (!is_good(way)) return { code: "weak" };
  const made = await make(desk, session, way);
  if ("code" in made) return made;
  await keep("person", { key: made.record.id, signed_in: true });
  desk.news.tell({ what: "person" });
  await show(desk, made);
  return null;
}

export async function unlock_with(desk: Desk, way: Way): Promise<NotUnlocked | null> {
  const person = await recall("person");
  const record = person && await find_record(person.key);
  if (!record) return { code: "erased" };
  const found = await unlock(record.id, way, server_of(record));
  if ("code" in found) {
    if (found.code === "erased") void go_on(record.id).catch(() => false);
    return found;
  }
  await show(desk, found);
  return null;
}

export async function change_to(desk: Desk, present: Way, next: Way): Promise<NotUnlocked | NotMade | null> {
  const vault = desk.open?.vault;
  if (!desk.open || !vault) return { code: "sign_in" };
  if (!is_good(next)) return { code: "weak" };
  try {
    const found = await change_way(vault.record.id, present, next, server_of(vault.record));
    if ("code" in found) return found;
    desk.open.vault = found;
    desk.open.gate = { at: "open", memory: false, ...ways_of(found.record) };
    return null;
  } catch (error) {
    if (error instanceof NoShare) return { code: "network" };
    throw error;
  }
}

export async function lock(desk: Desk, everywhere: boolean): Promise<void> {
  await desk.writing;
  const vault = desk.open?.vault ?? desk.vault;
  desk.stop();
  desk.vault = null;
  if (everywhere) desk.news.tell({ what: "lock" });
  close(desk, vault ? locked(desk, await find_record(vault.record.id) ?? vault.record) : DOOR);
}

export async function start_over(desk: Desk): Promise<void> {
  const person = await recall("person");
  if (!person || !desk.newcomer) return;
  await begin_going(person.key, false);
  await go_on(person.key);
  close(desk, { at: "set_up", staff: desk.newcomer.role !== "parent", name: desk.newcomer.display_name });
}

export async function to_door(desk: Desk): Promise<void> {
  await drop("person");
  desk.newcomer = null;
  desk.news.tell({ what: "person" });
  close(desk, DOOR);
}

/** Sign out. The boxes always go; with `forget`, the vault, its outbox and its device too. */
export async function leave_phone(desk: Desk, forget: boolean): Promise<void> {
  const it = desk.open;
  if (!it) throw new Error("nobody is signed in");
  desk.stop();
  await desk.writing;
  Object.assign(desk, { vault: null, newcomer: null });
  await leave(it.session.device);
  await navigator.locks.request("sync", async () => {
    if (!it.vault) return;
    await erase_boxes(it.vault.record.id);
    if (!forget) return forget_pinned(it.files);
    await it.files.erase();
    await erase_outbox(it.vault.record.id);
    await drop_record(it.vault.record.id);
  });
  close(desk, DOOR);
  if (it.vault) desk.news.tell({ what: "person" });
  await end_session_if_due();
}

/** The session ended on the server: nothing is shown until the same person signs in again; with a signed order, everything is erased. */
export async function lose(desk: Desk, it: Open, ending: Ending & { kind: "signed_out" }): Promise<void> {
  desk.stop();
  desk.vault = it.vault;
  desk.newcomer = null;
  const wipe = it.vault !== null && await is_ordered(it.vault.record, it.session.device, ending.order);
  if (it.vault) {
    const { id } = it.vault.record;
    if (wipe) {
      desk.vault = null;
      await begin_going(id, true);
    } else await keep("person", { key: id, signed_in: false });
    if (wipe) void go_on(id).catch(() => false);
  }
  desk.tell({ what: "closed", gate: wipe ? { at: "door", erased: true } : DOOR, wipe });
  if (it.vault) desk.news.tell({ what: "person" });
}

async function is_ordered({ server }: VaultRecord, device: string, order: string | undefined): Promise<boolean> {
  const said = order ? await verified(server.lease, order) as { device?: string; wipe?: boolean } | null : null;
  return said?.wipe === true && said.device === device;
}

/** A new device with a key of its own, and its vault. */
async function make(desk: Desk, session: Session, way: Way): Promise<Unlocked | NotMade> {
  const server = await server_keys();
  if (!server) return { code: "network" };
  const staff = session.role !== "parent";
  const record = new_record(await who_is(session.account_id), staff, { device_key: await new_device_key(), server }, grace_ms(staff), Date.now());
  const { device } = await to_hand_over(record.id);
  const reply = await call("PUT", `/v1/devices/${device.id}`, { kind: desk.kind, key: record.device_key.point });
  if (reply.status >= 400 || reply.status === 0) return { code: reply.status === 401 ? "sign_in" : "network" };
  try {
    return await make_vault(record, way, server_of(record));
  } catch (error) {
    if (error instanceof NoShare) return { code: "network" };
    throw error;
  }
}

async function show(desk: Desk, vault: Unlocked): Promise<void> {
  const { record, keys } = vault;
  const known = record.session ? await unseal(keys, "inside", record.session).catch(() => null) as Inside | null : null;
  const session = desk.newcomer ?? known?.session;
  if (!session) throw new Error("whose vault is this?");
  const owner: Owner = {
    gate: { at: "open", memory: false, ...ways_of(record) }, session, vault, lease: known?.lease ?? null,
    files: blobs_of(record.id, keys),
    async save() {
      const inside: Inside = { session: desk.open?.session ?? session, lease: desk.open?.lease ?? null };
      const box = await seal(keys, "inside", inside);
      await change_record(record.id, now => ({ ...now, session: box }));
    },
  };
  const store: Store = {
    outbox: outbox_of(record.id, keys, record.server.seal), boxes: boxes_of(record.id, keys), summarize: desk.summarize, key: record.device_key,
    lease_due: () => lease_due(desk.open?.lease ?? null, Date.now()),
    hand_over: async () => {
      const { device, items } = await to_hand_over(record.id);
      return hand_over(record.device_key, device.id, items);
    },
  };
  await opened(desk, store, owner);
  await owner.save();
}

async function opened(desk: Desk, store: Store, owner: Owner): Promise<void> {
  if (desk.newcomer) await adopt_older(owner.session.account_id, store.outbox, owner.files).catch(() => undefined);
  const all = await desk.adopt(store, owner);
  desk.vault = owner.vault;
  desk.newcomer = null;
  desk.tell({ what: "opened", opened: all }); // the page begins to talk to the server once it has painted this
}

function locked(desk: Desk, record: VaultRecord): Gate {
  const why = how_long(record, Date.now());
  if (why === "erase" || record.going || !record.slots.length) {
    void begin_going(record.id, false).then(() => go_on(record.id)).catch(() => false);
    return { at: "door", erased: true };
  }
  return { at: "locked", ...ways_of(record), fresh: desk.newcomer !== null, why };
}

function close(desk: Desk, gate: Gate): void {
  desk.tell({ what: "closed", gate, wipe: false });
}

/** Signed in, and the lease is over or the clock was wrong: a new one needs no key to the boxes. */
async function renew_lease({ id, device_key, server }: VaultRecord, account: string): Promise<void> {
  const { device } = await to_hand_over(id);
  const asked = { rid: crypto.randomUUID(), device: device.id, schema: SCHEMA, clock: Date.now(), cursor: null, have: null, want: [], next_n: device.next_n, push: [], lease: true };
  const reply = await proved(device_key, device.id, "POST", "/v1/sync", asked);
  const { lease } = (reply.body ?? {}) as { lease?: string };
  const given = lease ? await read_lease(server.lease, lease, device.id, account) : null;
  if (given) await with_lease(id, given);
}

function server_of({ id, device_key }: VaultRecord): Server {
  return server_for(device_key, async () => (await to_hand_over(id)).device.id);
}

function is_good(way: Way): boolean {
  return way.kind === "passphrase" ? is_strong(way.text) : way.kind === "pin" ? is_good_pin(way.pin) : true;
}
