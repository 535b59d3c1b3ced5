/**
 * The scrub, sans IO: once a day every scope's checksum goes to the server, so many in a request, until all were there.
 * What differs comes back as a load, like any other: nothing here has to repair anything.
 */

import type { Holds, Scrub } from "../store/boxes.ts";

export const MOST_SUMS = 64;
const DAY_MS = 86_400_000;

/** The scopes whose sums go with this request. None on the first day: what was just loaded is what the server has. */
export function to_scrub(holds: Holds, scrub: Scrub | undefined, now_ms: number): string[] {
  if (!scrub || !is_due(scrub, now_ms)) return [];
  const done_to = scrub.done_to ?? "";
  const fresh = Object.keys(holds).filter(scope => holds[scope]?.state === "fresh" && scope > done_to);
  return fresh.sort().slice(0, MOST_SUMS);
}

/** Where the scrub stands when these went: a pass begins a day after the one before began, and ends with the last scope. */
export function scrubbed(scrub: Scrub | undefined, sent: readonly string[], now_ms: number): Scrub {
  if (!scrub) return { began_at: now_ms, done_to: null };
  if (!is_due(scrub, now_ms)) return scrub;
  const began_at = scrub.done_to === null ? now_ms : scrub.began_at;
  return { began_at, done_to: sent.length < MOST_SUMS ? null : sent.at(-1) ?? null };
}

/** In the middle of a pass, or a day after the last began; a clock that was put back must not end the scrubbing. */
function is_due({ began_at, done_to }: Scrub, now_ms: number): boolean {
  return done_to !== null || Math.abs(now_ms - began_at) >= DAY_MS;
}
