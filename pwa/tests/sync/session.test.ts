import "fake-indexeddb/auto";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { boxes_of } from "../../src/store/boxes.ts";
import { outbox_of } from "../../src/store/outbox.ts";
import { checksum } from "../../src/sync/checksum.ts";
import type { Store } from "../../src/sync/round.ts";
import { type Ending, session } from "../../src/sync/session.ts";
import type { SyncRequest } from "../../src/wire.ts";
import { make_case_row, make_keys, make_server, RECEIVING, summarize } from "../make.ts";

interface Asked { method: string; path: string; body: SyncRequest }
type Say = (asked: Asked) => { status: number; body?: object; headers?: Record<string, string> } | "no signal";

const keys = await make_keys();
const { keys: { seal } } = await make_server();
let made = 0;
let asked: Asked[] = [];
let store: Store;

/** The world outside: a server that says what the test wants, and the browser's locks. */
function server(say: Say): void {
  vi.stubGlobal("fetch", async (path: string, init: { method: string; body?: string }) => {
    const request = { method: init.method, path, body: JSON.parse(init.body ?? "null") as SyncRequest };
    asked.push(request);
    const answer = request.path === "/v1/sync" ? say(request) : { status: 204 };
    await Promise.resolve();
    if (answer === "no signal") throw new TypeError("Failed to fetch");
    const headers = { "content-type": "application/json", ...answer.headers };
    return new Response(answer.body ? JSON.stringify(answer.body) : null, { status: answer.status, headers });
  });
}

const ok = ({ body }: Asked, more: object = {}) => ({ status: 200, body: { rid: body.rid, now: 1, last_n: body.push.at(-1)?.n ?? 0, cursor: "c", lease_until: 1, poll_s: 60, ...more } });
const done_all = ({ body }: Asked) => body.push.map(({ n }) => ({ n, outcome: "ok", at: "2026-11-20T10:00:00Z" }));
const run = (): Promise<Ending> => session(store, "test", Date.now() + 1, { sending: () => undefined, applied: () => undefined });
const write = (id: string) => store.outbox.add({ id, at: "2026-11-20T10:00:00Z", name: "message.send", v: 1, scope: "a", args: {} });
const synced = () => asked.filter(one => one.path === "/v1/sync").map(one => one.body);

beforeEach(() => {
  asked = [];
  vi.stubGlobal("navigator", { locks: { request: (_name: string, work: () => unknown) => work() } });
  store = { outbox: outbox_of(`s-${++made}`, keys, seal), boxes: boxes_of(`s-${made}`, keys), summarize };
});

test("a device introduces itself once", async () => {
  server(ok);
  await run();
  await run();
  expect(asked.map(one => `${one.method} ${one.path.slice(0, 11)}`)).toEqual(["PUT /v1/devices", "POST /v1/sync", "POST /v1/sync"].map(it => it.slice(0, it.indexOf(" ") + 12)));
});

test("scopes are asked for until nothing is missing", async () => {
  const all = ["a", "b", "c"];
  const loaded = (scopes: string[]) => scopes.map(scope => ({ scope, rows: [make_case_row(scope)], sum: "" }));
  server(it => it.body.have
    ? ok(it, { load: loaded(it.body.want.slice(0, 1)) })
    : ok(it, { manifest: { digest: "d", scopes: all.map(scope => [scope, RECEIVING]) } }));
  expect(await run()).toEqual({ kind: "done" });
  expect(synced().map(body => body.want)).toEqual([[], ["a", "b", "c"], ["b", "c"], ["c"]]);
  expect((await store.boxes.read()).list.cases.map(item => item.scope)).toEqual(all);
});

describe("a written thing", () => {
  test("is delivered, and leaves the outbox when its effect is here", async () => {
    await write("m");
    server(it => ok(it, { done: done_all(it) }));
    expect(await run()).toEqual({ kind: "done" });
    expect(await store.outbox.items()).toEqual([]);
  });

  test("is sent again with the same number and id when the answer was lost", async () => {
    await write("m");
    server(() => "no signal");
    expect(await run()).toMatchObject({ kind: "failed", because: "network" });
    server(it => ok(it, { done: done_all(it) }));
    await run();
    const [first, again] = synced();
    expect(again?.push).toEqual(first?.push);
    expect(again?.rid).not.toBe(first?.rid);
    expect(await store.outbox.items()).toEqual([]);
  });

  test("does not go when an answer to another request arrives", async () => {
    await write("m");
    server(it => ok(it, { rid: "an older one", done: done_all(it) }));
    expect(await run()).toMatchObject({ kind: "failed" });
    expect((await store.outbox.items())[0]?.done).toBeUndefined();
  });

  test("that no request can hold is set aside for the person, and what comes after it goes out", async () => {
    for (const id of ["before", "unfit", "after"]) await write(id);
    server(it => it.body.push.some(one => one.id === "unfit") ? { status: 413 } : ok(it, { done: done_all(it) }));
    expect(await run()).toEqual({ kind: "done" });
    expect(await store.outbox.items()).toMatchObject([{ id: "unfit", done: { outcome: "parked", code: "unfit" } }]);
    expect(synced().at(-1)?.push.map(item => [item.n, item.id])).toEqual([[1, "after"]]);
    await run();
    expect(synced().at(-1)?.push).toEqual([]);
  });

  test("is not set aside when the server takes nothing at all, not even a question", async () => {
    await write("m");
    server(() => ({ status: 400 }));
    expect(await run()).toMatchObject({ kind: "failed", because: "server" });
    expect(await store.outbox.items()).toMatchObject([{ id: "m" }]);
    expect((await store.outbox.items())[0]?.done).toBeUndefined();
  });

  test("is still taken from a version too old to pull", async () => {
    await write("m");
    server(it => ({ status: 426, body: { done: done_all(it) } }));
    expect(await run()).toEqual({ kind: "old_schema" });
    expect(await store.outbox.items()).toMatchObject([{ done: { outcome: "ok" } }]);
  });
});

test("what was written is taken in a crowd too, when loading has to wait", async () => {
  await write("m");
  server(it => ({ status: 503, body: { done: done_all(it), last_n: 1 }, headers: { "retry-after": "12" } }));
  expect(await run()).toMatchObject({ kind: "failed", retry_after_s: 12 });
  expect(await store.outbox.items()).toMatchObject([{ done: { outcome: "ok" } }]);
});

test("a day after they were loaded, scopes tell their checksums, and one that the server finds wrong comes anew", async () => {
  const load = (name: string) => [{ scope: "a", rows: [make_case_row("a", { case_number: name })], sum: "" }];
  server(it => ok(it, it.body.have ? {} : { manifest: { digest: "d", scopes: [["a", RECEIVING]] }, load: load("first") }));
  await run();
  vi.useFakeTimers({ now: Date.now() + 86_400_000, toFake: ["Date"] });
  server(it => ok(it, it.body.sums ? { load: load("anew") } : {}));
  await run();
  await run();
  vi.useRealTimers();
  expect(synced().map(body => body.sums)).toEqual([undefined, [["a", checksum([make_case_row("a")])]], undefined]);
  expect((await store.boxes.scope("a"))?.rows[0]?.[4]).toMatchObject({ case_number: "anew" });
});

describe("numbers that the server cannot place", () => {
  test("because it was restored from before it met this device are given anew, and nothing is lost", async () => {
    await write("m");
    const { id } = await store.outbox.device();
    server(it => it.body.device === id ? { status: 404, body: { code: "device_unknown" } } : ok(it, { done: done_all(it) }));
    expect(await run()).toEqual({ kind: "done" });
    expect(await store.outbox.items()).toEqual([]);
  });

  test("because they were lost here are told to the person, and what is left goes out under a new name", async () => {
    await write("m");
    const { id } = await store.outbox.device();
    const lost = { from: 2, to: 4, since: "2026-06-03T10:00:00Z" };
    server(it => it.body.device === id ? ok(it, { done: done_all(it), last_n: 1, lost }) : ok(it, { done: done_all(it) }));
    await run();
    expect(await store.outbox.device()).toMatchObject({ lost: [{ count: 3, before: lost.since }] });
    expect((await store.outbox.device()).id).not.toBe(id);
    expect(await store.outbox.items()).toEqual([]);
    expect(synced().at(-1)).toMatchObject({ cursor: null, next_n: 1 });
  });

  test("of a copied phone are given anew under another device", async () => {
    await write("m");
    const { id } = await store.outbox.device();
    server(it => it.body.device === id ? { status: 409, body: {} } : ok(it, { done: done_all(it) }));
    expect(await run()).toEqual({ kind: "done" });
    expect(synced().map(body => body.push.map(({ n, id: uuid }) => [n, uuid]))).toEqual([[[1, "m"]], [[1, "m"]]]);
  });

  test("because earlier ones are gone for good, likewise", async () => {
    await write("gone");
    await store.outbox.settle([{ n: 1, outcome: "ok", at: "" }], 1);
    await write("m");
    const { id } = await store.outbox.device();
    server(it => it.body.device === id ? ok(it, { last_n: 0, expect: 1 }) : ok(it, { done: done_all(it) }));
    expect(await run()).toEqual({ kind: "done" });
    expect(synced().at(-1)?.push.map(item => [item.n, item.id])).toEqual([[1, "m"]]);
  });
});

test("a round builds only on what is there when it notes its request, so a cache deleted just before is asked for anew", async () => {
  const everything = { manifest: { digest: "d", scopes: [["a", RECEIVING]] }, load: [{ scope: "a", rows: [make_case_row("a")], sum: "" }] };
  server(it => ok(it, it.body.cursor ? {} : everything));
  await run();
  const { boxes } = store;
  const begin = async (rid: string) => { await boxes.erase(); return boxes.begin(rid); };
  await session({ ...store, boxes: { ...boxes, begin } }, "test", Date.now() + 1, { sending: () => undefined, applied: () => undefined });
  expect((await store.boxes.read()).list.cases.map(item => item.scope)).toEqual(["a"]);
});

test("a question that left in the very moment of the hint may have missed what the hint was about, so it is asked again", async () => {
  server(ok);
  await run();
  const { standing } = await store.boxes.read();
  await session(store, "test", standing.asked_at ?? 0, { sending: () => undefined, applied: () => undefined });
  expect(synced()).toHaveLength(2);
});

test("signed out elsewhere, the session ends and says whether to wipe", async () => {
  server(() => ({ status: 401, body: { wipe: true } }));
  expect(await run()).toEqual({ kind: "signed_out", wipe: true });
});

test("a page that pretends to be our server changes nothing", async () => {
  server(() => ({ status: 200, body: { welcome: "to the hotel" } }));
  expect(await run()).toMatchObject({ kind: "failed", because: "server" });
  expect((await store.boxes.read()).standing.cursor).toBeNull();
});

test("a pause that the server asks for is passed on", async () => {
  server(() => ({ status: 503, headers: { "retry-after": "17" } }));
  expect(await run()).toMatchObject({ retry_after_s: 17 });
});

test("a tab that was just answered for need not ask again", async () => {
  server(ok);
  await run();
  await session(store, "test", Date.now() - 5_000, { sending: () => undefined, applied: () => undefined });
  expect(synced()).toHaveLength(1);
});
