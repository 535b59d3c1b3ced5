/**
 * Sends what waits, a piece at a time, from wherever the server's copy ends: after a cut line, a reload or a new day. One tab at
 * a time, apart from the outbox, which never waits for a file.
 */
import { effect, untracked } from "@preact/signals";
import { ask_offset, type Piece, send_piece } from "../net/files.ts";
import type { BlobNote } from "../store/blobs.ts";
import { cases, pending, session, state, sync_now } from "../store/live.ts";
import { outlived } from "./rules.ts";
import { let_go, look, notes, sent, shelf } from "./shelf.ts";

const PIECE_BYTES = 256 * 1024;
const FIRST_WAIT_MS = 3000;
const LONGEST_WAIT_MS = 60_000;
/** A file whose offer the server does not know, and that is not about to be offered, is kept so long for the sake of slow tabs. */
const ORPHAN_MS = 600_000;

type End = "done" | "later" | "stopped";

let running = false;
let again = false;
let tries = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
let under_way = new AbortController();

/** Begin to look after files, for as long as the app is open. */
export function watch_uploads(): void {
  addEventListener("online", () => { tries = 0; wake(); });
  let account = session.peek()?.account_id;
  effect(() => {
    const now = session.value?.account_id;
    if (now === account) return;
    account = now;
    under_way.abort();
    under_way = new AbortController();
    untracked(wake);
  });
  effect(() => {
    void [pending.value, notes.value.length, state.value.phase, state.value.field, cases.value];
    untracked(wake);
  });
  void look();
}

/** Look what there is to send, now or when the present try has ended. Field mode treats every signal as none. */
export function wake(): void {
  again = true;
  if (!running && session.peek() && !state.peek().field) void run();
}

async function run(): Promise<void> {
  running = true;
  clearTimeout(timer);
  const { signal } = under_way;
  await navigator.locks.request("files", async () => {
    while (again && !signal.aborted) {
      again = false;
      const ends = await turn(signal).catch((): End[] => ["later"]);
      if (ends.includes("later")) {
        timer = setTimeout(wake, Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries++));
        break;
      }
      if (ends.includes("done")) { tries = 0; again = true; sync_now(); }
    }
  }).catch(() => undefined);
  running = false;
  if (signal.aborted && session.peek()) wake();
}

async function turn(signal: AbortSignal): Promise<End[]> {
  const held = await tidied(await look());
  const ends: End[] = [];
  for (const note of held) {
    if (signal.aborted) break;
    if (note.why !== "sending" || !is_offered(note)) continue;
    const end = await send(note, signal);
    ends.push(end);
    if (end === "later") break;
  }
  return ends;
}

/** Files of a case that went go with it, once the phone knows what it holds. */
async function tidied(held: readonly BlobNote[]): Promise<readonly BlobNote[]> {
  const { phase, checked_at, wanted } = state.peek();
  if (phase !== "idle" || checked_at === null || wanted > 0) return held;
  const gone = new Set(outlived(held, new Set(cases.peek().map(item => item.scope)), Date.now()));
  for (const id of gone) await let_go(id);
  return held.filter(note => !gone.has(note.id));
}

/** An offer that is on its way, or waits for the person, has no place for its files yet. */
function is_offered({ document }: BlobNote): boolean {
  return !pending.peek().some(item => item.name === "document.offer" && item.state !== "done" && (item.args as { id: string }).id === document);
}

async function send(note: BlobNote, signal: AbortSignal): Promise<End> {
  const asked = await ask_offset(note, signal);
  if (asked.status !== 200 || asked.offset === null) return refused(note, asked);
  const bytes = await shelf()?.get(note.id);
  if (!bytes) return "stopped";
  for (let { offset } = asked; offset < note.size;) {
    progress(note.id, offset);
    const said = await send_piece(note, offset, bytes.slice(offset, offset + PIECE_BYTES), signal);
    if (said.offset === null) return refused(note, said);
    ({ offset } = said);
  }
  await let_go(note.id);
  progress(note.id, null);
  return "done";
}

/** What the server does not know was taken back, or is not ours any more: then the file goes, too. */
async function refused(note: BlobNote, { status }: Piece): Promise<End> {
  if (status === 404 && Date.now() - note.used_at > ORPHAN_MS) await let_go(note.id);
  return status === 404 || status === 401 || status === 413 ? "stopped" : "later";
}

function progress(id: string, offset: number | null): void {
  const now = new Map(sent.peek());
  if (offset === null) now.delete(id);
  else now.set(id, offset);
  sent.value = now;
}
