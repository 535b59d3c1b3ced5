/** A script that is kept for times without a network may not need one that is not: it would open while a browser happens to remember the other. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";

const NEEDS = /(?:from|import) ?["'`]\.\/([^"'`]+)["'`]/g;

export async function need_nothing_else(out_dir: string, kept: readonly string[]): Promise<void> {
  const there = new Set(kept);
  for (const path of kept.filter(one => /^\/assets\/.*\.js$/.test(one))) {
    const source = await readFile(join(out_dir, path), "utf8");
    for (const [, needed] of source.matchAll(NEEDS)) if (!there.has(`/assets/${needed}`)) throw new Error(`${path} needs ${needed}, which is not kept`);
  }
}
