/** What is being written and not sent: kept while the app is open, so that looking something up loses nothing. */
import { signal } from "@preact/signals";

const drafts = signal<ReadonlyMap<string, string>>(new Map());

/** The text begun in this thread; a screen that shows it follows it. */
export function draft_of(thread: string): string {
  return drafts.value.get(thread) ?? "";
}

export function keep_draft(thread: string, text: string): void {
  const kept = new Map(drafts.peek());
  if (text) kept.set(thread, text);
  else kept.delete(thread);
  drafts.value = kept;
}
