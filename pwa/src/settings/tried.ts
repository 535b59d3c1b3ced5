/** What a change that did not go through was, in words, and how it is tried again as things stand now. */
import { fill } from "../i18n/fill.ts";
import { say_code } from "../i18n/codes.ts";
import { language, more, words } from "../i18n/language.ts";
import { say_day, say_time } from "../i18n/say.ts";
import { accept_time, ask_other_time, begin_again, call_off } from "../appointments/actions.ts";
import { change_contact, take_up } from "../contacts/actions.ts";
import { ask_document, cancel_ask, offer_again } from "../documents/actions.ts";
import { add_note, edit_note } from "../notes/actions.ts";
import { send_message } from "../messages/actions.ts";
import { discard, session } from "../store/live.ts";
import type { CaseBox, OutboxItem } from "../store/model.ts";
import type { Mutations } from "../wire.ts";

type Args<K extends keyof Mutations> = Mutations[K]["args"];
type Box = CaseBox | null | undefined;

export function title_of(item: OutboxItem): string {
  const { attention: say } = more();
  if (item.name === "message.send") return session.value?.role === "parent" ? say.message : say.message_staff;
  if (item.name === "document.ask" || item.name === "document.cancel_ask") return say.ask;
  if (item.name === "appointment.offer") return say.offer;
  if (item.name.startsWith("document.")) return say.document;
  if (item.name.startsWith("note.")) return say.note;
  if (item.name.startsWith("contact.")) return say.contact;
  return item.name.startsWith("appointment.") ? say.appointment : say.other;
}

/** What the person wrote or wished for. Empty where there is nothing to repeat. */
export function in_words(item: OutboxItem, box: Box): string {
  const { attention: { tried }, appointments, contact } = more();
  const { paper } = words().codes;
  if (item.name === "document.offer") {
    const { kind, note } = item.args as Args<"document.offer">;
    return [paper[kind], note].filter(Boolean).join(". ");
  }
  if (item.name === "document.ask") {
    const { kind, by_on, why } = item.args as Args<"document.ask">;
    return fill(tried.ask, { what: paper[kind], day: say_day(language.value, by_on), why });
  }
  if (item.name === "message.send") return (item.args as Args<"message.send">).body;
  if (item.name === "contact.change") {
    const { field, now } = item.args as Args<"contact.change">;
    return fill(tried.contact, { field: contact.field[field], value: now ?? contact.nothing });
  }
  if (item.name === "note.add" || item.name === "note.edit") return (item.args as Args<"note.add">).body;
  if (item.name === "appointment.request" || item.name === "appointment.offer") {
    const { starts_local, channel, topic, note } = item.args as Args<"appointment.request">;
    const wish = fill(item.name === "appointment.offer" ? tried.offer : tried.request, { when: said(starts_local), how: appointments.channel[channel], topic: say_code(appointments.topic, topic) });
    return [wish, note].filter(Boolean).join(" ");
  }
  if (item.name === "appointment.accept") return fill(tried.accept, { when: said((item.args as Args<"appointment.accept">).starts_local) });
  if (item.name === "appointment.cancel") return fill(tried.cancel, { when: said((item.args as Args<"appointment.cancel">).seen_local) });
  if (item.name !== "appointment.ask_move") return "";
  const { appointment, seen_local, starts_local } = item.args as Args<"appointment.ask_move">;
  const stands = box?.appointments.find(one => one.id === appointment)?.starts_local ?? seen_local;
  return fill(tried.ask_move, { was: said(stands), when: said(starts_local) });
}

/** A time that is gone is gone: there the free ones are offered instead. What changed meanwhile is to be looked at first. */
export function can_again(item: OutboxItem): boolean {
  return item.name in AGAIN && !SAME_AGAIN.has(item.code ?? "");
}

/** The same wish under a new number, on the present state; only when it is safe on this phone does the old one go. */
export async function again(item: OutboxItem): Promise<void> {
  await AGAIN[item.name]?.(item.scope ?? "", item.args, item);
  await discard(item.id);
}

/** The same would be refused again. */
const SAME_AGAIN = new Set(["slot_taken", "appointment_changed", "appointment_together", "contact_changed", "document_day", "unfit", "document_heic", "document_kind", "document_size", "document_pages"]);

const AGAIN: Record<string, (scope: string, args: unknown, item: OutboxItem) => Promise<void>> = {
  "message.send": (scope, args) => {
    const { thread, body } = args as Args<"message.send">;
    return send_message(scope, thread, body);
  },
  "document.offer": (scope, args) => offer_again(scope, args as Args<"document.offer">),
  "contact.change": (scope, args) => {
    const { thread, field, was, now } = args as Args<"contact.change">;
    return change_contact(scope, { thread, field, was, now });
  },
  "contact.take_up": (scope, args) => take_up(scope, (args as Args<"contact.take_up">).change),
  "note.add": (scope, args) => add_note(scope, (args as Args<"note.add">).body),
  "note.edit": (scope, args) => {
    const { note, base, body } = args as Args<"note.edit">;
    return edit_note(scope, { id: note, beside: null, version: base }, body);
  },
  "document.ask": (scope, args) => {
    const { thread, kind, by_on, why } = args as Args<"document.ask">;
    return ask_document(scope, { thread, kind, by_on, why });
  },
  "document.cancel_ask": (scope, args) => cancel_ask(scope, (args as Args<"document.cancel_ask">).request),
  "appointment.request": (_scope, _args, item) => begin_again(item),
  "appointment.offer": (_scope, _args, item) => begin_again(item),
  "appointment.accept": (scope, args) => {
    const { appointment, starts_local } = args as Args<"appointment.accept">;
    return accept_time(scope, appointment, starts_local);
  },
  "appointment.ask_move": (scope, args) => {
    const { appointment, seen_local, starts_local } = args as Args<"appointment.ask_move">;
    return ask_other_time(scope, appointment, seen_local, starts_local);
  },
  "appointment.cancel": (scope, args) => {
    const { appointment, seen_local } = args as Args<"appointment.cancel">;
    return call_off(scope, appointment, seen_local);
  },
};

function said(local: string): string {
  return `${say_day(language.value, local.slice(0, 10))}, ${say_time(language.value, local)}`;
}
