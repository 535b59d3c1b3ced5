/** When to ask again, sans IO: chance and clock come from the caller. */

const FIRST_MS = 1_000;
const LAST_MS = 300_000;

/** Full jitter: anything between nothing and a ceiling that doubles with every failed attempt. What the server asked for comes on top. */
export function backoff_ms(attempt: number, retry_after_s: number | null, random: number): number {
  const ceiling = Math.min(LAST_MS, FIRST_MS * 2 ** Math.min(attempt, 20));
  return (retry_after_s ?? 0) * 1000 + random * ceiling;
}

/** The next quiet poll: phones that started together drift apart. */
export function poll_ms(poll_s: number, random: number): number {
  return Math.max(5, poll_s) * 1000 * (0.8 + 0.4 * random);
}
