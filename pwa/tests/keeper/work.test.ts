import "fake-indexeddb/auto";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { type Keeper, keeper } from "../../src/keeper/work.ts";
import type { Gate, Told } from "../../src/keeper/protocol.ts";
import { drop } from "../../src/store/install.ts";
import { from_text, to_text, utf8 } from "../../src/vault/bytes.ts";
import { all_records, record_of } from "../../src/vault/record.ts";
import type { SyncRequest } from "../../src/wire.ts";
import { make_case_row, make_message_row, make_server, RECEIVING, summarize } from "../make.ts";

const HERE = { online: true, visible: true };
const WAY = { kind: "passphrase", text: "lantern orchard tunnel breakfast" } as const;
const WRONG = { kind: "passphrase", text: "lantern orchard tunnel supper" } as const;

interface Asked { method: string; path: string; body: SyncRequest; headers: Record<string, string> }

const server = await make_server();
let told: Told[] = [];
let asked: Asked[] = [];
let answers: object = {};
let refuse: (request: Asked) => Response | null = () => null;
let accounts = 0;

/** What the server and the browser are to a keeper. */
class Line extends EventTarget { readyState = 0; close(): void { this.readyState = 2; } }
class Silence { postMessage(): void { /* nobody hears it */ } }

beforeEach(async () => {
  [told, asked, answers, refuse] = [[], [], {}, () => null];
  vi.stubGlobal("EventSource", Line);
  vi.stubGlobal("BroadcastChannel", Silence);
  vi.stubGlobal("navigator", { locks: { request: (_name: string, work: () => unknown) => work() } });
  vi.stubGlobal("fetch", async (path: string, init: { method: string; body?: string; headers: Record<string, string> }) => {
    const request = { method: init.method, path, body: JSON.parse(init.body ?? "null") as SyncRequest, headers: init.headers };
    asked.push(request);
    await Promise.resolve();
    return refuse(request) ?? answer(request);
  });
  await drop("field");
  await drop("sign_out_due");
  await drop("person");
  accounts += 1;
});

function answer({ path, body }: Asked): Response {
  if (path === "/v1/demo/sign-in") return Response.json({ account: { id: `account-${accounts}`, role: "parent", display_name: "Ana", language: "en", time_zone: "UTC" } });
  if (path === "/v1/vault/keys") return Response.json(server.keys);
  if (path === "/v1/handover") return Response.json({ kept: [1] });
  if (path !== "/v1/sync") return new Response(null, { status: 204 });
  return Response.json({ rid: body.rid, now: 1, last_n: body.push.at(-1)?.n ?? 0, cursor: "c", lease_until: 1, poll_s: 60, ...answers });
}

const make = (): Keeper => keeper(summarize, one => { told.push(one); });

/** Signed in and past the set-up. */
async function enter(way: typeof WAY | null): Promise<Keeper> {
  const it = make();
  await it.open(HERE, "test");
  await it.enter("/v1/demo/sign-in", {});
  expect(await it.set_up(way)).toBeNull();
  return it;
}

const synced = () => asked.filter(one => one.path === "/v1/sync").length;
const phases = () => told.flatMap(one => one.what === "state" && one.state.phase ? [one.state.phase] : []);
const gates = (): Gate[] => told.flatMap(one => one.what === "closed" ? [one.gate] : one.what === "opened" ? [one.opened.gate] : []);
const message = (id: string) => ({ id, at: "2026-11-20T10:00:00Z", name: "message.send", v: 1, scope: "a", args: {} });
const quiet = () => vi.waitFor(() => { expect(phases().at(-1)).toMatch(/idle|field|offline/); });
const rows_of = () => told.flatMap(one => one.what === "read" ? Array.from(one.reading.boxes.values()) : []).at(-1)?.rows.map(row => row[2]);

describe("field mode", () => {
  test("nothing is tried by itself, whatever happens, and what is asked for goes out once", async () => {
    const it = await enter(null);
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

  test("it is still on after the app was closed, and its end is a check", async () => {
    await (await enter(WAY)).field(true);
    const again = make();
    await again.open(HERE, "test");
    void again.begin();
    expect(await again.unlock(WAY)).toBeNull();
    expect([synced(), phases().at(-1)]).toEqual([0, "field"]);
    await again.field(false);
    await vi.waitFor(() => { expect(synced()).toBe(1); });
  });
});

test("without a network nothing says that it checks, however often it tries", async () => {
  const it = await enter(null);
  refuse = () => Response.error();
  await it.begin();
  await vi.waitFor(() => { expect(phases().at(-1)).toBe("trouble"); });
  [told, asked] = [[], []];
  await it.here({ online: false, visible: true });
  await vi.waitFor(() => { expect(phases().length).toBe(2); });
  await it.sync_now();
  await vi.waitFor(() => { expect(phases().length).toBe(4); });
  expect(asked.length).toBe(2);
  expect(phases()).toEqual(["offline", "offline", "offline", "offline"]);
});

test("who has no cases chooses no lock, and nothing is asked of the server that it would refuse", async () => {
  refuse = ({ path }) => path === "/v1/demo/sign-in"
    ? Response.json({ account: { id: `account-${accounts}`, role: "admin", display_name: "Ada", language: "en", time_zone: "UTC" } })
    : null;
  const it = make();
  await it.open(HERE, "test");
  await it.enter("/v1/demo/sign-in", {});
  await it.begin();
  await it.sync_now();
  expect(gates().at(-1)).toMatchObject({ at: "open", memory: true });
  expect(asked.map(one => one.path)).toEqual(["/v1/demo/sign-in"]);
  expect(phases().filter(phase => phase !== "idle")).toEqual([]);
});

test("what another tab wrote and died before telling is on the screen after the next check", async () => {
  const it = await enter(WAY);
  const other = make();
  await other.open(HERE, "test");
  expect(await other.unlock(WAY)).toBeNull();
  answers = { manifest: { digest: "d", scopes: [["a", RECEIVING]] }, load: [{ scope: "a", rows: [make_case_row("a")], sum: "" }] };
  void it.begin();
  await vi.waitFor(() => { expect(told.some(one => one.what === "read" && one.reading.list?.put.length === 1)).toBe(true); });
  await quiet();
  await it.look("a");
  answers = { rows: [["a", ...make_message_row("new")]] };
  await other.deliver();
  [answers, told] = [{}, []];
  void it.sync_now();
  await vi.waitFor(() => { expect(rows_of()).toEqual(["a", "new"]); });
});

test("of a changed case only its own entry of the list is told", async () => {
  const it = await enter(null);
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

describe("a vault", () => {
  test("is asked for after the first sign-in, and for its passphrase ever after", async () => {
    await enter(WAY);
    expect(gates().map(gate => gate.at)).toEqual(["set_up", "open"]);
    const again = make();
    expect(await again.open(HERE, "test")).toMatchObject({ at: "locked", kinds: ["passphrase"], fresh: false });
    expect(await again.unlock(WRONG)).toMatchObject({ code: "wrong" });
    expect(await again.unlock(WAY)).toBeNull();
    expect(gates().at(-1)).toMatchObject({ at: "open", memory: false });
  });

  test("that is weak is not made, and one without a connection neither", async () => {
    const it = make();
    await it.open(HERE, "test");
    await it.enter("/v1/demo/sign-in", {});
    expect(await it.set_up({ kind: "passphrase", text: "short" })).toEqual({ code: "weak" });
    refuse = ({ path }) => path === "/v1/vault/keys" ? Response.error() : null;
    expect(await it.set_up(WAY)).toEqual({ code: "network" });
    expect(await it.set_up({ kind: "pin", pin: "123456" })).toEqual({ code: "weak" });
  });

  test("lets nothing be read or written once it is locked", async () => {
    const it = await enter(WAY);
    await it.lock(false);
    expect(gates().at(-1)).toMatchObject({ at: "locked" });
    expect(await it.look("a")).toBeNull();
    await expect((async () => it.enqueue(message("m")))()).rejects.toThrow("nobody");
  });

  test("proves each question, and the proof is of its very bytes", async () => {
    const it = await enter(WAY);
    const verified: boolean[] = [];
    await it.deliver();
    const [point = ""] = asked.filter(one => one.path.startsWith("/v1/devices/")).map(one => (one.body as unknown as { key: string }).key);
    const key = await crypto.subtle.importKey("raw", from_text(point), { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
    for (const { body, headers } of asked.filter(one => one.path === "/v1/sync")) {
      const digest = to_text(await crypto.subtle.digest("SHA-256", utf8(JSON.stringify(body))));
      const text = utf8(`porchlight-proof-v1\nPOST /v1/sync\n${body.device}\n${digest}`);
      const signature = from_text((headers["porchlight-proof"] ?? "").replace("v1.", ""));
      verified.push(await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, text));
    }
    expect(verified).toEqual([true]);
  });

  test("of one person is no other's: each has to open their own", async () => {
    await enter(WAY);
    accounts += 1;
    const it = await enter(WAY);
    const [mine, theirs] = [await record_of(`account-${accounts - 1}`), await record_of(`account-${accounts}`)];
    expect(mine?.id).not.toBe(theirs?.id);
    accounts -= 1;
    await it.enter("/v1/demo/sign-in", {});
    accounts += 1;
    expect(gates().at(-1)).toMatchObject({ at: "locked", fresh: true });
  });

  test("that cannot be opened is begun anew by whoever signed in, and its unsent work is handed over sealed", async () => {
    const it = await enter(WAY);
    await it.enqueue(message("m"));
    const again = make();
    await again.open(HERE, "test");
    await again.start_over();
    expect(asked.some(one => one.path === "/v1/handover")).toBe(false);
    await again.enter("/v1/demo/sign-in", {});
    await again.start_over();
    expect(asked.some(one => one.path === "/v1/handover")).toBe(true);
    expect(gates().at(-1)).toMatchObject({ at: "set_up" });
    expect(await again.set_up({ ...WAY, text: "another passphrase of mine" })).toBeNull();
  });

  test("is not erased for a forged order, and erased at once for a signed one", async () => {
    const it = await enter(WAY);
    const { id = "" } = await record_of(`account-${accounts}`) ?? {};
    const device = told.flatMap(one => one.what === "opened" ? [one.opened.session.device] : []).at(-1);
    const order = async (payload: object) => {
      const text = utf8(JSON.stringify(payload));
      return `${to_text(text)}.${to_text(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, server.sign, text))}`;
    };
    const forged = await order({ device: "another", wipe: true, issued: 1 });
    refuse = ({ path }) => path === "/v1/sync" ? Response.json({ wipe: true, order: forged }, { status: 401 }) : null;
    await it.deliver();
    expect((await all_records()).find(one => one.id === id)?.slots).toHaveLength(1);
    await it.enter("/v1/demo/sign-in", {});
    const signed = await order({ device, wipe: true, issued: 1 });
    refuse = ({ path }) => path === "/v1/sync" ? Response.json({ wipe: true, order: signed }, { status: 401 }) : null;
    await it.deliver();
    expect(gates().at(-1)).toEqual({ at: "door", erased: true });
    await vi.waitFor(async () => { expect((await all_records()).some(one => one.id === id)).toBe(false); });
    expect(asked.some(one => one.path === `/v1/devices/${device ?? ""}/wiped`)).toBe(true);
  });
});

test("a phone that is to keep nothing keeps nothing", async () => {
  const before = (await indexedDB.databases()).map(one => one.name);
  const it = await enter(null);
  await it.enqueue(message("marker"));
  await it.keep_draft("thread", "marker");
  await it.deliver();
  expect((await indexedDB.databases()).map(one => one.name)).toEqual(before);
  expect(await make().open(HERE, "test")).toEqual({ at: "door" });
});
