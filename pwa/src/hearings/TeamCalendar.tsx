/** The hearings of every case a worker holds, by day, drawn from the list alone. */
import { fill } from "../i18n/fill.ts";
import { useState } from "preact/hooks";
import type { HearingGlance } from "../cases/glance.ts";
import type { CaseListItem } from "../cases/rules.ts";
import { say_code } from "../i18n/codes.ts";
import { more, words } from "../i18n/language.ts";
import type { Params } from "../routes.ts";
import { cases } from "../store/live.ts";
import { Button } from "../ui/Button.tsx";
import { Mark, Pieces } from "../ui/Card.tsx";
import { now } from "../ui/clock.ts";
import { Fresh } from "../ui/Fresh.tsx";
import { Screen } from "../ui/Screen.tsx";
import { Nothing } from "../ui/States.tsx";
import { AtTime } from "../ui/When.tsx";
import { DayTile } from "./HearingCard.tsx";
import { by_day, split_by_time } from "./rules.ts";

type Entry = HearingGlance & { item: CaseListItem };

const DRAWN = 40;

export function TeamCalendar(_: { params: Params }) {
  const { calendar: say } = more();
  const [drawn, draw] = useState(DRAWN);
  const all = cases.value.flatMap(item => item.hearings.map(hearing => ({ ...hearing, item })));
  const { coming } = split_by_time(all, now.value);
  const left = coming.length - drawn;
  return (
    <Screen title={say.title} wide>
      {coming.length === 0 && <Nothing icon="calendar" title={say.none_title}>{say.none_staff}</Nothing>}
      {by_day(coming.slice(0, drawn)).map(({ day, items }) => (
        <section key={day} class="court-day">
          <h2><DayTile day={day} /></h2>
          <ul class="card rows">{items.map(entry => <Sitting key={entry.id} entry={entry} />)}</ul>
        </section>
      ))}
      {left > 0 && <div><Button onPress={() => { draw(drawn + DRAWN); }}>{fill(words().app.show_more, { n: Math.min(DRAWN, left) })}</Button></div>}
      <Fresh />
    </Screen>
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
