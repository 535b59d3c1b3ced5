/** What the engine has to know of the nouns: how a case becomes a list item, and the twin of every mutator in backend/registry.py. */

import { appointment_accept, appointment_ask_move, appointment_cancel, appointment_offer, appointment_outcome, appointment_request } from "./appointments/twin.ts";
import { list_item } from "./cases/rules.ts";
import { document_ask, document_cancel_ask, document_change, document_offer } from "./documents/twin.ts";
import { message_read, message_send } from "./messages/twin.ts";
import { contact_change, contact_take_up } from "./contacts/twin.ts";
import { note_add, note_edit } from "./notes/twin.ts";
import { notice_open } from "./notices/twin.ts";
import { preference_set } from "./preferences/twin.ts";
import { visit_pin } from "./visits/twin.ts";
import type { Registry } from "./sync/registry.ts";

export const REGISTRY: Registry = {
  summarize: list_item,
  twins: {
    "message.send": message_send,
    "appointment.request": appointment_request,
    "appointment.offer": appointment_offer,
    "appointment.accept": appointment_accept,
    "appointment.ask_move": appointment_ask_move,
    "appointment.cancel": appointment_cancel,
    "appointment.outcome": appointment_outcome,
    "document.offer": document_offer,
    "document.ask": document_ask,
    "document.cancel_ask": document_cancel_ask,
    "document.withdraw": document_change,
    "document.accept": document_change,
    "document.send_back": document_change,
    "contact.change": contact_change,
    "contact.take_up": contact_take_up,
    "note.add": note_add,
    "note.edit": note_edit,
  },
  own_twins: { "message.read": message_read, "visit.pin": visit_pin, "preference.set": preference_set, "notice.open": notice_open },
  quiet: new Set(["message.read", "visit.pin", "preference.set", "notice.open"]),
};
