/** What `message.send` does to a case on this phone until the server has answered; its mutator is backend/messages. */

import type { CaseBox, OutboxItem, Own } from "../store/model.ts";
import type { Mutations } from "../wire.ts";

const STAFF = 8;

export function message_send(box: CaseBox, item: OutboxItem): CaseBox {
  const { id, thread, body } = item.args as Mutations["message.send"]["args"];
  const message = {
    id, thread, body, from_party: (box.mask & STAFF) === 0, receipt: "", written_at: item.at, received_at: item.at,
    answer_due_on: null, answered_at: null, outbox: item,
  };
  return { ...box, messages: [...box.messages.filter(one => one.id !== id), message] };
}

/** Reading goes forward only, as on the server. */
export function message_read(own: Own, item: OutboxItem): Own {
  const { thread, read_at } = item.args as Mutations["message.read"]["args"];
  const before = own.reads.find(mark => mark.thread === thread);
  if (before && before.read_at >= read_at) return own;
  return { ...own, reads: [...own.reads.filter(mark => mark.thread !== thread), { id: before?.id ?? item.id, thread, read_at }] };
}
