/** After the app is built: put the loader into its page, compile the service worker with the list of its files, the kill switch beside it, and pack everything. */

import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Plugin } from "vite";
import { compile } from "./compile.ts";
import { need_nothing_else } from "./kept.ts";
import { put_loader } from "./loader.ts";
import { weigh } from "./weigh.ts";

/** Not kept in the worker's cache: the worker itself (the browser keeps that), pictures for shops, icons that only the system asks for, and screens that are nothing without a network. */
const LEFT_OUT = [/^\/assets\/(operators|.._agency)-/, /^\/sw\.js$/, /^\/kill\.js$/, /^\/screenshots\//, /^\/icons\/.*\.png$/, /\.(br|gz|map)$/];
const PACKED = /\.(html|js|css|svg|json|webmanifest|txt)$/;

export function worker(out_dir: string): Plugin {
  return {
    name: "porchlight:worker",
    apply: "build",
    enforce: "post",
    async closeBundle() {
      await put_loader(out_dir);
      const paths = (await list(out_dir)).filter(path => !LEFT_OUT.some(pattern => pattern.test(path)));
      await need_nothing_else(out_dir, paths);
      const files = await Promise.all(paths.map(async path => [path === "/index.html" ? "/" : path, await hash(join(out_dir, path))]));
      const courier = await compile(out_dir, "src/worker/courier.ts", "assets/courier-[hash]", {});
      await compile(out_dir, "src/worker/sw.ts", "sw", { __FILES__: JSON.stringify(files.sort()), __COURIER__: JSON.stringify(`/${courier.fileName}`) });
      await compile(out_dir, "src/worker/kill.ts", "kill", {});
      await pack(out_dir);
      await weigh(out_dir);
    },
  };
}

async function pack(folder: string): Promise<void> {
  const paths = (await list(folder)).filter(path => PACKED.test(path));
  await Promise.all(paths.map(async path => {
    const bytes = await readFile(join(folder, path));
    const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    await writeFile(join(folder, `${path}.br`), await promisify(brotliCompress)(bytes, { params }));
    await writeFile(join(folder, `${path}.gz`), await promisify(gzip)(bytes, { level: 9 }));
  }));
}

async function list(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name).slice(folder.length).replaceAll("\\", "/"));
}

/** As the worker checks it: the first 12 bytes of SHA-256. */
async function hash(path: string): Promise<string> {
  return createHash("sha256").update(await readFile(path)).digest("hex").slice(0, 24);
}
