/**
 * When to sync while a page is open: at start, on `online`, on becoming visible, on a poke, after a change, on a quiet poll,
 * and after trouble with growing patience. Hidden pages keep still.
 */

import { AT_ONCE, type Pace, pace_after } from "./pace.ts";
import type { Ending } from "./session.ts";

export interface Loop {
  /** Sync now, or as soon as the session under way has ended and the server lets us. */
  wake(): void;
  stop(): void;
}

interface Turning {
  /** Does a session; `since` is when it was asked for. */
  run: (since: number) => Promise<Ending>;
  poll_s: () => number;
  pace: Pace;
  not_before: number;
  running: boolean;
  again: boolean;
  stopped: boolean;
  timer: ReturnType<typeof setTimeout> | undefined;
}

export function start_loop(run: Turning["run"], poll_s: () => number): Loop {
  const it: Turning = { run, poll_s, pace: AT_ONCE, not_before: 0, running: false, again: false, stopped: false, timer: undefined };
  const seen = (): void => { if (is_visible()) wake(it); };
  const back = (): void => { it.pace = AT_ONCE; wake(it); };
  addEventListener("online", back);
  addEventListener("offline", seen); // a try that fails at once, so that what the screen says is true at once
  document.addEventListener("visibilitychange", seen);
  return {
    wake() { wake(it); },
    stop() {
      it.stopped = true;
      clearTimeout(it.timer);
      removeEventListener("online", back);
      removeEventListener("offline", seen);
      document.removeEventListener("visibilitychange", seen);
    },
  };
}

function wake(it: Turning): void {
  const wait = it.not_before - performance.now();
  if (it.running) it.again = true;
  else if (wait > 0) later(it, wait);
  else if (!it.stopped) void turn(it);
}

function later(it: Turning, ms: number): void {
  clearTimeout(it.timer);
  if (!it.stopped) it.timer = setTimeout(() => { if (is_visible()) wake(it); }, ms);
}

async function turn(it: Turning): Promise<void> {
  it.running = true;
  it.again = false;
  clearTimeout(it.timer);
  const ending = await it.run(Date.now()).catch((): Ending => ({ kind: "failed", because: "server", retry_after_s: null }));
  it.running = false;
  it.pace = pace_after(ending, it.pace, { poll_s: it.poll_s(), online: navigator.onLine, random: Math.random() });
  const { wait_ms, strict } = it.pace;
  it.not_before = strict && wait_ms ? performance.now() + wait_ms : 0;
  if (it.again && ending.kind === "done") wake(it);
  else if (wait_ms !== null) later(it, wait_ms);
}

function is_visible(): boolean {
  return document.visibilityState === "visible";
}
