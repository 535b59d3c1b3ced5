/** When to ask again, sans IO: chance and clock come from the caller. */

import type { Ending } from "./session.ts";

const FIRST_MS = 1_000;
const LAST_MS = 300_000;
const LEAST_POLL_S = 5;

export interface Pace {
  /** How often it failed in a row; being offline is no failure. */
  attempt: number;
  /** How long to wait before asking again by itself; null = never. */
  wait_ms: number | null;
  /** The server asked for that pause: nothing shortens it. */
  strict: boolean;
}

export const AT_ONCE: Pace = { attempt: 0, wait_ms: 0, strict: false };

export function pace_after(ending: Ending, before: Pace, with_: { poll_s: number; online: boolean; random: number }): Pace {
  if (ending.kind === "signed_out") return { attempt: 0, wait_ms: null, strict: false };
  if (ending.kind !== "failed") return { attempt: 0, wait_ms: poll_ms(with_.poll_s, with_.random), strict: false };
  const { because, retry_after_s } = ending;
  if (because === "network" && !with_.online) return { ...before, wait_ms: poll_ms(with_.poll_s, with_.random), strict: false };
  return {
    attempt: before.attempt + 1,
    wait_ms: backoff_ms(before.attempt, retry_after_s, with_.random),
    strict: retry_after_s !== null,
  };
}

/** Full jitter: anything between nothing and a ceiling that doubles with every failure. What the server asked for comes on top. */
export function backoff_ms(attempt: number, retry_after_s: number | null, random: number): number {
  const ceiling = Math.min(LAST_MS, FIRST_MS * 2 ** Math.min(attempt, 20));
  return (retry_after_s ?? 0) * 1000 + random * ceiling;
}

/** The next quiet poll: phones that started together drift apart. */
export function poll_ms(poll_s: number, random: number): number {
  return Math.max(LEAST_POLL_S, poll_s) * 1000 * (0.8 + 0.4 * random);
}
