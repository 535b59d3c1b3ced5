import { beforeAll, expect, test, vi } from "vitest";

let match: typeof import("../../src/ui/router.ts").match;

beforeAll(async () => {
  vi.stubGlobal("location", { pathname: "/" });
  ({ match } = await import("../../src/ui/router.ts"));
});

test("an address is taken apart by its pattern", () => {
  expect(match("/case/:scope/payments", "/case/abc/payments")).toEqual({ scope: "abc" });
  expect(match("/messages/:scope/:thread", "/messages/a/b")).toEqual({ scope: "a", thread: "b" });
});

test("another address is no match, and a closing slash changes nothing", () => {
  expect(match("/case/:scope", "/case/abc/payments")).toBeNull();
  expect(match("/more", "/more/")).toEqual({});
  expect(match("/", "/")).toEqual({});
  expect(match("/", "/more")).toBeNull();
});
