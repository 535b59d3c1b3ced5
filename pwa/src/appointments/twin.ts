/** What the appointment mutations do to a case on this phone until the server has answered; their mutators are in backend/appointments. */
import type { CaseBox, HeldAppointment, OutboxItem } from "../store/model.ts";
import type { Mutations } from "../wire.ts";

const STAFF = 8;
/** What each end begins with, and may alter until the other has answered. */
const OWN = { party: "requested", team: "offered" } as const;

type Args<K extends keyof Mutations> = Mutations[K]["args"];

export const appointment_request = beginning("requested");
export const appointment_offer = beginning("offered");

export function appointment_accept(box: CaseBox, item: OutboxItem): CaseBox {
  const { appointment, starts_local } = item.args as Args<"appointment.accept">;
  return change(box, item, appointment, () => ({ state: "confirmed", starts_local, asked_local: null, asked_by: null }));
}

export function appointment_ask_move(box: CaseBox, item: OutboxItem): CaseBox {
  const { appointment, starts_local } = item.args as Args<"appointment.ask_move">;
  const side = box.mask & STAFF ? "team" : "party";
  return change(box, item, appointment, one => (
    one.state === OWN[side] ? { starts_local } : { state: "move_asked", asked_local: starts_local, asked_by: side }
  ));
}

export function appointment_cancel(box: CaseBox, item: OutboxItem): CaseBox {
  const { appointment } = item.args as Args<"appointment.cancel">;
  return change(box, item, appointment, () => ({ state: "cancelled", asked_local: null, asked_by: null }));
}

export function appointment_outcome(box: CaseBox, item: OutboxItem): CaseBox {
  const { appointment, outcome } = item.args as Args<"appointment.outcome">;
  return change(box, item, appointment, () => ({ state: outcome }));
}

function beginning(state: HeldAppointment["state"]): (box: CaseBox, item: OutboxItem) => CaseBox {
  return (box, item) => {
    const { id, thread, starts_local, channel, topic, note } = item.args as Args<"appointment.request">;
    const made: HeldAppointment = {
      id, thread, starts_local, channel, topic, note: note ?? null, asked_local: null, asked_by: null, time_zone: "", minutes: 30,
      state, requested_at: item.at, outbox: item,
    };
    return { ...box, appointments: [...box.appointments.filter(one => one.id !== id), made] };
  };
}

/** What was refused or parked is only marked: nothing became of it, and the appointment is shown as it stands. */
function change(box: CaseBox, item: OutboxItem, id: string, made: (one: HeldAppointment) => Partial<HeldAppointment>): CaseBox {
  const kept = item.state === "refused" || item.state === "parked";
  return { ...box, appointments: box.appointments.map(one => (one.id === id ? { ...one, ...(kept ? {} : made(one)), outbox: item } : one)) };
}
