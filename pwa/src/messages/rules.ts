/** Threads, the reply clock and what has become of each message. */
import type { CaseListItem } from "../cases/rules.ts";
import type { ThreadGlance } from "../cases/glance.ts";
import type { HeldMessage } from "../store/model.ts";
import type { Day } from "../ui/when.ts";
import type { ReadMark } from "../wire.ts";

/** What has become of a message: on this phone, on its way, with the agency, answered, or in need of its writer. */
export type MessageState = "saved" | "sending" | "received" | "answered" | "needs_you";

export interface ThreadLine {
  message: HeldMessage;
  state: MessageState;
  /** True for the first message of a day. */
  opens_day: boolean;
}

export interface Clock {
  due_on: Day;
  overdue: boolean;
  waiting: number;
}

export interface InboxRow {
  item: CaseListItem;
  thread: ThreadGlance;
}

export const BODY_MOST = 4000;

/** One thread in order: what the agency holds by the time it arrived, then what is still on this phone in the order written. */
export function thread_lines(messages: readonly HeldMessage[], thread: string): ThreadLine[] {
  const mine = messages.filter(one => one.thread === thread);
  const held = mine.filter(one => !one.outbox).sort((one, other) => (one.received_at < other.received_at ? -1 : 1));
  const waiting = mine.filter(one => one.outbox).sort((one, other) => (one.outbox?.n ?? 0) - (other.outbox?.n ?? 0));
  let day = "";
  return [...held, ...waiting].map(message => {
    const own = written_on(message);
    const opens_day = own !== day;
    day = own;
    return { message, state: message_state(message), opens_day };
  });
}

export function message_state(message: HeldMessage): MessageState {
  if (message.outbox) {
    const { state } = message.outbox;
    return state === "sending" || state === "saved" ? state : state === "done" ? "received" : "needs_you";
  }
  return message.answered_at ? "answered" : "received";
}

/** When a thread's next answer is due; null when no message waits for one. */
export function reply_clock(messages: readonly HeldMessage[], thread: string, today: Day): Clock | null {
  const waiting = messages.filter(one => one.thread === thread && one.from_party && !one.outbox && !one.answered_at && one.answer_due_on);
  const due_on = waiting.map(one => one.answer_due_on ?? "").sort()[0];
  return due_on ? { due_on, overdue: due_on < today, waiting: waiting.length } : null;
}

/** Every thread of every case, those that wait for an answer first and by their due day, then the latest. */
export function inbox(items: readonly CaseListItem[]): InboxRow[] {
  const rows = items.flatMap(item => item.threads.map(thread => ({ item, thread })));
  return rows.sort((one, other) => {
    const due = (one.thread.due_on ?? "9999").localeCompare(other.thread.due_on ?? "9999");
    return due || other.thread.last_at.localeCompare(one.thread.last_at);
  });
}

/** May this text be sent? Spaces alone are not a message. */
export function may_send(text: string): boolean {
  const length = text.trim().length;
  return length > 0 && length <= BODY_MOST;
}

/** The civil day, in the phone's own zone, under which a message stands. */
function written_on(message: HeldMessage): Day {
  const at = new Date(message.outbox ? message.outbox.at : message.received_at);
  return `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, "0")}-${String(at.getDate()).padStart(2, "0")}`;
}

/** Has the other end written since this person last read? The last word being one's own, all before it was read. */
export function is_unread(thread: Pick<ThreadGlance, "thread" | "last_at" | "last_from_party">, staff: boolean, reads: readonly ReadMark[]): boolean {
  if (thread.last_from_party !== staff) return false;
  return thread.last_at > (reads.find(mark => mark.thread === thread.thread)?.read_at ?? "");
}

/** How many conversations have something new. */
export function unread(items: readonly CaseListItem[], reads: readonly ReadMark[]): number {
  return items.reduce((sum, item) => sum + item.threads.filter(thread => is_unread(thread, item.part === "staff", reads)).length, 0);
}

/** When the last word of the other end came; null when there is none. */
export function last_heard(messages: readonly HeldMessage[], thread: string, staff: boolean): string | null {
  const heard = messages.filter(one => one.thread === thread && !one.outbox && one.from_party === staff).map(one => one.received_at);
  return heard.sort().at(-1) ?? null;
}
