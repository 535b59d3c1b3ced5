/** Keeping a case at hand for a visit. */
import { enqueue, session } from "../store/live.ts";

export async function pin_visit(case_id: string, pinned: boolean): Promise<void> {
  const account = session.peek()?.account_id;
  if (account) await enqueue("visit.pin", 1, account, { case: case_id, pinned });
}
