import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { random, to_text } from "../../src/vault/bytes.ts";
import { Broken } from "../../src/vault/keys.ts";
import {
  from_pin, is_good_pin, is_strong, open_passkey, open_passphrase, open_pin, passkey_slot, passphrase_slot, pin_slot, ROUNDS, type Slot, with_next,
} from "../../src/vault/slots.ts";
import { from_list } from "../../src/vault/words.ts";

const BOUND = "tag|vault";
const secret = random(32);
type Of<K extends Slot["kind"]> = Slot & { kind: K };

describe("a passphrase", () => {
  test("opens the slot however its spaces and accents were typed, and another does not", async () => {
    const slot = await passphrase_slot(secret, BOUND, "río verde  luna casa", 10) as Of<"passphrase">;
    expect(await open_passphrase(slot, BOUND, " ri\u0301o verde luna casa ")).toEqual(secret);
    await expect(open_passphrase(slot, BOUND, "río verde luna cas")).rejects.toThrow(Broken);
    await expect(open_passphrase(slot, "tag|another", "río verde luna casa")).rejects.toThrow(Broken);
  });

  test("costs whoever guesses 600,000 rounds each time", () => {
    expect(ROUNDS).toBeGreaterThanOrEqual(600_000);
  });

  test.each([
    ["four words", "lantern orchard tunnel breakfast", true], ["fourteen characters", "k7Vq-2pLm9xWz4", true], ["three short words", "oak elm fig", false],
    ["the same word again", "oak oak oak oak oak", false], ["one letter often", "aaaaaaaaaaaaaaaaaaaa", false], ["a short one", "Tr0ub4dor&3", false], ["nothing", "    ", false],
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

test("a passkey's secret opens its slot, and another passkey's does not", async () => {
  const prf = random(32);
  const slot = await passkey_slot(secret, BOUND, { credential: "c", salt: to_text(random(32)), prf }) as Of<"passkey">;
  expect(await open_passkey(slot, BOUND, prf)).toEqual(secret);
  await expect(open_passkey(slot, BOUND, random(32))).rejects.toThrow(Broken);
});

describe("a PIN", () => {
  const share = random(32);
  const shared = async (pin: string) => await pin_slot(secret, BOUND, pin, () => Promise.resolve(share), 1) as Of<"pin">;

  test("opens its slot together with the server's half", async () => {
    const slot = await shared("428731");
    expect(await open_pin(slot, BOUND, await from_pin("428731", slot.salt, slot.rounds), [random(32), share])).toEqual(secret);
    await expect(open_pin(slot, BOUND, await from_pin("428732", slot.salt, slot.rounds), [share])).rejects.toThrow(Broken);
  });

  test("alone opens nothing: with a copy of the disk, the right one among all that are tried is as wrong as the others", async () => {
    const slot = await shared("004287");
    const guesses = [new Uint8Array(32), new Uint8Array(), random(32)];
    let opened = 0;
    for (let pin = 3_000; pin < 5_000; pin++) {
      const from = await from_pin(String(pin).padStart(6, "0"), slot.salt, slot.rounds);
      await open_pin(slot, BOUND, from, guesses).then(() => { opened += 1; }, () => undefined);
    }
    expect(opened).toBe(0);
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

  test.each([["246813", true], ["123456", false], ["987654", false], ["000000", false], ["12345", false], ["12a456", false], ["11223344", true]])(
    "%s is judged", (pin, good) => { expect(is_good_pin(pin)).toBe(good); });
});
