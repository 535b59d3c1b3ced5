/** Puts the loader into the page in place of the script tag: the policy trusts its hash, not an address (`backend/web/headers.py`). */

import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { compile } from "./compile.ts";

const TAG = /<script type="module" crossorigin src="([^"]+)"><\/script>/;

export async function put_loader(out_dir: string): Promise<void> {
  const page = join(out_dir, "index.html");
  const text = await readFile(page, "utf8");
  const [tag, entry] = TAG.exec(text) ?? [];
  if (!tag || !entry) throw new Error("the page has no script to load");
  const digest = createHash("sha384").update(await readFile(join(out_dir, entry))).digest("base64");
  const keepers = (await readdir(join(out_dir, "assets"))).filter(name => /^keeper-.*\.js$/.test(name));
  const { code } = await compile(out_dir, "src/loader.ts", null, {
    __ENTRY__: JSON.stringify(entry),
    __INTEGRITY__: JSON.stringify(`sha384-${digest}`),
    __WORKERS__: JSON.stringify([...keepers.map(name => `/assets/${name}`), "/sw.js"]),
  });
  await writeFile(page, text.replace(tag, () => `<script>${code.trim()}</script>`));
}
