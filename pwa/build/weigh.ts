/** The weight limits of this app, gzip: a build over one of them fails. */

import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

const KB = 1024;
const LIMITS: Record<string, number> = { boot: 35 * KB, keeper: 22 * KB, script: 100 * KB, operators: 12 * KB, style: 8 * KB, worker: 5 * KB, fonts: 50 * KB };

export async function weigh(out_dir: string): Promise<void> {
  const weights = await weights_of(out_dir);
  const lines = Object.entries(weights).map(([what, bytes]) => `${what.padEnd(7)} ${(bytes / KB).toFixed(1).padStart(6)} of ${(LIMITS[what] ?? 0) / KB} KB`);
  console.log(`weight, gzip\n${lines.join("\n")}`);
  const over = Object.entries(weights).filter(([what, bytes]) => bytes > (LIMITS[what] ?? Infinity)).map(([what]) => what);
  if (over.length) throw new Error(`over the limit: ${over.join(", ")}`);
}

async function weights_of(out_dir: string): Promise<Record<string, number>> {
  const assets = join(out_dir, "assets");
  const names = await readdir(assets);
  const sum = async (chosen: Iterable<string>): Promise<number> => {
    const sizes = await Promise.all(Array.from(chosen, async name => (await stat(join(assets, name))).size));
    return sizes.reduce((total, size) => total + size, 0);
  };
  const online = names.filter(name => name.startsWith("operators-") && name.endsWith(".js"));
  const scripts = names.filter(name => name.endsWith(".js") && !online.includes(name));
  return {
    boot: await sum(packed(await boot_scripts(out_dir, scripts))),
    keeper: await sum(packed(scripts.filter(name => name.startsWith("keeper-")))),
    script: await sum(packed(scripts)),
    operators: await sum(packed(online)),
    style: await sum(packed(names.filter(name => name.endsWith(".css")))),
    worker: (await stat(join(out_dir, "sw.js.gz"))).size,
    fonts: await sum(names.filter(name => name.endsWith(".woff2"))),
  };
}

/** What the page loads by itself: its script, whatever that imports, and the words of one language (`en`, by its chunk's name). */
async function boot_scripts(out_dir: string, scripts: string[]): Promise<Set<string>> {
  const page = await readFile(join(out_dir, "index.html"), "utf8");
  const found = new Set<string>();
  const follow = async (name: string): Promise<void> => {
    if (found.has(name)) return;
    found.add(name);
    const source = await readFile(join(out_dir, "assets", name), "utf8");
    for (const other of scripts) if (new RegExp(`(from|import) ?["']\\./${other}["']`).test(source)) await follow(other);
  };
  const asked = (name: string): boolean => page.includes(`/assets/${name}`) && !name.startsWith("keeper-"); // that is weighed by itself
  for (const name of scripts) if (asked(name) || name.startsWith("en-")) await follow(name);
  return found;
}

const packed = (names: Iterable<string>): string[] => Array.from(names, name => `${name}.gz`);
