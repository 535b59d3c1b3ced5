/** Days and times as people say them, with the machine's form beside for tools that read the page. */
import { language } from "../i18n/language.ts";
import { say_day, say_instant, say_long_day, say_time, say_weekday, say_zone } from "../i18n/say.ts";
import { now, own_zone, today } from "./clock.ts";
import { type Day, instant_of } from "./when.ts";

/** "Tue, Nov 24", with the year when it is another year. */
export function OnDay({ day, form = "short" }: { day: Day; form?: "short" | "plain" | "long" | "weekday" }) {
  const speech = language.value;
  const text = form === "long" ? say_long_day(speech, day) : form === "weekday" ? say_weekday(speech, day) : say_day(speech, day, today.value, form === "plain");
  return <time dateTime={day.slice(0, 10)}>{text}</time>;
}

/** "9:14 AM", or with the day when it was not today. */
export function AtInstant({ at }: { at: number }) {
  return <time dateTime={new Date(at).toISOString()}>{say_instant(language.value, at, now.value)}</time>;
}

/** A wall time in its own zone; the zone is named only when this phone keeps another. */
export function AtTime({ local, zone }: { local: string; zone: string }) {
  const speech = language.value;
  const at = instant_of(local, zone);
  const named = new Date(at).getTimezoneOffset() === offset_minutes(local, at) ? "" : ` ${say_zone(speech, zone, at)}`;
  return <time dateTime={new Date(at).toISOString()} title={own_zone === zone ? undefined : zone}>{say_time(speech, local) + named}</time>;
}

function offset_minutes(local: string, at: number): number {
  return (at - Date.parse(`${local.slice(0, 16)}Z`)) / 60_000;
}
