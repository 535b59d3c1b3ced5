/** The server's hint that something changed. Only while visible: a hidden page needs no open connection, and losing every hint costs one poll. */

export interface Poke {
  /** Listen, if it does not already and the page is visible. */
  listen(): void;
  stop(): void;
}

export function poke(heard: () => void): Poke {
  let source: EventSource | undefined;
  const close = (): void => {
    source?.close();
    source = undefined;
  };
  const listen = (): void => {
    if (document.visibilityState === "hidden" || (source && source.readyState !== EventSource.CLOSED)) return;
    source = new EventSource("/v1/poke");
    source.addEventListener("poke", heard);
    source.addEventListener("open", heard); // what happened between the last answer and now was told to nobody
  };
  const turned = (): void => { if (document.visibilityState === "hidden") close(); };
  document.addEventListener("visibilitychange", turned);
  return {
    listen,
    stop() {
      close();
      document.removeEventListener("visibilitychange", turned);
    },
  };
}
