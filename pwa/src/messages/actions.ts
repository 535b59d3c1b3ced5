/** Writing a message: it is safe on this phone before anything else happens. */
import { enqueue, session } from "../store/live.ts";

/** Stores the message durably and puts it in the line to go. Rejects when this phone cannot keep it. */
export async function send_message(scope: string, thread: string, body: string): Promise<void> {
  await enqueue("message.send", 1, scope, { id: crypto.randomUUID(), thread, body: body.trim() });
}

/** Notes how far this person has read; whoever wrote never learns of it. */
export async function mark_read(thread: string, read_at: string): Promise<void> {
  const account = session.peek()?.account_id;
  if (account) await enqueue("message.read", 1, account, { thread, read_at });
}
