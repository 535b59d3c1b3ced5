import { expect, test } from "vitest";
import { random, utf8 } from "../../src/vault/bytes.ts";
import { Broken, type Keys, keys_of, name_of, seal, unseal, unseal_bytes } from "../../src/vault/keys.ts";
import { make_keys } from "../make.ts";
import * as second from "./second.ts";
import { watch_keys } from "./watched.ts";

const MUTATIONS = 10_000;

const keys = await make_keys();
const others = await make_keys();
const elsewhere: Keys = { ...keys, bound: "account|another vault" };

/** A generator of its own, so that a failure can be repeated. */
function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** As an earlier version of the app would have sealed it. */
async function of_older_shape(place: string, text: string): Promise<Uint8Array> {
  const iv = random(12);
  const additionalData = utf8(`${keys.bound}|${place}|0`);
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, keys.box, utf8(text)));
  return Uint8Array.from([...iv, ...sealed]);
}

test("what was sealed comes out as it was", async () => {
  const value = { rows: [[1, 20, "a", 1, { name: "Núñez" }]], stale: false };
  expect(await unseal(keys, "scope|a", await seal(keys, "scope|a", value))).toEqual(value);
});

test("the same thing sealed twice looks different each time, and under the same name", async () => {
  const [first, other] = [await seal(keys, "scope|a", "x"), await seal(keys, "scope|a", "x")];
  expect(first).not.toEqual(other);
  expect(await name_of(keys, "scope|a")).toBe(await name_of(keys, "scope|a"));
  expect(await name_of(others, "scope|a")).not.toBe(await name_of(keys, "scope|a"));
});

test("a box that was changed, cut, swapped, grown, of an older shape or of another vault is never opened, 10,000 of 10,000", async () => {
  const chance = chances(20_261_122);
  const whole = (n: number) => Math.floor(chance() * n);
  const text = JSON.stringify({ body: "marker".repeat(8) });
  const box = await seal(keys, "scope|a", { body: "marker".repeat(8) });
  const old = await of_older_shape("scope|a", text);
  const mutated: (() => Promise<unknown>)[] = [
    () => { const it = Uint8Array.from(box); const at = whole(it.length); it[at] = (it[at] ?? 0) ^ (1 << whole(8)); return unseal(keys, "scope|a", it); },
    () => unseal(keys, "scope|a", box.slice(0, whole(box.length))),
    () => unseal(keys, "scope|a", box.slice(1 + whole(box.length - 1))),
    () => unseal(keys, "scope|a", Uint8Array.from([...box, ...random(1 + whole(20))])),
    () => unseal(keys, `scope|${whole(1e9)}`, box),
    () => unseal(keys, "item|a", box),
    () => unseal(elsewhere, "scope|a", box),
    () => unseal(others, "scope|a", box),
    () => unseal(keys, "scope|a", old),
    () => unseal(keys, "scope|a", random(whole(100))),
  ];
  let detected = 0;
  for (let n = 0; n < MUTATIONS; n++) {
    await mutated[n % mutated.length]?.().then(() => { throw new Error(`opened: mutation ${n}`); }, (error: unknown) => { if (error instanceof Broken) detected += 1; else throw error; });
  }
  expect(detected).toBe(MUTATIONS);
});

test("any program that has the secret opens a box and finds its name, by the format; and we open what it sealed", async () => {
  const secret = random(32);
  const [mine, key] = [await keys_of(secret, "tag|vault"), second.box_key(secret, "tag|vault")];
  const value = { rows: [1, "Núñez"] };
  const plain = second.opened(key, "tag|vault|scope|a|1", await seal(mine, "scope|a", value));
  expect(new TextDecoder().decode(plain ?? undefined)).toBe(JSON.stringify(value));
  expect(await unseal(mine, "scope|a", new Uint8Array(second.sealed(key, "tag|vault|scope|a|1", utf8(JSON.stringify(value)))))).toEqual(value);
  expect(await name_of(mine, "scope|a")).toBe(second.name_of(secret, "tag|vault", "scope|a"));
});

test("what is no box, or was changed, says so", async () => {
  for (const no_box of [undefined, null, "text", [1, 2], new ArrayBuffer(40)]) await expect(unseal_bytes(keys, "a", no_box)).rejects.toThrow(new Broken("not a box"));
  await expect(unseal_bytes(keys, "a", random(40))).rejects.toThrow(new Broken("cannot be opened"));
});

test("no key of a vault can be taken out of the browser", async () => {
  const made = watch_keys();
  await keys_of(random(32), "tag|vault");
  expect(made.map(({ extractable }) => extractable)).toEqual([false, false, false]);
  for (const key of [keys.box, keys.name]) await expect(crypto.subtle.exportKey("raw", key)).rejects.toThrow();
});
