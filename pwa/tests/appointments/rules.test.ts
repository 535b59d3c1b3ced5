import { expect, test } from "vitest";
import vectors from "../../../tests/vectors/appointments.json";
import { bookable_days, type Channel, channels_of, fate, may_accept, times_left, times_on, times_taken, to_tell } from "../../src/appointments/rules.ts";
import { appointment_accept, appointment_ask_move, appointment_cancel, appointment_offer, appointment_outcome, appointment_request } from "../../src/appointments/twin.ts";
import { list_item } from "../../src/cases/rules.ts";
import type { HeldAppointment, OutboxItem, OutboxState } from "../../src/store/model.ts";
import type { BookableHours } from "../../src/wire.ts";
import { make_case, MASKS, ZONE } from "../make_case.ts";

const HOURS = vectors.hours as BookableHours[];
const NINE = "2026-11-24T09:00";
const TEN = "2026-11-24T10:00";

const make = (changes: Partial<HeldAppointment> = {}): HeldAppointment => ({
  id: "a", thread: "cp", starts_local: NINE, asked_local: null, asked_by: null, time_zone: ZONE, minutes: 30, channel: "phone", topic: "payments",
  note: null, state: "requested", requested_at: "2026-11-20T15:00:00Z", ...changes,
});
const item = (name: string, args: object, state: OutboxState = "saved"): OutboxItem => ({ n: 1, id: "o", name, v: 1, scope: "scope", args, at: "2026-11-21T10:00:00Z", state });

test("the phone offers the same times as the server", () => {
  for (const { channel, day, times } of vectors.cases) expect(times_on(HOURS, channel as Channel, day)).toEqual(times);
});

test("a day is offered while it has a time that is not too soon", () => {
  expect(times_left(HOURS, "phone", "2026-03-02", "2026-03-02T08:00")).toEqual(["2026-03-02T10:00", "2026-03-02T13:00"]);
  expect(bookable_days(HOURS, "phone", "2026-03-02T12:00").slice(0, 2)).toEqual(["2026-03-09", "2026-03-16"]);
  expect(channels_of(HOURS)).toEqual(["phone", "video"]);
});

test("what is on this phone is never called asked or confirmed", () => {
  const out = (state: OutboxState) => item("appointment.request", {}, state);
  expect((["saved", "sending", "refused", "parked", "done"] as const).map(state => fate(make({ outbox: out(state) }), "party"))).toEqual(["saved", "sending", "needs_you", "needs_you", "asked"]);
});

test("whoever was asked is the one who has to answer", () => {
  const moved = make({ state: "move_asked", asked_local: TEN, asked_by: "team" });
  expect([fate(moved, "party"), fate(moved, "team")]).toEqual(["answer", "move_asked"]);
  expect([may_accept(moved, "party"), may_accept(moved, "team")]).toEqual([true, false]);
  expect([may_accept(make(), "party"), may_accept(make(), "team"), may_accept(make({ state: "cancelled" }), "team")]).toEqual([false, true, false]);
});

test("a request is there at once, and once only", () => {
  const asked = item("appointment.request", { id: "new", thread: "cp", starts_local: NINE, channel: "phone", topic: "order" });
  const box = appointment_request(appointment_request(make_case(), asked), asked);
  expect(box.appointments.map(one => [one.id, one.state, one.outbox?.state])).toEqual([["new", "requested", "saved"]]);
});

test("an offer waits for the parent, and moves with the team as long as nobody has answered", () => {
  const made = item("appointment.offer", { id: "new", thread: "cp", starts_local: NINE, channel: "phone", topic: "order" });
  const box = appointment_offer(make_case({ mask: MASKS.staff }), made);
  expect(box.appointments.map(one => [one.id, one.state, fate(one, "team")])).toEqual([["new", "offered", "saved"]]);
  const one = make({ state: "offered" });
  expect([fate(one, "party"), fate(one, "team"), may_accept(one, "party"), may_accept(one, "team")]).toEqual(["offered", "unanswered", true, false]);
  const stands = make_case({ appointments: [one] });
  const moved = item("appointment.ask_move", { appointment: "a", seen_local: NINE, starts_local: TEN });
  expect(appointment_ask_move({ ...stands, mask: MASKS.staff }, moved).appointments[0]).toMatchObject({ state: "offered", starts_local: TEN });
  expect(appointment_ask_move(stands, moved).appointments[0]).toMatchObject({ state: "move_asked", starts_local: NINE, asked_by: "party" });
});

test("what a worker's own cases have taken is not offered again", () => {
  const taken = times_taken([{ appointments: [make({ starts_local: "2026-03-02T10:00", asked_local: "2026-03-02T13:00" })] }]);
  expect(times_left(HOURS, "phone", "2026-03-02", "2026-03-02T08:00", taken)).toEqual([]);
  expect(bookable_days(HOURS, "phone", "2026-03-02T08:00", taken)[0]).toBe("2026-03-09");
});

test("agreeing, moving and calling off show at once", () => {
  const box = make_case({ appointments: [make({ state: "confirmed" })] });
  const first = (seen: typeof box) => seen.appointments[0];
  expect(first(appointment_cancel(box, item("appointment.cancel", { appointment: "a", seen_local: NINE })))?.state).toBe("cancelled");
  const moved = appointment_ask_move(box, item("appointment.ask_move", { appointment: "a", seen_local: NINE, starts_local: TEN }));
  expect(first(moved)).toMatchObject({ state: "move_asked", starts_local: NINE, asked_local: TEN, asked_by: "party" });
  const agreed = appointment_accept({ ...moved, mask: MASKS.staff }, item("appointment.accept", { appointment: "a", starts_local: TEN }));
  expect(first(agreed)).toMatchObject({ state: "confirmed", starts_local: TEN, asked_local: null });
});

test("what was refused changes nothing and is marked", () => {
  const box = make_case({ appointments: [make({ state: "confirmed" })] });
  const [one] = appointment_cancel(box, item("appointment.cancel", { appointment: "a", seen_local: NINE }, "refused")).appointments;
  expect([one?.state, one && fate(one, "party")]).toEqual(["confirmed", "needs_you"]);
});

test("the list knows the appointments that are open", () => {
  const box = make_case({ mask: MASKS.staff, appointments: [make({ id: "open" }), make({ id: "over", state: "cancelled" })] });
  expect(list_item(box).appointments.map(one => [one.id, one.name])).toEqual([["open", "Maya Núñez"]]);
});

test("the team is asked how an appointment went from the moment it began, and only of one that was agreed to", () => {
  const began = Date.parse("2026-11-24T14:00:00Z");
  const told = (changes: Partial<HeldAppointment>, at: number) => to_tell(make({ state: "confirmed", time_zone: ZONE, ...changes }), at);
  expect([told({}, began - 1), told({}, began), told({ state: "requested" }, began), told({ state: "missed" }, began)]).toEqual([false, true, false, false]);
});

test("what the team says of an appointment shows at once, and what was refused is only marked", () => {
  const box = make_case({ mask: MASKS.staff, appointments: [make({ state: "confirmed" })] });
  const said: OutboxItem = {
    n: 1, id: "m", name: "appointment.outcome", v: 1, scope: "scope", at: NINE, state: "saved", args: { appointment: "a", seen_local: NINE, outcome: "missed" },
  };
  expect(appointment_outcome(box, said).appointments).toMatchObject([{ state: "missed" }]);
  expect(appointment_outcome(box, { ...said, state: "refused" }).appointments).toMatchObject([{ state: "confirmed", outbox: { state: "refused" } }]);
});
