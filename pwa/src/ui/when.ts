/** Civil days, months and wall times. Nothing here asks the clock: `now` is always an argument. */

/** A civil date, `YYYY-MM-DD`. */
export type Day = string;
/** A civil month, `YYYY-MM`. */
export type Month = string;

const DAY_MS = 86_400_000;
const zones = new Map<string, Intl.DateTimeFormat>();

/** The civil date that a clock in this zone shows at this instant. */
export function day_in(zone: string, now: number): Day {
  return wall(zone, now).slice(0, 10);
}

/** The wall time `YYYY-MM-DDTHH:MM` in a zone at an instant. */
export function wall(zone: string, now: number): string {
  const parts = zone_format(zone).formatToParts(now);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find(found => found.type === type)?.value ?? "00";
  return `${part("year")}-${part("month")}-${part("day")}T${part("hour")}:${part("minute")}`;
}

/**
 * The instant at which clocks in this zone show this wall time. A time that a spring change skips is read with
 * the offset of the day before; one that autumn doubles is the first of the two.
 */
export function instant_of(local: string, zone: string): number {
  const as_if_utc = Date.parse(`${local.slice(0, 16)}:00Z`);
  const offset = (at: number) => Date.parse(`${wall(zone, at)}:00Z`) - at;
  const before = as_if_utc - offset(as_if_utc - DAY_MS);
  return wall(zone, before) === local.slice(0, 16) ? before : as_if_utc - offset(before);
}

export function add_days(day: Day, days: number): Day {
  return new Date(Date.parse(`${day}T00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** How many days lie from one date to another; negative when the second is earlier. */
export function days_between(from: Day, to: Day): number {
  return Math.round((Date.parse(`${to}T00:00Z`) - Date.parse(`${from}T00:00Z`)) / DAY_MS);
}

export function month_of(day: Day): Month {
  return day.slice(0, 7);
}

export function add_months(month: Month, months: number): Month {
  const count = Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1 + months;
  return `${String(Math.floor(count / 12)).padStart(4, "0")}-${String((count % 12) + 1).padStart(2, "0")}`;
}

function zone_format(zone: string): Intl.DateTimeFormat {
  let format = zones.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
    });
    zones.set(zone, format);
  }
  return format;
}
