/** What `notice.open` does to the person's notices until the server has answered: seen stays seen. */
import type { OutboxItem, Own } from "../store/model.ts";
import type { Mutations } from "../wire.ts";

export function notice_open(own: Own, item: OutboxItem): Own {
  const seen = new Set((item.args as Mutations["notice.open"]["args"]).notices);
  return { ...own, notices: own.notices.map(one => seen.has(one.id) && !one.opened_at ? { ...one, opened_at: item.at } : one) };
}
