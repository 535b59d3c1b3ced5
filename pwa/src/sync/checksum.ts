/** The checksum of a scope, as the server computes it: order-free, over what a row is and how often it changed. */

import type { LoadRow } from "../wire.ts";

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  return rest;
});

/** CRC-32 (IEEE) of text of the first 128 characters of Unicode. */
export function crc32(text: string): number {
  let rest = 0xffffffff;
  for (let at = 0; at < text.length; at++) rest = (rest >>> 8) ^ (TABLE[(rest ^ text.charCodeAt(at)) & 0xff] ?? 0);
  return (rest ^ 0xffffffff) >>> 0;
}

export function checksum(rows: readonly LoadRow[]): string {
  const sum = rows.reduce((so_far, [aud, kind, id, rev]) => (so_far + crc32(`${aud}:${kind}:${id}:${rev}`)) >>> 0, 0);
  return sum.toString(16).padStart(8, "0");
}
