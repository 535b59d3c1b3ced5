/** The hearings of every case a worker holds, by day, drawn from the list alone. */
import { signal } from "@preact/signals";
import type { HearingGlance } from "../cases/glance.ts";
import type { CaseListItem } from "../cases/rules.ts";
import { say_code } from "../i18n/codes.ts";
import { more, words } from "../i18n/language.ts";
import type { Params } from "../routes.ts";
import { cases } from "../store/live.ts";
import { Mark, Pieces } from "../ui/Card.tsx";
import { now } from "../ui/clock.ts";
import { Fresh } from "../ui/Fresh.tsx";
import { Pages } from "../ui/Pages.tsx";
import { Screen } from "../ui/Screen.tsx";
import { Nothing } from "../ui/States.tsx";
import { AtTime } from "../ui/When.tsx";
import { DayTile } from "./HearingCard.tsx";
import { by_day, type DayOf, split_by_time } from "./rules.ts";

type Entry = HearingGlance & { item: CaseListItem };

const DRAWN = 40;

const from = signal(0);

export function TeamCalendar(_: { params: Params }) {
  const { calendar: say } = more();
  const all = cases.value.flatMap(item => item.hearings.map(hearing => ({ ...hearing, item })));
  const { coming } = split_by_time(all, now.value);
  return (
    <Screen title={say.title} wide>
      {coming.length === 0 && <Nothing icon="calendar" title={say.none_title}>{say.none_staff}</Nothing>}
      {coming.length > 0 && <Pages items={coming} size={DRAWN} from={from.value} onTurn={turn}>{part => by_day(part).map(one => <CourtDay key={one.day} {...one} />)}</Pages>}
      <Fresh />
    </Screen>
  );
}

function turn(to: number): void {
  from.value = to;
}

function CourtDay({ day, items }: DayOf<Entry>) {
  return (
    <section class="court-day">
      <h2><DayTile day={day} /></h2>
      <ul class="card rows">{items.map(entry => <Sitting key={entry.id} entry={entry} />)}</ul>
    </section>
  );
}

function Sitting({ entry }: { entry: Entry }) {
  const { calendar: say } = more();
  const { caseload, codes } = words();
  const { item } = entry;
  return (
    <li>
      <a class="row case-row" href={`/case/${item.scope}`}>
        <strong class="at"><AtTime local={entry.starts_local} zone={entry.time_zone} /></strong>
        <span class="row-text">
          <span class="row-title">{item.receiving || caseload.no_name}{"\u00a0"}<span class="versus">·</span> {item.paying || caseload.no_name}</span>
          <span class="soft"><Pieces>{[say_code(codes.hearing_kind, entry.kind), item.case_number]}</Pieces></span>
        </span>
        <span class="marks">
          {entry.status !== "set" && <Mark tone="care">{say.status_staff[entry.status]}</Mark>}
          {entry.remote && <Mark icon="video">{say.remote.split(".")[0]}</Mark>}
          {item.violence && <Mark tone="bad" icon="shield">{caseload.safety}</Mark>}
        </span>
      </a>
    </li>
  );
}
