/** The server leaves out what is empty; here it is put back, so that the rest never asks whether something is there. */

import type { DeltaRow, Done, LoadRow, Lost, SyncResponse } from "../wire.ts";

export interface Full {
  rid: string;
  now: number;
  last_n: number;
  lease_until: number;
  poll_s: number;
  /** null: keep the one you have. */
  cursor: string | null;
  done: Done[];
  load: { scope: string; rows: LoadRow[]; sum: string }[];
  rows: DeltaRow[];
  stale: string[];
  more: boolean;
  expect: number | null;
  manifest: { digest: string; scopes: [string, number][] } | null;
  reset: string | null;
  lost: Lost | null;
  lease: string | null;
}

/** Null when this is no answer of ours: a captive portal's page, for instance. */
export function full(body: unknown): Full | null {
  const { rid, now, last_n, ...it } = (body ?? {}) as Partial<SyncResponse>;
  if (typeof rid !== "string" || typeof now !== "number" || typeof last_n !== "number") return null;
  return {
    rid, now, last_n,
    lease_until: it.lease_until ?? 0,
    poll_s: it.poll_s ?? 60,
    cursor: it.cursor ?? null,
    done: it.done ?? [],
    load: it.load ?? [],
    rows: it.rows ?? [],
    stale: it.stale ?? [],
    more: it.more ?? false,
    expect: it.expect ?? null,
    manifest: it.manifest ?? null,
    reset: it.reset ?? null,
    lost: it.lost ?? null,
    lease: it.lease ?? null,
  };
}
