/**
 * Erasing a vault, in steps that a killed browser goes on with: the slots first, since without them nothing can be opened any more;
 * then the boxes; then the work that only the server can read is handed over; then, where it was ordered, the agency is told; then
 * the rest. What needs a signal waits for one.
 */

import { drop, recall } from "../store/install.ts";
import { erase_blobs } from "../store/blobs.ts";
import { erase_boxes } from "../store/boxes.ts";
import { erase_outbox, to_hand_over } from "../store/outbox.ts";
import { all_records, change_record, drop_record, find_record, type VaultRecord } from "./record.ts";
import { hand_over, proved } from "./server.ts";

/** The first step, durable before this resolves. */
export async function begin_going(id: string, ordered: boolean): Promise<void> {
  await change_record(id, now => now.going ? now : { ...now, slots: [], going: { ordered, handed: false, acknowledged: !ordered } });
}

/** Whatever was begun on this phone and not finished. */
export async function go_on_all(): Promise<void> {
  for (const { id, going } of await all_records()) if (going) await go_on(id);
}

/** The steps that can be taken now; true when nothing is left of the vault. */
export async function go_on(id: string): Promise<boolean> {
  const record = await find_record(id);
  if (!record?.going) return !record;
  await erase_boxes(id);
  await erase_blobs(id);
  if (!record.going.handed && !await handed(record)) return false;
  if (!record.going.acknowledged && !await acknowledged(record)) return false;
  if ((await recall("person"))?.key === id) await drop("person");
  await erase_outbox(id);
  await drop_record(id);
  return true;
}

async function handed({ id, device_key }: VaultRecord): Promise<boolean> {
  const { device, items } = await to_hand_over(id);
  if (items.length && !await hand_over(device_key, device.id, items)) return false;
  await change_record(id, now => now.going ? { ...now, going: { ...now.going, handed: true } } : now);
  return true;
}

/** Any answer but "later" will do: the server knows, or does not know us any more. */
async function acknowledged({ id, device_key }: VaultRecord): Promise<boolean> {
  const { device } = await to_hand_over(id);
  const { status } = await proved(device_key, device.id, "POST", `/v1/devices/${device.id}/wiped`);
  if (status === 0 || status >= 500 || status === 429) return false;
  await change_record(id, now => now.going ? { ...now, going: { ...now.going, acknowledged: true } } : now);
  return true;
}
