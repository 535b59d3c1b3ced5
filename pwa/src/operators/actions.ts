/** What an operator asks of the server about devices, and has it do. Online only: nothing of this is kept. */
import { call } from "../net/http.ts";

/** As backend/devices/wire.py sends it; instants in ISO 8601, `clock_ms` in milliseconds ahead. */
export interface DeviceView {
  id: string;
  kind: string;
  person: string;
  role: string;
  seen_at: string;
  lease_until: string;
  unsent: number;
  refused: number;
  parked: number;
  clock_ms: number;
  app_version: string;
  schema: number;
  digest_at: string | null;
  revoked_at: string | null;
  wipe: boolean;
  closed_at: string | null;
}

export interface Page {
  devices: DeviceView[];
  /** What to ask for the next ones with; null on the last page. */
  after: string | null;
}

/** A page of devices, or why there is none: 0 = no answer. */
export async function find_devices(after: string | null): Promise<Page | { status: number }> {
  const { status, body } = await call("GET", `/v1/devices${after ? `?after=${after}` : ""}`);
  return status === 200 ? body as Page : { status };
}

/** Take a device's access away; with `wipe` it erases what it holds. False when that did not reach the server. */
export async function revoke_device(id: string, wipe: boolean): Promise<boolean> {
  return (await call("PUT", `/v1/devices/${id}/revoked`, { wipe })).status === 204;
}
