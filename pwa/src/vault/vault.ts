/** Making a vault, opening it, and counting who fails to. */

import { type Bytes, from_text, random } from "./bytes.ts";
import { begin_going } from "./going.ts";
import { Broken, type Keys, keys_of, SECRET_BYTES } from "./keys.ts";
import { change_record, put_record, type VaultRecord } from "./record.ts";
import { lasting, latest, MOST_TRIES, NO_TRIES, type Tries, try_again } from "./rules.ts";
import type { Server } from "./server.ts";
import { from_pin, open_passkey, open_passphrase, open_pin, passkey_slot, passphrase_slot, pin_slot, type Slot, type SlotKind, with_next } from "./slots.ts";

/** How a person proves to be the one: typed, or done by the phone's own lock. */
export type Way =
  | { kind: "passphrase"; text: string }
  | { kind: "pin"; pin: string }
  | { kind: "passkey"; credential: string; salt: string; prf: string };

export type Unlocked = { keys: Keys; record: VaultRecord };

export type NotUnlocked =
  | { code: "wrong"; left: number }
  | { code: "wait"; wait_ms: number }
  /** Too many wrong tries, or too long without the agency: nothing opens it any more. */
  | { code: "erased" }
  | { code: "over" | "clock" | "network" | "sign_in" };

/** What a vault is bound to. */
export function bound(record: Pick<VaultRecord, "id" | "who">): string {
  return `${record.who.tag}|${record.id}`;
}

/** This record's vault, with its first way in. Throws NoShare when a PIN has no share. */
export async function make_vault(empty: VaultRecord, way: Way, server: Server): Promise<Unlocked> {
  const secret = random(SECRET_BYTES);
  const record = { ...empty, slots: [await slot_of(secret, bound(empty), way, server)] };
  await put_record(record);
  return { record, keys: await spent(secret, record) };
}

/** The vault with another way in, for whoever can open it by the present one. */
export async function change_way(id: string, present: Way, next: Way, server: Server): Promise<Unlocked | NotUnlocked> {
  const found = await attempt(id, present, server);
  if ("code" in found) return found;
  const slot = await slot_of(found.secret, bound(found.record), next, server);
  const record = await change_record(id, now => ({ ...now, slots: [slot] }));
  if (present.kind === "pin" && next.kind !== "pin") await server.forget_share();
  return { record: record ?? found.record, keys: await spent(found.secret, found.record) };
}

/** Counted first, then tried: whoever stops in between has used up a try. */
export async function unlock(id: string, way: Way, server: Server): Promise<Unlocked | NotUnlocked> {
  const found = await attempt(id, way, server);
  return "code" in found ? found : { record: found.record, keys: await spent(found.secret, found.record) };
}

async function attempt(id: string, way: Way, server: Server): Promise<{ secret: Bytes; record: VaultRecord } | NotUnlocked> {
  return navigator.locks.request("unlock", async () => {
    const counted = await count_try(id, way.kind);
    if ("code" in counted) return counted.code === "erased" ? erase_slots(id) : counted;
    const { slot, before, record: known } = counted;
    try {
      const secret = await opened(slot, bound(known), way, server);
      if ("code" in secret) return await (secret.code === "wrong" ? failed(known) : uncounted(before, secret));
      const record = await change_record(id, now => ({ ...now, tries: NO_TRIES, mark: latest(now.mark, Date.now()) }));
      return { secret, record: await renewed(record ?? known, slot, way, secret, server) };
    } catch (error) {
      if (error instanceof Broken) return failed(known);
      throw error;
    }
  });
}

/** What a try begins with; `before` is the record without it. */
interface Counted {
  slot: Slot;
  before: VaultRecord;
  record: VaultRecord;
}

/** The try is written down, and the latest moment known, in one durable transaction: before anything is tried. */
async function count_try(id: string, kind: SlotKind): Promise<Counted | NotUnlocked> {
  const found: { may: Counted | NotUnlocked } = { may: { code: "erased" } };
  await change_record(id, now => {
    const before = { ...now, mark: latest(now.mark, Date.now()) };
    const may = may_try(before, kind, Date.now());
    const record = "code" in may ? before : { ...before, tries: may.next };
    found.may = "code" in may ? may : { slot: may.slot, before, record };
    return record;
  });
  return found.may;
}

/** The slot that is tried, and the tries with this one; or why there is none. */
function may_try({ slots, tries, lease, mark, going }: VaultRecord, kind: SlotKind, now: number): { slot: Slot; next: Tries } | NotUnlocked {
  const slot = slots.find(one => one.kind === kind);
  const lasts = lasting(lease, mark, now);
  if (going || !slots.length || lasts === "erase") return { code: "erased" };
  if (lasts !== "fine") return { code: lasts };
  if (!slot) return { code: "wrong", left: MOST_TRIES - tries.failed };
  const may = try_again(tries, now);
  if (may === "none") return { code: "erased" };
  return "wait_ms" in may ? { code: "wait", wait_ms: may.wait_ms } : { slot, next: may.next };
}

async function failed(record: VaultRecord): Promise<NotUnlocked> {
  const left = MOST_TRIES - record.tries.failed;
  return left > 0 ? { code: "wrong", left } : erase_slots(record.id);
}

/** Nothing was tried after all: no signal, no session. The server counts its own. */
async function uncounted(before: VaultRecord, because: NotUnlocked): Promise<NotUnlocked> {
  await change_record(before.id, now => ({ ...now, tries: before.tries }));
  return because.code === "erased" ? erase_slots(before.id) : because;
}

/** Without slots there is no way to the keys: this is what erasing means. */
async function erase_slots(id: string): Promise<NotUnlocked> {
  await begin_going(id, false);
  return { code: "erased" };
}

async function opened(slot: Slot, to: string, way: Way, server: Server): Promise<Bytes | NotUnlocked> {
  if (slot.kind === "passphrase" && way.kind === "passphrase") return open_passphrase(slot, to, way.text);
  if (slot.kind === "passkey" && way.kind === "passkey") return open_passkey(slot, to, from_text(way.prf));
  if (slot.kind !== "pin" || way.kind !== "pin") throw new Broken("another kind of slot");
  const from = await from_pin(way.pin, slot.salt, slot.rounds);
  const shares = await server.open_share(from.check);
  return "code" in shares ? shares : open_pin(slot, to, from, shares);
}

/** Each opening with a PIN moves the slot to a new share, so that an older copy of this phone's disk is worth nothing. */
async function renewed(record: VaultRecord, slot: Slot, way: Way, secret: Bytes, server: Server): Promise<VaultRecord> {
  if (slot.kind !== "pin" || way.kind !== "pin") return record;
  try {
    const from = await from_pin(way.pin, slot.salt, slot.rounds);
    const next = await with_next(slot, bound(record), secret, from, await server.make_share(from.check));
    await change_record(record.id, now => ({ ...now, slots: [next] }));
    await server.confirm_share();
    const moved = next.kind === "pin" && next.next ? { ...slot, box: next.next } : next;
    delete (moved as { next?: string }).next;
    return await change_record(record.id, now => ({ ...now, slots: [moved] })) ?? record;
  } catch {
    return record; // both boxes are still good for the shares that the server has
  }
}

async function slot_of(secret: Bytes, to: string, way: Way, server: Server): Promise<Slot> {
  if (way.kind === "passphrase") return passphrase_slot(secret, to, way.text);
  if (way.kind === "passkey") return passkey_slot(secret, to, { credential: way.credential, salt: way.salt, prf: from_text(way.prf) });
  const slot = await pin_slot(secret, to, way.pin, check => server.make_share(check));
  await server.confirm_share();
  return slot;
}

/** The keys; the bytes that they came from are overwritten. */
async function spent(secret: Bytes, record: VaultRecord): Promise<Keys> {
  const keys = await keys_of(secret, bound(record));
  secret.fill(0);
  return keys;
}

/** The ways in that a record has, and what a passkey needs to be asked for. */
export function ways_of(record: VaultRecord): { kinds: SlotKind[]; passkey: { credential: string; salt: string } | null } {
  const passkey = record.slots.find(slot => slot.kind === "passkey");
  return { kinds: record.slots.map(slot => slot.kind), passkey: passkey ? { credential: passkey.credential, salt: passkey.salt } : null };
}
