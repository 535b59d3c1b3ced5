/** The only place that talks to the server. An answer is always a value: no signal is a state of the world, not an exception. */

export interface Reply {
  /** 0 = no answer: no network, or none in time. */
  status: number;
  /** The decoded JSON, or null when there was none. */
  body: unknown;
  retry_after_s: number | null;
}

const LIMIT_MS = 30_000;

const under_way = new Set<AbortController>();

/** Sign-out: whatever is under way must not arrive any more. */
export function abort_all(): void {
  for (const one of under_way) one.abort();
}

/** `signed` makes headers from the very bytes that are sent. */
export async function call(method: string, path: string, body?: unknown, signed?: (text: string) => Promise<Record<string, string>>): Promise<Reply> {
  const end = new AbortController();
  const limit = setTimeout(() => { end.abort(); }, LIMIT_MS);
  under_way.add(end);
  try {
    const text = body === undefined ? "" : JSON.stringify(body);
    const headers = { ...(text ? { "content-type": "application/json" } : {}), ...await signed?.(text) };
    const answer = await fetch(path, {
      method,
      cache: "no-store",
      redirect: "error",
      signal: end.signal,
      headers,
      ...(text ? { body: text } : {}),
    });
    return { status: answer.status, body: await json_of(answer), retry_after_s: retry_after(answer.headers.get("retry-after")) };
  } catch {
    return { status: 0, body: null, retry_after_s: null };
  } finally {
    clearTimeout(limit);
    under_way.delete(end);
  }
}

/** A cut body of a 200 must count as no answer at all, so that error is let through; other bodies are optional. */
async function json_of(answer: Response): Promise<unknown> {
  const text = await answer.text();
  if (!answer.headers.get("content-type")?.includes("json")) return null;
  return text ? JSON.parse(text) as unknown : null;
}

/** Seconds, or a date of HTTP. */
function retry_after(value: string | null): number | null {
  if (!value) return null;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, (date - Date.now()) / 1000);
}
