/** One court date. What and when come first, then where, then what happens if it is missed, then a plan. */
import { count, fill } from "../i18n/fill.ts";
import { type Part } from "../cases/box.ts";
import { say_code } from "../i18n/codes.ts";
import { more, words } from "../i18n/language.ts";
import { agency } from "../store/live.ts";
import { fate, is_open } from "../appointments/rules.ts";
import type { Held, HeldAppointment } from "../store/model.ts";
import { Banner } from "../ui/Banner.tsx";
import { Button, Buttons, LinkButton } from "../ui/Button.tsx";
import { Mark } from "../ui/Card.tsx";
import { DayTile } from "../ui/DayTile.tsx";
import { now, own_zone } from "../ui/clock.ts";
import { Icon } from "../ui/Icon.tsx";
import { AtTime, OnDay } from "../ui/When.tsx";
import { day_in, days_between } from "../ui/when.ts";
import { calendar_file } from "./rules.ts";
import { room_text } from "./words.ts";

interface HearingProps {
  hearing: Held<"hearing">;
  about: string;
}

interface HearingCardProps extends HearingProps {
  scope: string;
  part: Part;
  /** The soonest says openly what happens if it is missed; the others keep it one tap away. */
  first: boolean;
}

export function HearingCard({ hearing, about, scope, part, first }: HearingCardProps) {
  const { calendar: say } = more();
  const off = hearing.status === "cancelled";
  return (
    <article class="card hearing" data-off={off ? "" : undefined}>
      <div class="card-body">
        <div class="hearing-head">
          <DayTile day={hearing.starts_local.slice(0, 10)} />
          <div class="stack-tight">
            <h3 class="hearing-title">{say_code(words().codes.hearing_kind, hearing.kind)}</h3>
            {about && <p class="soft">{about}</p>}
            <p class="big"><strong><AtTime local={hearing.starts_local} zone={hearing.time_zone} /></strong> <span class="soft piece">· {in_days(hearing)}</span></p>
            {hearing.status !== "set" && <div><Mark tone="care" icon="alert">{say.status[hearing.status]}</Mark></div>}
          </div>
        </div>
        {!off && <Place hearing={hearing} />}
        {!off && first && <Banner tone="note" icon="info"><p><strong>{say.missed}</strong> {say.missed_why}</p></Banner>}
        {!off && <Know hearing={hearing} scope={scope} part={part} first={first} />}
        <AddToCalendar hearing={hearing} />
      </div>
    </article>
  );
}

export function PastHearing({ hearing, about }: HearingProps) {
  const { calendar: say } = more();
  return (
    <li>
      <div class="row">
        <span class="row-text">
          <span class="row-title">{say_code(words().codes.hearing_kind, hearing.kind)}</span>
          <span class="soft"><OnDay day={hearing.starts_local} />, <AtTime local={hearing.starts_local} zone={hearing.time_zone} />{about && ` · ${about}`}</span>
        </span>
        {(hearing.status === "held" || hearing.status === "cancelled") && <Mark>{say.status[hearing.status]}</Mark>}
      </div>
    </li>
  );
}

export function PastAppointment({ appointment, about }: { appointment: HeldAppointment; about: string }) {
  const { appointments: say } = more();
  const zone = appointment.time_zone || agency.value?.time_zone || own_zone;
  return (
    <li>
      <div class="row">
        <span class="row-text">
          <span class="row-title">{say.title}: {say.channel[appointment.channel]}</span>
          <span class="soft"><OnDay day={appointment.starts_local} />, <AtTime local={appointment.starts_local} zone={zone} />{about && ` · ${about}`}</span>
          {appointment.state === "missed" && <span>{say.missed_why}</span>}
        </span>
        {!is_open(appointment) && <Mark>{say.fate[fate(appointment, "party")]}</Mark>}
      </div>
    </li>
  );
}

function in_days(hearing: Held<"hearing">): string {
  const { calendar: say } = more();
  const days = days_between(day_in(hearing.time_zone, now.value), hearing.starts_local.slice(0, 10));
  return days <= 0 ? say.today : days === 1 ? say.tomorrow : count(say.in_days, days);
}

function Place({ hearing }: { hearing: Held<"hearing"> }) {
  const { calendar: say } = more();
  if (hearing.remote) return <p class="with-mark"><Icon name="video" /><span><strong>{hearing.court}</strong><br />{say.remote}</span></p>;
  return (
    <p class="with-mark">
      <Icon name="place" />
      <span>
        <strong>{hearing.court}</strong>{hearing.room && <>, {room_text(hearing.room)}</>}<br />
        {hearing.address ?? <>{say.no_place} {agency.value?.phone}</>}
      </span>
    </p>
  );
}

function Know({ hearing, scope, part, first }: Omit<HearingCardProps, "about">) {
  const { calendar: say } = more();
  return (
    <details>
      <summary><Icon name="next" size={18} />{say.details}</summary>
      <div class="stack">
        <List title={say.bring} items={hearing.remote ? say.bring_remote : say.bring_list} />
        <List title={say.plan} items={say.plan_list} />
        {!first && <div><h4>{say.missed}</h4><p>{say.missed_why}</p></div>}
        <div><h4>{say.other_day}</h4><p>{say.other_day_why} {part !== "staff" && !hearing.remote && say.separate}</p></div>
        <p class="soft">{fill(say.lasts, { n: hearing.minutes })} {fill(say.docket, { number: hearing.docket_number })}.</p>
        <div><LinkButton icon="messages" href={`/messages/${scope}`}>{say.ask}</LinkButton></div>
      </div>
    </details>
  );
}

function List({ title, items }: { title: string; items: readonly string[] }) {
  return <div><h4>{title}</h4><ul class="bullets">{items.map(item => <li key={item}>{item}</li>)}</ul></div>;
}

function AddToCalendar({ hearing }: { hearing: Held<"hearing"> }) {
  const { calendar: say } = more();
  const off = hearing.status === "cancelled";
  const add = () => {
    const text = calendar_file(hearing, { title: say.entry_title, note: say.entry_note }, now.value);
    const address = URL.createObjectURL(new Blob([text], { type: "text/calendar;charset=utf-8" }));
    const link = Object.assign(document.createElement("a"), { href: address, download: "appointment.ics" });
    link.click();
    setTimeout(() => { URL.revokeObjectURL(address); }, 60_000);
  };
  return (
    <div class="aside no-print">
      <Buttons><Button icon="calendar" onPress={add}>{off ? say.take_off : say.add}</Button></Buttons>
      {!off && <p class="soft">{say.add_why}</p>}
    </div>
  );
}
