/** Seeing notices, and choosing how one is told. */
import { enqueue, own, session } from "../store/live.ts";
import type { Preference } from "../wire.ts";
import { unopened } from "./rules.ts";

const MOST = 200;

/** The person has seen these. The number on the app's icon follows. */
export async function open_notices(ids: readonly string[]): Promise<void> {
  const account = session.peek()?.account_id;
  if (account && ids.length > 0) await enqueue("notice.open", 1, account, { notices: ids.slice(0, MOST) });
  const left = unopened(own.peek().notices).filter(one => !ids.includes(one.id)).length;
  await (left > 0 ? navigator.setAppBadge?.(left) : navigator.clearAppBadge?.())?.catch(() => undefined);
}

export async function choose(name: Preference["name"], value: string): Promise<void> {
  const account = session.peek()?.account_id;
  if (account) await enqueue("preference.set", 1, account, { name, value });
}

/** What stands chosen, or what counts for everybody. */
export function chosen(name: Preference["name"], otherwise: string): string {
  return own.value.preferences.findLast(one => one.name === name)?.value ?? otherwise;
}
