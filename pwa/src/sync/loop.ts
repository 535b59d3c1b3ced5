/**
 * When to sync while a page is open: at start, when the network comes back, on becoming visible, on a poke, after a change, on a
 * quiet poll, and after trouble with growing patience. Hidden pages keep still.
 */

import { AT_ONCE, type Pace, pace_after } from "./pace.ts";
import type { Ending } from "./session.ts";

export interface Loop {
  /** Sync now, or as soon as the session under way has ended and the server lets us. `asked`: by the person, so also where the loop may not by itself. */
  wake(asked?: boolean): void;
  /** The page's circumstances are other than `before`. */
  turned(before: Around): void;
  stop(): void;
}

export interface Around {
  online: boolean;
  visible: boolean;
}

export interface Circumstances {
  /** Does a session; `since` is when it was asked for. */
  run: (since: number) => Promise<Ending>;
  poll_s: () => number;
  here: () => Around;
  /** May it try by itself? */
  may: () => boolean;
}

interface Turning extends Circumstances {
  pace: Pace;
  not_before: number;
  running: boolean;
  again: boolean;
  stopped: boolean;
  timer: ReturnType<typeof setTimeout> | undefined;
}

export function start_loop(circumstances: Circumstances): Loop {
  const it: Turning = { ...circumstances, pace: AT_ONCE, not_before: 0, running: false, again: false, stopped: false, timer: undefined };
  return {
    wake(asked = false) { wake(it, asked); },
    turned(before) {
      const { online, visible } = it.here();
      if (online && !before.online) it.pace = AT_ONCE;
      // going offline is a try that fails at once, so that what the screen says is true at once
      if (visible && (online !== before.online || !before.visible)) wake(it);
    },
    stop() {
      it.stopped = true;
      clearTimeout(it.timer);
    },
  };
}

function wake(it: Turning, asked = false): void {
  if (it.stopped || !(asked || it.may())) return;
  const wait = it.not_before - performance.now();
  if (it.running) it.again = true;
  else if (wait > 0) later(it, wait);
  else void turn(it);
}

function later(it: Turning, ms: number): void {
  clearTimeout(it.timer);
  if (!it.stopped) it.timer = setTimeout(() => { if (it.here().visible) wake(it); }, ms);
}

async function turn(it: Turning): Promise<void> {
  it.running = true;
  it.again = false;
  clearTimeout(it.timer);
  const ending = await it.run(Date.now()).catch((): Ending => ({ kind: "failed", because: "server", retry_after_s: null }));
  it.running = false;
  it.pace = pace_after(ending, it.pace, { poll_s: it.poll_s(), online: it.here().online, random: Math.random() });
  const { wait_ms, strict } = it.pace;
  it.not_before = strict && wait_ms ? performance.now() + wait_ms : 0;
  if (it.again && ending.kind === "done") wake(it);
  else if (wait_ms !== null) later(it, wait_ms);
}
