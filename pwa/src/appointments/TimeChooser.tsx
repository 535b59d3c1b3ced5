/** A day, then a time of that day. Works with no network: the agency's hours are on this phone; what is free the agency says later. */
import { useState } from "preact/hooks";
import { language, more } from "../i18n/language.ts";
import { say_day, say_time } from "../i18n/say.ts";
import { agency, hours } from "../store/live.ts";
import { now, own_zone, today } from "../ui/clock.ts";
import { wall } from "../ui/when.ts";
import { bookable_days, type Channel, times_left } from "./rules.ts";

interface TimeChooserProps {
  channel: Channel;
  value: string;
  /** What is known not to be free. */
  taken?: ReadonlySet<string> | undefined;
  onChange: (starts_local: string) => void;
}

export function TimeChooser({ channel, value, taken, onChange }: TimeChooserProps) {
  const { appointments: say } = more();
  const here = wall(agency.value?.time_zone ?? own_zone, now.value);
  const days = bookable_days(hours.value, channel, here, taken);
  const [chosen, choose] = useState(value.slice(0, 10));
  const day = days.includes(chosen) ? chosen : days[0];
  if (!day) return <p>{say.no_times} {agency.value?.phone}</p>;
  return (
    <>
      <Chips legend={say.day} name="day" options={days.map(one => ({ value: one, label: say_day(language.value, one, today.value) }))} value={day} onChange={choose} />
      <Chips legend={say.time} name="time" options={times_left(hours.value, channel, day, here, taken).map(one => ({ value: one, label: say_time(language.value, one) }))}
        value={value} onChange={onChange} />
    </>
  );
}

interface ChipsProps {
  legend: string;
  name: string;
  value: string;
  options: readonly { value: string; label: string }[];
  onChange: (value: string) => void;
}

/** A few short choices beside each other; the chosen one is pressed. */
function Chips({ legend, name, value, options, onChange }: ChipsProps) {
  return (
    <fieldset class="section">
      <legend class="legend">{legend}</legend>
      <div class="filters" data-choose={name}>
        {options.map(one => <button key={one.value} type="button" class="filter" value={one.value} aria-pressed={one.value === value} onClick={() => { onChange(one.value); }}>{one.label}</button>)}
      </div>
    </fieldset>
  );
}
