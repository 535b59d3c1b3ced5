/** The hearings and appointments of every case a worker holds, by day, told apart, drawn from the list alone. */
import { signal } from "@preact/signals";
import { CHANNEL_ICONS } from "../appointments/AppointmentCard.tsx";
import { Requests } from "../appointments/Requests.tsx";
import type { AppointmentGlance, HearingGlance } from "../cases/glance.ts";
import type { CaseListItem } from "../cases/rules.ts";
import { say_code } from "../i18n/codes.ts";
import { more, words } from "../i18n/language.ts";
import type { Params } from "../routes.ts";
import { cases } from "../store/live.ts";
import { LinkButton } from "../ui/Button.tsx";
import { Mark, Pieces } from "../ui/Card.tsx";
import { now } from "../ui/clock.ts";
import { DayTile } from "../ui/DayTile.tsx";
import { Fresh } from "../ui/Fresh.tsx";
import { Pages } from "../ui/Pages.tsx";
import { Screen } from "../ui/Screen.tsx";
import { Nothing } from "../ui/States.tsx";
import { AtTime } from "../ui/When.tsx";
import { by_day, type DayOf, split_by_time } from "./rules.ts";

interface Entry extends Pick<HearingGlance, "id" | "starts_local" | "time_zone" | "minutes"> {
  item: CaseListItem;
  hearing?: HearingGlance;
  appointment?: AppointmentGlance;
}

const DRAWN = 40;

const from = signal(0);

export function TeamCalendar(_: { params: Params }) {
  const { calendar: say } = more();
  const all = cases.value.flatMap(entries);
  const { coming } = split_by_time(all, now.value);
  return (
    <Screen title={say.title} wide>
      <div><LinkButton kind="primary" icon="calendar" href="/calendar/offer">{more().appointments.offer}</LinkButton></div>
      <Requests />
      {coming.length === 0 && <Nothing icon="calendar" title={say.none_title}>{say.none_staff}</Nothing>}
      {coming.length > 0 && <Pages items={coming} size={DRAWN} from={from.value} onTurn={turn}>{part => by_day(part).map(one => <CourtDay key={one.day} {...one} />)}</Pages>}
      <Fresh />
    </Screen>
  );
}

function entries(item: CaseListItem): Entry[] {
  const shown = ({ id, starts_local, time_zone, minutes }: HearingGlance | AppointmentGlance) => ({ id, starts_local, time_zone, minutes, item });
  return [
    ...item.hearings.map(hearing => ({ ...shown(hearing), hearing })),
    ...item.appointments.filter(one => one.state !== "requested").map(appointment => ({ ...shown(appointment), appointment })),
  ];
}

function turn(to: number): void {
  from.value = to;
}

function CourtDay({ day, items }: DayOf<Entry>) {
  return (
    <section class="court-day">
      <h2><DayTile day={day} /></h2>
      <ul class="card rows">{items.map(entry => entry.appointment ? <Meet key={entry.id} item={entry.item} one={entry.appointment} /> : <Sitting key={entry.id} {...entry} />)}</ul>
    </section>
  );
}

function Sitting({ item, hearing: entry }: Pick<Entry, "item" | "hearing">) {
  const { calendar: say } = more();
  const { caseload, codes } = words();
  if (!entry) return null;
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

function Meet({ item, one }: { item: CaseListItem; one: AppointmentGlance }) {
  const { appointments: say } = more();
  const { caseload } = words();
  return (
    <li>
      <a class="row case-row" href={`/appointment/${item.scope}/${one.id}`}>
        <strong class="at"><AtTime local={one.starts_local} zone={one.time_zone} /></strong>
        <span class="row-text">
          <span class="row-title">{one.name || caseload.no_name}</span>
          <span class="soft"><Pieces>{[say.title, say.topic[one.topic], item.case_number]}</Pieces></span>
        </span>
        <span class="marks">
          <Mark icon={CHANNEL_ICONS[one.channel]}>{say.channel[one.channel]}</Mark>
          {one.state === "offered" && <Mark>{say.fate.unanswered}</Mark>}
          {one.state === "move_asked" && <Mark tone="care">{one.asked_by === "team" ? say.fate.move_asked : say.move_waits}</Mark>}
          {item.violence && <Mark tone="bad" icon="shield">{caseload.safety}</Mark>}
        </span>
      </a>
    </li>
  );
}
