/** Hearings in order, by day, and as an entry for the phone's own calendar. */
import { type Day, instant_of } from "../ui/when.ts";
import type { Hearing } from "../wire.ts";

type Timed = Pick<Hearing, "starts_local" | "time_zone" | "minutes">;

export interface DayOf<T> {
  day: Day;
  items: T[];
}

const MINUTE_MS = 60_000;
const ALARM_DAYS = [7, 3, 1];
const FOLD_AT = 73;

export function ends_at(hearing: Timed): number {
  return instant_of(hearing.starts_local, hearing.time_zone) + hearing.minutes * MINUTE_MS;
}

/** Those not over yet, the soonest first; and those behind us, the latest first. */
export function split_by_time<T extends Timed>(hearings: readonly T[], now: number): { coming: T[]; past: T[] } {
  const ordered = [...hearings].sort((one, other) => ends_at(one) - ends_at(other));
  return {
    coming: ordered.filter(one => ends_at(one) > now),
    past: ordered.filter(one => ends_at(one) <= now).reverse(),
  };
}

/** Hearings under the day they begin, in the order given. */
export function by_day<T extends Pick<Hearing, "starts_local">>(hearings: readonly T[]): DayOf<T>[] {
  const days: DayOf<T>[] = [];
  for (const one of hearings) {
    const day = one.starts_local.slice(0, 10);
    const last = days.at(-1);
    if (last?.day === day) last.items.push(one);
    else days.push({ day, items: [one] });
  }
  return days;
}

/**
 * A hearing as an iCalendar file (RFC 5545). The title says nothing of what it is about, since calendars show on
 * lock screens and shared tablets; the court's name is left out for the same reason. The UID is the hearing's own, and the
 * sequence grows with time, so that adding it again moves the entry instead of doubling it.
 */
export function calendar_file(hearing: Hearing & { id: string }, words: { title: string; note: string }, now: number): string {
  const start = instant_of(hearing.starts_local, hearing.time_zone);
  const place = hearing.remote ? [] : [`LOCATION:${escape(hearing.address ?? "")}`].filter(line => line !== "LOCATION:");
  const lines = [
    "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Porchlight//EN", "METHOD:PUBLISH",
    "BEGIN:VEVENT", `UID:${hearing.id}@porchlight`, `DTSTAMP:${stamp(now)}`, `SEQUENCE:${Math.floor(now / MINUTE_MS)}`,
    `DTSTART:${stamp(start)}`, `DTEND:${stamp(ends_at(hearing))}`,
    `SUMMARY:${escape(words.title)}`, `DESCRIPTION:${escape(words.note)}`, ...place,
    `STATUS:${hearing.status === "cancelled" ? "CANCELLED" : "CONFIRMED"}`, "CLASS:PRIVATE",
    ...ALARM_DAYS.flatMap(days => ["BEGIN:VALARM", "ACTION:DISPLAY", `DESCRIPTION:${escape(words.title)}`, `TRIGGER:-P${days}D`, "END:VALARM"]),
    "END:VEVENT", "END:VCALENDAR",
  ];
  return lines.map(fold_line).join("\r\n") + "\r\n";
}

function stamp(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
}

function escape(text: string): string {
  return text.replace(/[\\;,]/g, "\\$&").replace(/\r?\n/g, "\\n");
}

/** A line may hold 75 bytes; longer ones go on after a line break and a space. */
function fold_line(line: string): string {
  const encoder = new TextEncoder();
  let folded = "";
  let width = 0;
  for (const letter of line) {
    const bytes = encoder.encode(letter).length;
    if (width + bytes > FOLD_AT) {
      folded += "\r\n ";
      width = 1;
    }
    folded += letter;
    width += bytes;
  }
  return folded;
}
