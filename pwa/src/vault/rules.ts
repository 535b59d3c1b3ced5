/** When a vault may be opened and when it closes, sans IO: the clock is always an argument, and it is not believed when it goes back. */

export const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Wrong tries that cost nothing but the try, and the one that ends it. */
const FREE_TRIES = 5;
export const MOST_TRIES = 10;
const FIRST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 3_600_000;
const CLOCK_BACK_MS = 5 * MINUTE_MS;
const CAMERA_MS = 3 * MINUTE_MS;

/** Counted before anything is tried, so that neither a reload nor a killed browser gives one back. */
export interface Tries {
  failed: number;
  /** When the last try was made, and until when the next has to wait (ms). */
  at: number;
  until: number;
}

export const NO_TRIES: Tries = { failed: 0, at: 0, until: 0 };

/** Until when what is held may be shown, and how long after that it is erased. `null`: no lease was given yet. */
export interface LeaseTimes {
  not_after: number | null;
  grace_ms: number;
}

export type Lasting = "fine" | "over" | "erase" | "clock";

export function grace_ms(staff: boolean): number {
  return (staff ? 7 : 30) * DAY_MS;
}

/** The latest moment that this phone knows of: a clock that is put back does not bring time back. */
export function latest(mark: number, now: number): number {
  return Math.max(mark, now);
}

export function lasting({ not_after, grace_ms: grace }: LeaseTimes, mark: number, clock: number): Lasting {
  const now = latest(mark, clock);
  if (not_after !== null && now > not_after + grace) return "erase";
  if (clock < mark - CLOCK_BACK_MS) return "clock";
  return not_after !== null && now > not_after ? "over" : "fine";
}

/** How much of a lease is used, from 0 to 1. */
export function used(lease: { issued: number; not_after: number }, now: number): number {
  return Math.min(1, Math.max(0, (now - lease.issued) / (lease.not_after - lease.issued)));
}

/** The next try as it is written down before it is made; or until when it has to wait; or that none is left. */
export function try_again(tries: Tries, now: number): { next: Tries } | { wait_ms: number } | "none" {
  if (tries.failed >= MOST_TRIES) return "none";
  const wait = tries.until - latest(tries.at, now); // a clock that was put back does not lengthen or shorten it
  if (wait > 0) return { wait_ms: wait };
  const failed = tries.failed + 1;
  return { next: { failed, at: now, until: now + wait_after(failed) } };
}

/** How long the next try has to wait after so many wrong ones. */
export function wait_after(failed: number): number {
  return failed < FREE_TRIES ? 0 : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failed - FREE_TRIES));
}

export interface Away {
  /** Since when nobody sees the page; null = it is seen. */
  hidden_at: number | null;
  touched_at: number;
  /** The camera or the file picker was last opened then; long ago if never. */
  picker_at: number;
}

/** True when nobody has been here for so long that the vault closes. */
export function is_away({ hidden_at, touched_at, picker_at }: Away, staff: boolean, now: number): boolean {
  const [hidden_ms, idle_ms] = staff ? [2 * MINUTE_MS, 5 * MINUTE_MS] : [5 * MINUTE_MS, 15 * MINUTE_MS];
  if (now < touched_at - CLOCK_BACK_MS) return true; // a clock that was put back proves nothing: rather once too often
  if (now - touched_at >= idle_ms) return true;
  if (hidden_at === null) return false;
  const grace = hidden_at - picker_at < MINUTE_MS ? CAMERA_MS : 0;
  return now - hidden_at >= Math.max(hidden_ms, grace);
}
