/** Which times the agency offers, and how an appointment stands for the person who looks at it. `now` is always an argument. */
import type { HeldAppointment } from "../store/model.ts";
import { add_days, type Day, instant_of } from "../ui/when.ts";
import type { Appointment, BookableHours } from "../wire.ts";

export type Channel = Appointment["channel"];
export type Side = "party" | "team";

/** What has become of it: on this phone, on its way, waiting for the other end, agreed, waiting for this end, or over. */
export type Fate = "saved" | "sending" | "asked" | "move_asked" | "offered" | "unanswered" | "confirmed" | "answer" | "needs_you" | "cancelled" | "missed" | "held";

export const CHANNELS: readonly Channel[] = ["phone", "video", "in_person"];
export const TOPICS: readonly Appointment["topic"][] = ["payments", "order", "documents", "hearing", "other"];
export const NOTE_MOST = 1000;

const AHEAD_DAYS = 60;
const NOTICE_MINUTES = 120;
const DAYS_SHOWN = 10;
const NONE: ReadonlySet<string> = new Set();

/** The times of a day by this channel: the same as backend/appointments/rules.py finds, by the same vectors. */
export function times_on(hours: readonly BookableHours[], channel: Channel, day: Day): string[] {
  const weekday = new Date(`${day}T00:00Z`).getUTCDay() || 7;
  const times = hours.filter(line => line.channel === channel && line.weekday === weekday).flatMap(line => {
    const end = minutes_of(line.to_local);
    const found: string[] = [];
    for (let at = minutes_of(line.from_local); at + line.minutes <= end; at += line.minutes) found.push(`${day}T${clock(at)}`);
    return found;
  });
  return times.sort();
}

/** The next days with a time to offer, from this wall time on. */
export function bookable_days(hours: readonly BookableHours[], channel: Channel, now_local: string, taken: ReadonlySet<string> = NONE): Day[] {
  const first = now_local.slice(0, 10);
  const days: Day[] = [];
  for (let ahead = 0; ahead < AHEAD_DAYS && days.length < DAYS_SHOWN; ahead += 1) {
    const day = add_days(first, ahead);
    if (times_left(hours, channel, day, now_local, taken).length > 0) days.push(day);
  }
  return days;
}

/** Those of a day's times that are not too soon, nor known to be taken. Whether they are free only the agency knows. */
export function times_left(hours: readonly BookableHours[], channel: Channel, day: Day, now_local: string, taken: ReadonlySet<string> = NONE): string[] {
  const soonest = new Date(Date.parse(`${now_local}Z`) + NOTICE_MINUTES * 60_000).toISOString().slice(0, 16);
  return times_on(hours, channel, day).filter(at => at >= soonest && !taken.has(at));
}

/** The times that a worker's own cases have taken already, as far as this device knows. */
export function times_taken(items: readonly { appointments: readonly Pick<Appointment, "asked_local" | "starts_local">[] }[]): Set<string> {
  return new Set(items.flatMap(item => item.appointments.flatMap(one => [one.starts_local, on_the_table(one)])));
}

export function channels_of(hours: readonly BookableHours[]): Channel[] {
  return CHANNELS.filter(channel => hours.some(line => line.channel === channel));
}

/** The time that people talk about: the one asked for, else the one that stands. */
export function on_the_table(one: Pick<Appointment, "asked_local" | "starts_local">): string {
  return one.asked_local ?? one.starts_local;
}

/** How it stands for this end. What is on this phone is never called asked or confirmed. */
export function fate(one: HeldAppointment, side: Side): Fate {
  const waiting = one.outbox?.state;
  if (waiting === "saved" || waiting === "sending") return waiting;
  if (waiting === "refused" || waiting === "parked") return "needs_you";
  if (one.state === "requested") return side === "party" ? "asked" : "answer";
  if (one.state === "offered") return side === "party" ? "offered" : "unanswered";
  if (one.state === "move_asked") return one.asked_by === side ? "move_asked" : "answer";
  return one.state;
}

/** May this end agree to the time on the table? */
export function may_accept(one: Pick<Appointment, "state" | "asked_by">, side: Side): boolean {
  return one.state === "move_asked" ? one.asked_by !== side : one.state === (side === "team" ? "requested" : "offered");
}

/** Was it agreed to, and has its time come? Then the team says how it went. */
export function to_tell(one: Pick<Appointment, "state" | "starts_local" | "time_zone">, now: number): boolean {
  return one.state === "confirmed" && !!one.time_zone && instant_of(one.starts_local, one.time_zone) <= now;
}

export function is_open({ state }: Pick<Appointment, "state">): boolean {
  return state === "offered" || state === "requested" || state === "confirmed" || state === "move_asked";
}

function minutes_of(clock_time: string): number {
  return Number(clock_time.slice(0, 2)) * 60 + Number(clock_time.slice(3, 5));
}

function clock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}
