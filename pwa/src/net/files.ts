/** Files on the wire, apart from everything else: pieces of tus 1.0 out, a whole checked file in. No signal is a value here too. */

const TUS = { "tus-resumable": "1.0.0" };
const LIMIT_MS = 60_000;

export interface Piece {
  /** 0 = no answer. */
  status: number;
  /** Where the server's copy ends, if it said so. */
  offset: number | null;
  retry_after_s: number | null;
}

export interface Upload {
  document: string;
  place: number;
}

/** How much of a file the server has. */
export function ask_offset(upload: Upload, end: AbortSignal): Promise<Piece> {
  return ask(upload, { method: "HEAD", headers: TUS }, end);
}

/** One piece, with its own checksum. */
export async function send_piece(upload: Upload, offset: number, bytes: ArrayBuffer, end: AbortSignal): Promise<Piece> {
  const sum = btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))));
  const headers = { ...TUS, "content-type": "application/offset+octet-stream", "upload-offset": String(offset), "upload-checksum": `sha256 ${sum}` };
  return ask(upload, { method: "PATCH", headers, body: bytes }, end);
}

/** A checked file: a ticket, then what it is for. null = not now. */
export async function fetch_file({ document, place }: Upload): Promise<{ media_type: string; bytes: ArrayBuffer } | null> {
  try {
    const limit = { signal: AbortSignal.timeout(LIMIT_MS), cache: "no-store", redirect: "error" } as const;
    const given = await fetch(`/v1/documents/${document}/${place}/ticket`, { ...limit, method: "POST" });
    if (!given.ok) return null;
    const { href, media_type } = await given.json() as { href: string; media_type: string };
    const answer = await fetch(href, limit);
    return answer.ok ? { media_type, bytes: await answer.arrayBuffer() } : null;
  } catch {
    return null;
  }
}

async function ask({ document, place }: Upload, init: RequestInit, end: AbortSignal): Promise<Piece> {
  try {
    const signal = AbortSignal.any([end, AbortSignal.timeout(LIMIT_MS)]);
    const answer = await fetch(`/v1/uploads/${document}/${place}`, { ...init, signal, cache: "no-store", redirect: "error" });
    const said = answer.headers.get("upload-offset");
    const wait = Number(answer.headers.get("retry-after"));
    return { status: answer.status, offset: said === null ? null : Number(said), retry_after_s: wait > 0 ? wait : null };
  } catch {
    return { status: 0, offset: null, retry_after_s: null };
  }
}
