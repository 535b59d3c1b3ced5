/** How a language writes numbers, days and times. Formats are made once: making one costs more than using it. */
import type { Day, Month } from "../ui/when.ts";
import type { Language } from "./language.ts";

const TAGS: Record<Language, string> = { en: "en-US", es: "es-US" };
const dates = new Map<string, Intl.DateTimeFormat>();

/** "Tue, Nov 24"; with the year when it is not this one, if `today` is given; `plain` leaves the weekday out. */
export function say_day(language: Language, day: Day, today?: Day, plain = false): string {
  const far = today !== undefined && day.slice(0, 4) !== today.slice(0, 4);
  return say_date(language, day, { weekday: far || plain ? undefined : "short", month: "short", day: "numeric", year: far ? "numeric" : undefined });
}

/** A day inside a sentence: "Tue, Nov 24"; in Spanish "martes 24 de noviembre", for "mar" alone is the sea. */
export function say_day_in_words(language: Language, day: Day, today: Day): string {
  if (language === "en") return say_day(language, day, today);
  return day.slice(0, 4) === today.slice(0, 4) ? say_weekday(language, day) : say_long_day(language, day);
}

/** "November 24, 2026" */
export function say_long_day(language: Language, day: Day): string {
  return say_date(language, day, { month: "long", day: "numeric", year: "numeric" });
}

/** "Tuesday, November 24" */
export function say_weekday(language: Language, day: Day): string {
  return say_date(language, day, { weekday: "long", month: "long", day: "numeric" });
}

/** "9:30 AM", from a wall time `YYYY-MM-DDTHH:MM`. */
export function say_time(language: Language, local: string): string {
  return unbroken(date_format(language, { hour: "numeric", minute: "2-digit" }).format(Date.parse(`${local.slice(0, 16)}Z`)));
}

/** "November 2026", or "Nov" when short. */
export function say_month(language: Language, month: Month, short = false): string {
  const shape: Intl.DateTimeFormatOptions = short ? { month: "short" } : { month: "long", year: "numeric" };
  return date_format(language, shape).format(Date.parse(`${month}-01T00:00Z`));
}

/** The short name of a zone at a wall time, as "EST"; only for people who are in another zone. */
export function say_zone(language: Language, zone: string, at: number): string {
  const parts = new Intl.DateTimeFormat(TAGS[language], { timeZone: zone, timeZoneName: "short" }).formatToParts(at);
  return parts.find(part => part.type === "timeZoneName")?.value ?? zone;
}

/** An instant in the phone's own zone: "9:14 AM" today, "Nov 20, 9:14 AM" on other days. */
export function say_instant(language: Language, at: number, now: number): string {
  const same = new Date(at).toDateString() === new Date(now).toDateString();
  const shape: Intl.DateTimeFormatOptions = same
    ? { hour: "numeric", minute: "2-digit" }
    : { month: "short", day: "numeric", hour: "numeric", minute: "2-digit" };
  return unbroken(whole(language, new Intl.DateTimeFormat(TAGS[language], shape).format(at)));
}

/** Keeps "PM" on the line of its hour. */
function unbroken(text: string): string {
  return text.replace(/ (?=[AaPp]\.?\s?[Mm])/g, "\u00a0").replace(/(?<=[ap]\.) (?=m\.)/g, "\u00a0");
}

function say_date(language: Language, day: Day, shape: Intl.DateTimeFormatOptions): string {
  return whole(language, date_format(language, shape).format(Date.parse(`${day.slice(0, 10)}T00:00Z`)));
}

/** Spanish has no comma after a weekday, and a "de" on both sides of a month: "mar 24 de nov", "5 de ene de 2027". */
function whole(language: Language, text: string): string {
  if (language !== "es") return text;
  return text.replace(/^(\p{L}+), /u, "$1 ").replace(/(\d) (?=\p{L}{3})/u, "$1 de ").replace(/(\p{L}{3}) (?=\d{4})/u, "$1 de ");
}

function date_format(language: Language, shape: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language + JSON.stringify(shape);
  let format = dates.get(key);
  if (!format) dates.set(key, (format = new Intl.DateTimeFormat(TAGS[language], { ...shape, timeZone: "UTC" })));
  return format;
}
