import { expect, test } from "vitest";
import { chosen } from "../../src/preferences/rules.ts";
import { preference_set } from "../../src/preferences/twin.ts";
import { NEW_OWN } from "../../src/store/boxes.ts";
import type { OutboxItem } from "../../src/store/model.ts";

const item = (name: string, value: string): OutboxItem => ({ n: 1, id: value, name: "preference.set", v: 1, scope: "account", args: { name, value }, at: "2026-11-21T10:00:00Z", state: "saved" });

test("the last choice of each kind counts", () => {
  const own = [item("language", "es"), item("text", "large"), item("language", "en")].reduce(preference_set, NEW_OWN);
  expect(own.preferences.map(one => [one.name, one.value])).toEqual([["text", "large"], ["language", "en"]]);
});

test("only what differs from this phone is followed", () => {
  const choices = [{ name: "language", value: "es" }, { name: "text", value: "large" }] as const;
  expect(chosen(choices, { language: "es", text: "normal" })).toEqual({ text: "large" });
  expect(chosen([], { language: null, text: "largest" })).toEqual({});
});
