/** What is being written and not sent: kept while the app is open, so that looking something up loses nothing. */
const drafts = new Map<string, string>();

export function draft_of(thread: string): string {
  return drafts.get(thread) ?? "";
}

export function keep_draft(thread: string, text: string): void {
  if (text) drafts.set(thread, text);
  else drafts.delete(thread);
}
