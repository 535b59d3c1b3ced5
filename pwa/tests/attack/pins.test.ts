import { expect, test } from "vitest";
import { from_text, random } from "../../src/vault/bytes.ts";
import { pin_slot, type Slot } from "../../src/vault/slots.ts";
import { opened, pin_key, stretched } from "../vault/second.ts";

const PINS = 1_000_000;
const PIN = 428_731;

test("whoever has a copy of the disk tries all million PINs and opens nothing; only with the server's half does one open it", async () => {
  const [secret, share, nothing] = [random(32), random(32), new Uint8Array(32)];
  const slot = await pin_slot(secret, "tag|vault", String(PIN), () => Promise.resolve(share), 1) as Slot & { kind: "pin" };
  const box = from_text(slot.box);
  const opens = (pin: number, half: Uint8Array) => opened(pin_key(stretched(String(pin).padStart(6, "0"), slot.salt, 1), half), "slot|tag|vault", box) !== null;
  const found: number[] = [];
  for (let pin = 0; pin < PINS; pin++) if (opens(pin, nothing)) found.push(pin);
  expect(found).toEqual([]);
  for (let pin = PIN - 500; pin < PIN + 500; pin++) if (opens(pin, share)) found.push(pin);
  expect(found).toEqual([PIN]);
}, 600_000);
