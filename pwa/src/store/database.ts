/** One IndexedDB database with a connection that heals: phones cut connections of backgrounded apps at any moment. */

import { deleteDB, type DBSchema, type IDBPDatabase, type OpenDBCallbacks, openDB } from "idb";

export interface Database<S extends DBSchema> {
  /** Do `work` on an open connection; when that connection turns out dead, once more on a new one. So `work` must be safe to run twice. */
  use<T>(work: (db: IDBPDatabase<S>) => Promise<T>): Promise<T>;
  /** Close and delete it. Other tabs close theirs on request. */
  erase(): Promise<void>;
}

type Upgrade<S extends DBSchema> = NonNullable<OpenDBCallbacks<S>["upgrade"]>;

export function database<S extends DBSchema>(name: string, version: number, upgrade: Upgrade<S>): Database<S> {
  let open: Promise<IDBPDatabase<S>> | undefined;
  const forget = (): void => { open = undefined; };
  const connect = (): Promise<IDBPDatabase<S>> => {
    open ??= openDB<S>(name, version, { upgrade, terminated: forget, blocking: (_old, _new, event) => { close(event.target as IDBDatabase); } });
    open.catch(forget);
    return open;
  };
  const close = (db: IDBDatabase): void => { db.close(); forget(); };
  return {
    async use(work) {
      try {
        return await work(await connect());
      } catch (error) {
        if (!is_cut(error)) throw error;
        forget();
        return work(await connect());
      }
    },
    async erase() {
      const db = await open?.catch(() => undefined);
      db?.close();
      forget();
      await deleteDB(name);
    },
  };
}

/** All of `work` or nothing: a request that throws before it is placed would otherwise leave the ones before it to be committed. */
export async function whole<T>(tx: { abort(): void; readonly done: Promise<void> }, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    await tx.done;
    return result;
  } catch (error) {
    tx.done.catch(() => undefined);
    try { tx.abort(); } catch { /* it has ended already */ }
    throw error;
  }
}

/** The connection died, not the request: Safari says UnknownError ("connection lost"), the others InvalidStateError or AbortError. */
function is_cut(error: unknown): boolean {
  return error instanceof DOMException && ["InvalidStateError", "UnknownError", "AbortError"].includes(error.name);
}
