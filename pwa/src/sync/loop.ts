/**
 * When to sync while a page is open: at start, on `online`, on becoming visible, on a poke, after a change, on a quiet poll,
 * and after trouble with growing patience. Hidden pages keep still.
 */

import { backoff_ms, poll_ms } from "./pace.ts";
import type { Ending } from "./session.ts";

export interface Loop {
  /** Sync now, or as soon as the session under way has ended and the server lets us. */
  wake(): void;
  stop(): void;
}

/** `run` does a session; `since` is when it was asked for. */
export function start_loop(run: (since: number) => Promise<Ending>, poll_s: () => number): Loop {
  let running = false;
  let again = false;
  let stopped = false;
  let attempt = 0;
  let not_before = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const later = (ms: number): void => {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(() => { if (document.visibilityState === "visible") wake(); }, ms);
  };
  const wake = (): void => {
    const wait = not_before - performance.now();
    if (running) again = true;
    else if (wait > 0) later(wait);
    else if (!stopped) void go();
  };
  const go = async (): Promise<void> => {
    running = true;
    again = false;
    clearTimeout(timer);
    const ending = await run(Date.now()).catch((): Ending => ({ kind: "failed", because: "server", retry_after_s: null }));
    running = false;
    rest(ending);
  };
  const rest = (ending: Ending): void => {
    if (ending.kind === "signed_out") stop();
    else if (ending.kind === "failed") patience(ending);
    else {
      attempt = 0;
      if (again) wake();
      else later(poll_ms(poll_s(), Math.random()));
    }
  };
  const patience = ({ because, retry_after_s }: Extract<Ending, { kind: "failed" }>): void => {
    const wait = backoff_ms(attempt, retry_after_s, Math.random());
    if (because === "server" || navigator.onLine) attempt++;
    if (retry_after_s !== null) not_before = performance.now() + wait;
    later(wait);
  };
  const seen = (): void => { if (document.visibilityState === "visible") wake(); };
  const back = (): void => { attempt = 0; wake(); };
  const stop = (): void => {
    stopped = true;
    clearTimeout(timer);
    removeEventListener("online", back);
    document.removeEventListener("visibilitychange", seen);
  };
  addEventListener("online", back);
  document.addEventListener("visibilitychange", seen);
  return { wake, stop };
}
