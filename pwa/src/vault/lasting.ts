/** How long an open vault lasts: the server's signed lease, and the latest moment that this phone knows of. */

import type { Open } from "../keeper/desk.ts";
import type { Changes } from "../store/boxes.ts";
import type { RunsOut } from "../store/model.ts";
import { verified, type ServerKeys } from "./proof.ts";
import { change_record, type VaultRecord } from "./record.ts";
import { lasting, latest, type Lasting, MINUTE_MS, used } from "./rules.ts";

/** What the server signed: this device may show what it holds of this account until then (ms). */
export interface Lease {
  device: string;
  account: string;
  issued: number;
  not_after: number;
}

const RENEW_AT = 0.1;
const WARN_AT = 0.5;
const SOON_AT = 0.8;

/** The lease in these words, if the server signed them for this device and account. */
export async function read_lease(keys: ServerKeys["lease"], signed: string, device: string, account: string): Promise<Lease | null> {
  const found = await verified(keys, signed) as Lease | null;
  return found && found.device === device && found.account === account && found.not_after > found.issued ? found : null;
}

export function lease_due(signed: string | null, now: number): boolean {
  const lease = told_by(signed);
  return !lease || used(lease, now) > RENEW_AT;
}

/** That the phone will lock itself for want of a connection: from half of the lease on, `soon` from four fifths. */
export function runs_out(signed: string | null, now: number): RunsOut | null {
  const lease = told_by(signed);
  const part = lease ? used(lease, now) : 0;
  return lease && part >= WARN_AT ? { at: lease.not_after, soon: part >= SOON_AT } : null;
}

/** What a lease says that was verified when it was kept. */
function told_by(signed: string | null): Lease | null {
  try {
    const [payload = ""] = (signed ?? "").split(".");
    return JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/"))) as Lease;
  } catch {
    return null;
  }
}

/** After an answer: a new lease counts from now on, and the server's own time is known. */
export async function keep_time(it: Open, { standing, lease }: Changes): Promise<void> {
  if (!it.vault) return;
  const { id, server, mark } = it.vault.record;
  const { id: device } = await it.store.outbox.device();
  const given = lease ? await read_lease(server.lease, lease, device, it.session.account_id) : null;
  if (given && lease) {
    it.lease = lease;
    it.vault.record = await with_lease(id, given) ?? it.vault.record;
    await it.save();
  }
  const now = Date.now() + standing.clock_ahead_ms;
  if (now - mark > MINUTE_MS) it.vault.record = await change_record(id, record => ({ ...record, mark: latest(record.mark, now) })) ?? it.vault.record;
}

/** A lease is signed, so it also says what time it is: a mark that a wrong clock left behind is mended by it. */
export function with_lease(id: string, { issued, not_after }: Lease): Promise<VaultRecord | null> {
  return change_record(id, record => ({ ...record, mark: issued, lease: { ...record.lease, not_after } }));
}

export function how_long(record: VaultRecord, now: number): Lasting {
  return lasting(record.lease, record.mark, now);
}
