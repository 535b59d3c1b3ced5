/** What waits for a worker: appointments that parents ask for, or ask to move, the soonest first. */
import type { AppointmentGlance, CaseListItem } from "../cases/glance.ts";
import { more, words } from "../i18n/language.ts";
import { cases } from "../store/live.ts";
import { Mark, Pieces, Section } from "../ui/Card.tsx";
import { AtTime, OnDay } from "../ui/When.tsx";
import { may_accept, on_the_table } from "./rules.ts";

interface Waiting {
  item: CaseListItem;
  one: AppointmentGlance;
}

export function Requests() {
  const { appointments: say } = more();
  const waiting = requests(cases.value);
  if (waiting.length === 0) return null;
  return (
    <Section title={say.requests}>
      <ul class="card rows">{waiting.map(each => <Request key={each.one.id} {...each} />)}</ul>
    </Section>
  );
}

export function requests(items: readonly CaseListItem[]): Waiting[] {
  const all = items.flatMap(item => item.appointments.filter(one => may_accept(one, "team")).map(one => ({ item, one })));
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
        <Mark tone="care" icon="calendar">{one.state === "requested" ? say.waits_for_you : say.move_waits}</Mark>
      </a>
    </li>
  );
}
