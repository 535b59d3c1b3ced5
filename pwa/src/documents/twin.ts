/** What the document mutations do to a case on this phone until the server has answered; their mutators are in backend/documents. */
import type { CaseBox, HeldDocument, HeldRequest, OutboxItem } from "../store/model.ts";
import type { Mutations } from "../wire.ts";

export function document_offer(box: CaseBox, item: OutboxItem): CaseBox {
  const { id, thread, kind, note, files, request } = item.args as Mutations["document.offer"]["args"];
  const made: HeldDocument = {
    id, thread, kind, note: note ?? null, files: files.length, bytes: 0, pages: files.length, arrived: 0, state: "offered",
    reason: null, said: null, received_at: item.at, decided_at: null, request: request ?? null, outbox: item,
  };
  return { ...box, documents: [...box.documents.filter(one => one.id !== id), made] };
}

export function document_change(box: CaseBox, item: OutboxItem): CaseBox {
  const { document, reason, said } = item.args as Mutations["document.send_back"]["args"];
  const kept = item.state === "refused" || item.state === "parked";
  const become = ({ "document.accept": "accepted", "document.send_back": "sent_back" } as const)[item.name as "document.accept"];
  const documents = box.documents.filter(one => kept || become || one.id !== document);
  const change: Partial<HeldDocument> = kept || !become ? {} : { state: become, reason: reason ?? null, said: said ?? null };
  return { ...box, documents: documents.map(one => (one.id === document ? { ...one, ...change, outbox: item } : one)) };
}

export function document_ask(box: CaseBox, item: OutboxItem): CaseBox {
  const { id, thread, kind, by_on, why } = item.args as Mutations["document.ask"]["args"];
  const made: HeldRequest = { id, thread, kind, by_on, why, state: "open", asked_at: item.at, outbox: item };
  return { ...box, document_requests: [...box.document_requests.filter(one => one.id !== id), made] };
}

export function document_cancel_ask(box: CaseBox, item: OutboxItem): CaseBox {
  const { request } = item.args as Mutations["document.cancel_ask"]["args"];
  const change: Partial<HeldRequest> = item.state === "refused" || item.state === "parked" ? {} : { state: "cancelled" };
  return { ...box, document_requests: box.document_requests.map(one => (one.id === request ? { ...one, ...change, outbox: item } : one)) };
}
