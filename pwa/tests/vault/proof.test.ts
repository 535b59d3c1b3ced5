import { createHash, createPublicKey, verify } from "node:crypto";
import { describe, expect, test } from "vitest";
import { from_text, to_text, utf8 } from "../../src/vault/bytes.ts";
import { new_device_key, proof, sealed_for, verified } from "../../src/vault/proof.ts";
import { make_item, make_server } from "../make.ts";
import { own_half, read_by_server } from "./second.ts";
import { watch_keys } from "./watched.ts";

const server = await make_server();
const [lease_key] = server.keys.lease as [{ id: string; key: string }];

/** Does this signature of these words belong to the key with this point? */
function is_signed_by(point: string, words: string, signature: string): boolean {
  const raw = Buffer.from(point, "base64url");
  const [x, y] = [raw.subarray(1, 33), raw.subarray(33)].map(part => part.toString("base64url")) as [string, string];
  const key = createPublicKey({ key: { kty: "EC", crv: "P-256", x, y }, format: "jwk" });
  return verify("sha256", Buffer.from(words), { key, dsaEncoding: "ieee-p1363" }, Buffer.from(signature, "base64url"));
}

async function signed(payload: unknown, key = server.sign): Promise<string> {
  const text = utf8(JSON.stringify(payload));
  return `${to_text(text)}.${to_text(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, text))}`;
}

describe("a device", () => {
  test("signs exactly the request that it sends: its method, its path, itself and the body", async () => {
    const key = await new_device_key();
    const [version, signature = ""] = (await proof(key, "d1", { method: "POST", path: "/v1/sync", body: "{}" })).split(".");
    const words = (body: string) => `porchlight-proof-v1\nPOST /v1/sync\nd1\n${createHash("sha256").update(body).digest("base64url")}`;
    expect(version).toBe("v1");
    expect(is_signed_by(key.point, words("{}"), signature)).toBe(true);
    expect(is_signed_by(key.point, words("{ }"), signature)).toBe(false);
  });

  test("keeps the key that it signs with: nobody takes it out of the browser", async () => {
    const { sign } = await new_device_key();
    for (const format of ["pkcs8", "jwk"] as const) await expect(crypto.subtle.exportKey(format, sign)).rejects.toThrow();
  });
});

describe("what the agency signed", () => {
  const order = { device: "d1", wipe: true };

  test("is believed under any of its keys", async () => {
    const older = await make_server();
    const both = [...older.keys.lease, lease_key];
    expect(await verified(both, await signed(order))).toEqual(order);
    expect(await verified(both, await signed(order, older.sign))).toEqual(order);
  });

  test("is not believed under another's key, cut, changed, without a signature, or as nonsense", async () => {
    const [right, stranger] = [await signed(order), await make_server()];
    const [text = "", signature = ""] = right.split(".");
    const other = to_text(utf8(JSON.stringify({ ...order, device: "d2" })));
    for (const wrong of [await signed(order, stranger.sign), `${other}.${signature}`, right.slice(0, -4), text, "", ".", `${text}.`, "not base64url!"]) {
      expect(await verified([lease_key], wrong)).toBeNull();
    }
  });
});

describe("a change sealed for the server", () => {
  test("is read by the server alone, and only as the one of this device, number and id", async () => {
    const mutation = make_item(7);
    const sealed = await sealed_for(server.keys.seal, "d1", mutation);
    const own = await own_half(server);
    expect(sealed.key).toBe(server.keys.seal.id);
    expect(read_by_server(own, "d1", { n: 7, id: "m7", sealed })).toEqual(mutation);
    for (const [device, n, id] of [["d2", 7, "m7"], ["d1", 8, "m7"], ["d1", 7, "m8"]] as const) expect(read_by_server(own, device, { n, id, sealed })).toBeNull();
    expect(read_by_server(await own_half(await make_server()), "d1", { n: 7, id: "m7", sealed })).toBeNull();
  });

  test("is sealed with another key each time, so that two alike do not look alike", async () => {
    const [one, other] = [await sealed_for(server.keys.seal, "d1", make_item(7)), await sealed_for(server.keys.seal, "d1", make_item(7))];
    expect([one.eph, one.iv, one.box].filter(part => [other.eph, other.iv, other.box].includes(part))).toEqual([]);
    expect(from_text(one.eph).length).toBe(65);
  });
});

test("no key that signs, checks or seals can be taken out of the browser", async () => {
  const made = watch_keys();
  await new_device_key();
  await sealed_for(server.keys.seal, "d1", make_item(1));
  expect(await verified([lease_key], await signed({}))).toEqual({});
  expect(made.length).toBeGreaterThan(4);
  expect(made.filter(({ extractable }) => extractable)).toEqual([]);
});
