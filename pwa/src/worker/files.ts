/**
 * The app's own files, kept for offline: one cache whose keys carry each file's hash, filled on install, pruned on activate.
 * A file that did not change is never fetched again, and an old page keeps its files until it reloads.
 */

/** [path, hash] of every file of this version; the build puts the list here. */
declare const __FILES__: readonly (readonly [path: string, hash: string])[];

const CACHE = "files";
const FILES = __FILES__;
const HASHES = new Map(FILES);

const key_of = (path: string, hash: string): string => `${path}?__=${hash}`;

/** All or nothing: one missing or mixed-up file fails the install, and the version before stays. */
export async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  await Promise.all(FILES.map(async ([path, hash]) => {
    const key = key_of(path, hash);
    if (!await cache.match(key)) await cache.put(key, await fetch_exactly(path, hash));
  }));
}

export async function prune(): Promise<void> {
  for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
  const cache = await caches.open(CACHE);
  const current = new Set(FILES.map(([path, hash]) => new URL(key_of(path, hash), location.origin).href));
  for (const request of await cache.keys()) if (!current.has(request.url)) await cache.delete(request);
}

/** The file that answers this path in this version, if it is one of ours. Evicted: ask the network. */
export function file_for(path: string): Promise<Response> | null {
  const hash = HASHES.get(path);
  if (hash === undefined) return null;
  return caches.open(CACHE)
    .then(cache => cache.match(key_of(path, hash)))
    .catch(() => undefined)
    .then(found => found ?? fetch(path));
}

/** The browser's own cache may hold another version of it: then once more, past that cache. */
async function fetch_exactly(path: string, hash: string): Promise<Response> {
  for (const cache of ["no-cache", "reload"] as const) {
    const answer = await fetch(path, { cache, redirect: "error" });
    if (answer.status === 200 && await hash_of(answer.clone()) === hash) return answer;
  }
  throw new Error(`not the file of this version: ${path}`);
}

async function hash_of(answer: Response): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", await answer.arrayBuffer()));
  return Array.from(hash.subarray(0, 12), byte => byte.toString(16).padStart(2, "0")).join("");
}
