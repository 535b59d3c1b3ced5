/** The server's hint that something changed. Only while visible: a hidden page needs no open connection, and losing every hint costs one poll. */

import { backoff_ms } from "./pace.ts";

export interface Poke {
  /** Listen, if it does not already and may. */
  listen(): void;
  /** Until asked to listen again. */
  close(): void;
  stop(): void;
}

export function poke(heard: () => void, may: () => boolean): Poke {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let stopped = false;
  const close = (): void => {
    clearTimeout(timer);
    source?.close();
    source = undefined;
  };
  const listen = (): void => {
    if (stopped || !may() || (source && source.readyState !== EventSource.CLOSED)) return;
    close();
    source = new EventSource("/v1/poke");
    source.addEventListener("poke", heard);
    source.addEventListener("open", () => { failures = 0; heard(); }); // what happened between the last answer and now was told to nobody
    source.addEventListener("error", refused);
  };
  // A browser comes back by itself from a cut line, but not from an answer that it did not like: a server that starts, a proxy that is full.
  const refused = (): void => {
    if (source?.readyState !== EventSource.CLOSED) return;
    clearTimeout(timer);
    timer = setTimeout(listen, backoff_ms(failures++, 1, Math.random()));
  };
  return { listen, close, stop() { stopped = true; close(); } };
}
