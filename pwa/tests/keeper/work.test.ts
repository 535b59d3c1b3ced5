import "fake-indexeddb/auto";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Keeper, keeper } from "../../src/keeper/work.ts";
import type { Told } from "../../src/keeper/protocol.ts";
import { boxes_of } from "../../src/store/boxes.ts";
import { drop, keep, person_key } from "../../src/store/install.ts";
import type { SyncRequest } from "../../src/wire.ts";
import { make_case_row, make_message_row, RECEIVING, summarize } from "../make.ts";

const HERE = { online: true, visible: true };
let told: Told[] = [];
let asked: { path: string; body: SyncRequest }[] = [];
let answers: object = {};
let account = 0;
let it: Keeper;

/** What the server and the browser are to a keeper. */
class Line extends EventTarget { readyState = 0; close(): void { this.readyState = 2; } }

beforeEach(async () => {
  [told, asked, answers] = [[], [], {}];
  vi.stubGlobal("EventSource", Line);
  vi.stubGlobal("navigator", { locks: { request: (_name: string, work: () => unknown) => work() } });
  vi.stubGlobal("fetch", (path: string, init: { body?: string }) => {
    const body = JSON.parse(init.body ?? "null") as SyncRequest;
    asked.push({ path, body });
    if (path !== "/v1/sync") return Promise.resolve(new Response(null, { status: 204 }));
    const answer = { rid: body.rid, now: 1, last_n: body.push.at(-1)?.n ?? 0, cursor: "c", lease_until: 1, poll_s: 60, ...answers };
    return Promise.resolve(new Response(JSON.stringify(answer), { status: 200, headers: { "content-type": "application/json" } }));
  });
  await drop("field");
  await sign_in();
  it = keeper(summarize, one => { told.push(one); });
});

afterEach(async () => { await it.leave(true); });

async function sign_in(): Promise<void> {
  const account_id = `account-${++account}`;
  const session = { account_id, role: "parent", display_name: "Ana", language: "en", time_zone: "UTC", device: "d" } as const;
  await keep("person", { key: await person_key(account_id), signed_in: true, session });
}

const synced = () => asked.filter(one => one.path === "/v1/sync").length;
const phases = () => told.flatMap(one => one.what === "state" && one.state.phase ? [one.state.phase] : []);
const message = (id: string) => ({ id, at: "2026-11-20T10:00:00Z", name: "message.send", v: 1, scope: "a", args: {} });
const quiet = () => vi.waitFor(() => { expect(phases().at(-1)).toMatch(/idle|field|offline/); });

test("in field mode nothing is tried by itself, whatever happens, and what is asked for goes out once", async () => {
  await it.open(HERE, "test");
  await it.field(true);
  void it.begin();
  await it.enqueue(message("m"));
  void it.here({ online: false, visible: true });
  void it.here(HERE);
  expect([synced(), phases().at(-1)]).toEqual([0, "field"]);
  void it.sync_now();
  await vi.waitFor(() => { expect(synced()).toBe(1); });
  expect(asked.at(-1)?.body.push.map(one => one.id)).toEqual(["m"]);
  await quiet();
  expect(phases().at(-1)).toBe("field");
  await it.enqueue(message("m2"));
  expect(synced()).toBe(1);
});

test("field mode is still on after the app was closed, and its end is a check", async () => {
  await it.open(HERE, "test");
  await it.field(true);
  const again = keeper(summarize, one => { told.push(one); });
  told = [];
  await again.open(HERE, "test");
  void again.begin();
  expect([synced(), phases().at(-1)]).toEqual([0, "field"]);
  await again.field(false);
  await vi.waitFor(() => { expect(synced()).toBe(1); });
});

test("what another worker wrote and died before telling is on the screen after the next check", async () => {
  await it.open(HERE, "test");
  answers = { manifest: { digest: "d", scopes: [["a", RECEIVING]] }, load: [{ scope: "a", rows: [make_case_row("a")], sum: "" }] };
  void it.begin();
  await vi.waitFor(() => { expect(told.some(one => one.what === "read" && one.reading.list?.put.length === 1)).toBe(true); });
  await quiet();
  await it.look("a");

  const elsewhere = boxes_of(await person_key(`account-${account}`));
  const { standing, list } = await elsewhere.begin("theirs");
  await elsewhere.commit("theirs", { standing, holds: null, list, drop: [], put: [{ scope: "a", mask: RECEIVING, stale: false, rows: [make_case_row("a"), make_message_row("new")] }] });
  [answers, told] = [{}, []];
  void it.sync_now();
  await vi.waitFor(() => {
    const boxes = told.flatMap(one => one.what === "read" ? Array.from(one.reading.boxes.values()) : []);
    expect(boxes.at(-1)?.rows.map(row => row[2])).toEqual(["a", "new"]);
  });
});

test("of a changed case only its own entry of the list is told", async () => {
  await it.open(HERE, "test");
  const load = (scope: string) => ({ scope, rows: [make_case_row(scope)], sum: "" });
  answers = { manifest: { digest: "d", scopes: [["a", RECEIVING], ["b", RECEIVING]] }, load: [load("a"), load("b")] };
  void it.begin();
  await vi.waitFor(() => { expect(told.some(one => one.what === "read" && one.reading.list?.put.length === 2)).toBe(true); });
  await quiet();
  [answers, told] = [{ rows: [["b", ...make_case_row("b", { status: "closed" })]] }, []];
  void it.sync_now();
  await vi.waitFor(() => { expect(told.some(one => one.what === "read" && one.reading.list)).toBe(true); });
  const lists = told.flatMap(one => one.what === "read" && one.reading.list ? [one.reading.list] : []);
  expect(lists[0]).toMatchObject({ cases: null, put: [{ scope: "b" }], drop: [] });
});
