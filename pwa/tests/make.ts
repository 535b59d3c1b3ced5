/** Makers with defaults for everything that a test does not speak of. */

import type { CaseListItem } from "../src/cases/rules.ts";
import { type Holds, NEW_LIST, NEW_STANDING, type ScopeBox } from "../src/store/boxes.ts";
import type { CaseBox } from "../src/store/model.ts";
import type { Kept } from "../src/store/outbox.ts";
import type { Before } from "../src/sync/apply.ts";
import { type Full, full } from "../src/sync/full.ts";
import { random, to_text } from "../src/vault/bytes.ts";
import { type Keys, keys_of } from "../src/vault/keys.ts";
import type { ServerKeys } from "../src/vault/proof.ts";
import type { LoadRow } from "../src/wire.ts";

export const CASE = 20;
export const MESSAGE = 110;
export const BOTH = 1;
export const RECEIVING = 3;
export const STAFF = 8;

/** Not the app's own summary: these tests are about which cases are in the list, not about what it says of them. */
export function summarize(box: CaseBox): CaseListItem {
  return { scope: box.scope, mask: box.mask, stale: box.stale, case_number: box.case.case_number } as CaseListItem;
}

export function make_case_row(id: string, changes: object = {}): LoadRow {
  return [BOTH, CASE, id, 1, { case_number: `C-${id}`, status: "open", ...changes }];
}

export function make_message_row(id: string, body = "hello"): LoadRow {
  return [BOTH, MESSAGE, id, 1, { thread: "t", body, receipt: "R1", from_party: true, received_at: "2026-11-20T10:00:00Z" }];
}

export function make_box(scope: string, changes: Partial<ScopeBox> = {}): ScopeBox {
  return { scope, mask: RECEIVING, stale: false, rows: [make_case_row(scope)], ...changes };
}

/** What a phone holds: these scopes, fresh, from an earlier answer. */
export function make_before(...boxes: ScopeBox[]): Before {
  const holds: Holds = Object.fromEntries(boxes.map(box => [box.scope, { mask: box.mask, state: box.stale ? "stale" : "fresh" }]));
  const cases = boxes.map(box => ({ scope: box.scope }) as CaseListItem);
  return {
    standing: { ...NEW_STANDING, cursor: "cursor-1", have: "digest-1", last_n: 4 },
    holds, list: { ...NEW_LIST, cases }, boxes: new Map(boxes.map(box => [box.scope, box])),
  };
}

export function make_answer(changes: object = {}): Full {
  const answer = full({ rid: "r1", now: 1_000, last_n: 4, lease_until: 9_000, poll_s: 60, cursor: "cursor-2", ...changes });
  if (!answer) throw new Error("no answer");
  return answer;
}

export function make_item(n: number, changes: Partial<Kept> = {}): Kept {
  return {
    n, id: `m${n}`, at: "2026-11-20T10:00:00Z", name: "message.send", v: 1, scope: "a", args: { id: `m${n}`, thread: "t", body: `text ${n}` }, ...changes,
  };
}

/** A vault's keys for a test; another each time. */
export function make_keys(bound = "account|vault"): Promise<Keys> {
  return keys_of(random(32), bound);
}

/** A server's key pair as it is published: its private half stays with the test. */
export async function make_server(): Promise<{ keys: ServerKeys; open: CryptoKey; sign: CryptoKey }> {
  const sealing = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
  const signing = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  const point = async (key: CryptoKey) => to_text(await crypto.subtle.exportKey("raw", key));
  return {
    keys: { seal: { id: "s1", key: await point(sealing.publicKey) }, lease: [{ id: "l1", key: await point(signing.publicKey) }] },
    open: sealing.privateKey, sign: signing.privateKey,
  };
}
