/** What waits for a worker: appointments that parents ask for, or ask to move, the soonest first. */
import type { AppointmentGlance, CaseListItem } from "../cases/glance.ts";
import { more, words } from "../i18n/language.ts";
import { cases } from "../store/live.ts";
import { Mark, Pieces, Section } from "../ui/Card.tsx";
import { now } from "../ui/clock.ts";
import { AtTime, OnDay } from "../ui/When.tsx";
import { may_accept, on_the_table, to_tell } from "./rules.ts";

interface Waiting {
  item: CaseListItem;
  one: AppointmentGlance;
}

export function Requests() {
  const { appointments: say } = more();
  const waiting = requests(cases.value);
  const over = outcomes(cases.value, now.value);
  return (
    <>
      {waiting.length > 0 && <Section title={say.requests}><ul class="card rows">{waiting.map(each => <Request key={each.one.id} {...each} />)}</ul></Section>}
      {over.length > 0 && <Section title={say.outcomes}><ul class="card rows">{over.map(each => <Request key={each.one.id} {...each} />)}</ul></Section>}
    </>
  );
}

export function requests(items: readonly CaseListItem[]): Waiting[] {
  return those(items, one => may_accept(one, "team"));
}

/** Those whose time has come, and of which nobody has said how they went. */
export function outcomes(items: readonly CaseListItem[], at: number): Waiting[] {
  return those(items, one => to_tell(one, at));
}

function those(items: readonly CaseListItem[], fits: (one: AppointmentGlance) => boolean): Waiting[] {
  const all = items.flatMap(item => item.appointments.filter(fits).map(one => ({ item, one })));
  return all.sort((first, second) => on_the_table(first.one).localeCompare(on_the_table(second.one)));
}

function Request({ item, one }: Waiting) {
  const { appointments: say } = more();
  const time = on_the_table(one);
  return (
    <li>
      <a class="row case-row" href={`/appointment/${item.scope}/${one.id}`}>
        <span class="row-text">
          <span class="row-title">{one.name || words().caseload.no_name}</span>
          <span><OnDay day={time} />, <AtTime local={time} zone={one.time_zone} /></span>
          <span class="soft"><Pieces>{[say.channel[one.channel], say.topic[one.topic], item.case_number]}</Pieces></span>
        </span>
        <Mark tone="care" icon="calendar">{one.state === "move_asked" ? say.move_waits : say.waits_for_you}</Mark>
      </a>
    </li>
  );
}
