import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { from_text, random, to_text } from "../../src/vault/bytes.ts";
import { Broken } from "../../src/vault/keys.ts";
import {
  from_pin, is_good_pin, is_strong, open_passkey, open_passphrase, open_pin, passkey_slot, passphrase_slot, pin_slot, ROUNDS, type Slot, with_next,
} from "../../src/vault/slots.ts";
import { from_list } from "../../src/vault/words.ts";
import * as second from "./second.ts";
import { watch_keys } from "./watched.ts";

const BOUND = "tag|vault";
const LABEL = `slot|${BOUND}`;
const NOT_THE_KEY = new Broken("not the key");
const secret = random(32);
type Of<K extends Slot["kind"]> = Slot & { kind: K };

/** As another program would have written it. */
const elsewhere = (key: Uint8Array) => to_text(second.sealed(key, LABEL, secret));

describe("a passphrase", () => {
  test("opens the slot however its spaces and accents were typed, and another does not", async () => {
    const slot = await passphrase_slot(secret, BOUND, "río verde  luna casa", 10) as Of<"passphrase">;
    expect(await open_passphrase(slot, BOUND, " ri\u0301o verde luna casa ")).toEqual(secret);
    await expect(open_passphrase(slot, BOUND, "río verde luna cas")).rejects.toThrow(NOT_THE_KEY);
    await expect(open_passphrase(slot, "tag|another", "río verde luna casa")).rejects.toThrow(NOT_THE_KEY);
  });

  test("makes a slot that any program opens by the format, and opens one that another made", async () => {
    const { kind, salt, rounds, box } = await passphrase_slot(secret, BOUND, "río  verde luna casa", 10) as Of<"passphrase">;
    expect([kind, rounds, from_text(salt).length]).toEqual(["passphrase", 10, 16]);
    expect(second.opened(second.passphrase_key("río verde luna casa", salt, 10), LABEL, from_text(box))).toEqual(secret);
    const theirs: Slot = { kind: "passphrase", salt, rounds: 7, box: elsewhere(second.passphrase_key("k7Vq-2pLm9xWz4", salt, 7)) };
    expect(await open_passphrase(theirs, BOUND, "k7Vq-2pLm9xWz4")).toEqual(secret);
  });

  test("costs whoever guesses 600,000 rounds each time", () => {
    expect(ROUNDS).toBeGreaterThanOrEqual(600_000);
  });

  test.each([
    ["four words", "lantern orchard tunnel breakfast", true], ["four short words", "oak elm fig ash", true], ["three short words", "oak elm fig", false],
    ["fourteen characters", "k7Vq-2pLm9xWz4", true], ["thirteen", "k7Vq-2pLm9xWz", false], ["a short one", "Tr0ub4dor&3", false], ["nothing", "    ", false],
    ["the same word again", "oak oak oak oak oak", false], ["the same long word, in all its forms", "Lantern lantern_LANTERN.lantern", false],
    ["one letter often", "aaaaaaaaaaaaaaaaaaaa", false], ["five letters often", "abcdeabcdeabcde", false], ["six", "abcdefabcdefabc", true],
  ])("of %s is judged", (_, text, good) => { expect(is_strong(text)).toBe(good); });

  test.each(["en", "es"])("that is suggested (%s) takes 2^52 guesses and is one that we take", language => {
    const words = readFileSync(new URL(`../../src/vault/words_${language}.txt`, import.meta.url), "utf8").split("\n").filter(Boolean);
    expect(new Set(words).size).toBe(words.length);
    const made = from_list(words);
    const parts = made.split(" ");
    expect(parts.slice(0, 4).every(word => words.includes(word))).toBe(true);
    expect(4 * Math.log2(words.length) + (parts[4]?.length ?? 0) * Math.log2(10)).toBeGreaterThanOrEqual(52);
    expect(is_strong(made)).toBe(true);
  });
});

describe("a passkey", () => {
  test("opens its slot by its secret, and another passkey does not", async () => {
    const prf = random(32);
    const slot = await passkey_slot(secret, BOUND, { credential: "c", salt: to_text(random(32)), prf }) as Of<"passkey">;
    expect(await open_passkey(slot, BOUND, prf)).toEqual(secret);
    await expect(open_passkey(slot, BOUND, random(32))).rejects.toThrow(NOT_THE_KEY);
  });

  test("makes a slot that any program opens by the format, and opens one that another made", async () => {
    const [prf, salt] = [random(32), to_text(random(32))];
    const slot = await passkey_slot(secret, BOUND, { credential: "c", salt, prf }) as Of<"passkey">;
    expect(slot).toMatchObject({ kind: "passkey", credential: "c", salt });
    expect(second.opened(second.passkey_key(prf, salt), LABEL, from_text(slot.box))).toEqual(secret);
    expect(await open_passkey({ ...slot, box: elsewhere(second.passkey_key(prf, salt)) }, BOUND, prf)).toEqual(secret);
  });
});

describe("a PIN", () => {
  const share = random(32);
  const shared = async (pin: string) => await pin_slot(secret, BOUND, pin, () => Promise.resolve(share), 1) as Of<"pin">;

  test("opens its slot together with the server's half, and with no other half", async () => {
    const slot = await shared("428731");
    const from = await from_pin("428731", slot.salt, slot.rounds);
    expect(await open_pin(slot, BOUND, from, [random(32), share])).toEqual(secret);
    await expect(open_pin(slot, BOUND, from, [random(32)])).rejects.toThrow(new Broken("no share fits"));
    await expect(open_pin(slot, BOUND, await from_pin("428732", slot.salt, slot.rounds), [share])).rejects.toThrow(Broken);
  });

  test("makes a slot that any program opens by the format, and opens one that another made", async () => {
    const shown: string[] = [];
    const slot = await pin_slot(secret, BOUND, "428731", check => { shown.push(check); return Promise.resolve(share); }, 3) as Of<"pin">;
    expect([slot.kind, slot.rounds, from_text(slot.salt).length]).toEqual(["pin", 3, 16]);
    const base = second.stretched("428731", slot.salt, 3);
    expect(second.opened(second.pin_key(base, share), LABEL, from_text(slot.box))).toEqual(secret);
    expect(shown).toEqual([second.pin_check(base)]);
    const theirs = { ...slot, box: elsewhere(second.pin_key(base, share)) };
    expect(await open_pin(theirs, BOUND, await from_pin("428731", slot.salt, 3), [share])).toEqual(secret);
  });

  test("shows the server something else than what its key is made of", async () => {
    const { check, base } = await from_pin("428731", to_text(random(16)), 1);
    expect(check).not.toBe(to_text(base));
  });

  test("moved to another share, the slot opens with either until the older is destroyed, and then an older copy is worth nothing", async () => {
    const [older, next] = [await shared("428731"), random(32)];
    const from = await from_pin("428731", older.salt, older.rounds);
    const both = await with_next(older, BOUND, secret, from, next) as Of<"pin">;
    for (const one of [share, next]) expect(await open_pin(both, BOUND, from, [one])).toEqual(secret);
    await expect(open_pin(older, BOUND, from, [next])).rejects.toThrow(Broken);
  });

  test.each([
    ["246813", true], ["11223344", true], ["135791357913", true], ["1357913579135", false], ["13579", false], ["123456", false], ["987654", false],
    ["000000", false], ["12345", false], ["12a456", false],
  ])("%s is judged", (pin, good) => { expect(is_good_pin(pin)).toBe(good); });
});

test("no key that makes or opens a slot can be taken out of the browser", async () => {
  const made = watch_keys();
  const slot = await passphrase_slot(secret, BOUND, "río verde luna casa", 10) as Of<"passphrase">;
  await open_passphrase(slot, BOUND, "río verde luna casa");
  expect(made.length).toBeGreaterThan(5);
  expect(made.filter(({ extractable }) => extractable)).toEqual([]);
});
