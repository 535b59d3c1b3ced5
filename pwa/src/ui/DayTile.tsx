/** A day as people know it from the wall. */
import { language } from "../i18n/language.ts";
import { say_day, say_month } from "../i18n/say.ts";
import type { Day } from "./when.ts";
import { OnDay } from "./When.tsx";

/** A day as a leaf of a wall calendar; its words are said once, in full. */
export function DayTile({ day }: { day: Day }) {
  const [weekday] = say_day(language.value, day).split(/,? /);
  return (
    <span class="day-tile">
      <span aria-hidden="true">{weekday}</span>
      <strong aria-hidden="true">{Number(day.slice(8, 10))}</strong>
      <span aria-hidden="true">{say_month(language.value, day.slice(0, 7), true)}</span>
      <span class="unseen"><OnDay day={day} form="weekday" /></span>
    </span>
  );
}
