/** One appointment with the agency: when, how, about what, how it stands, and what this person can do about it. */
import { useState } from "preact/hooks";
import { fill } from "../i18n/fill.ts";
import { language, more } from "../i18n/language.ts";
import { say_code } from "../i18n/codes.ts";
import { say_day, say_time } from "../i18n/say.ts";
import { agency } from "../store/live.ts";
import type { HeldAppointment } from "../store/model.ts";
import { Button, Buttons, LinkButton } from "../ui/Button.tsx";
import { Mark } from "../ui/Card.tsx";
import { now, own_zone, today } from "../ui/clock.ts";
import { DayTile } from "../ui/DayTile.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { Icon, type IconName } from "../ui/Icon.tsx";
import { path } from "../ui/router.ts";
import { AtTime } from "../ui/When.tsx";
import { accept_time, call_off, note_outcome } from "./actions.ts";
import { FreeTimes } from "./FreeTimes.tsx";
import { type Channel, type Fate, fate, is_open, may_accept, on_the_table, type Side, to_tell } from "./rules.ts";

export const CHANNEL_ICONS: Record<Channel, IconName> = { phone: "phone", video: "video", in_person: "place" };
const TONES: Record<Fate, "plain" | "good" | "care" | "bad"> = {
  saved: "care", sending: "plain", asked: "plain", move_asked: "plain", offered: "care", unanswered: "plain", confirmed: "good", answer: "care", needs_you: "bad", cancelled: "plain", missed: "plain", held: "plain",
};
const ICONS: Partial<Record<Fate, IconName>> = { saved: "mobile", sending: "refresh", asked: "clock", move_asked: "clock", offered: "calendar", unanswered: "clock", confirmed: "check", answer: "alert", needs_you: "alert" };

/** Until one of these is answered there is nothing to agree to or to move. */
const BEGINNINGS = new Set(["appointment.request", "appointment.offer"]);

interface AppointmentProps {
  appointment: HeldAppointment;
  scope: string;
  side: Side;
  about: string;
}

export function AppointmentCard({ appointment, scope, side, about }: AppointmentProps) {
  const { appointments: say } = more();
  const zone = appointment.time_zone || agency.value?.time_zone || own_zone;
  const moving = appointment.asked_local && appointment.asked_local !== appointment.starts_local;
  return (
    <article class="card hearing" data-appointment={appointment.id} data-off={is_open(appointment) ? undefined : ""}>
      <div class="card-body">
        <div class="hearing-head">
          <DayTile day={appointment.starts_local.slice(0, 10)} />
          <div class="stack-tight">
            <h3 class="hearing-title">{say.title}</h3>
            <p class="soft">{about}</p>
            <p class="big"><strong><AtTime local={appointment.starts_local} zone={zone} /></strong></p>
            <div><FateMark appointment={appointment} side={side} /></div>
          </div>
        </div>
        {moving && <p><strong>{fill(appointment.asked_by === side ? say.you_asked : say.they_ask, { when: said(appointment.asked_local ?? "") })}</strong></p>}
        <p class="with-mark"><Icon name={CHANNEL_ICONS[appointment.channel]} /><span><strong>{say.channel[appointment.channel]}</strong><br />{say_code(say.topic, appointment.topic)}</span></p>
        {appointment.note && <blockquote class="quote" dir="auto">{appointment.note}</blockquote>}
        {appointment.state === "missed" && side === "party" && <p>{say.missed_why}</p>}
        <Trouble appointment={appointment} scope={scope} />
        <Actions appointment={appointment} scope={scope} side={side} />
      </div>
    </article>
  );
}

export function FateMark({ appointment, side }: Pick<AppointmentProps, "appointment" | "side">) {
  const { appointments: say } = more();
  const stands = fate(appointment, side);
  const icon = ICONS[stands];
  return <Mark tone={TONES[stands]} {...(icon ? { icon } : {})}>{side === "team" && stands === "answer" ? say.waits_for_you : say.fate[stands]}</Mark>;
}

function Trouble({ appointment: { outbox, thread }, scope }: Pick<AppointmentProps, "appointment" | "scope">) {
  if (outbox?.state !== "refused" && outbox?.state !== "parked") return null;
  const { attention, appointments: say } = more();
  return (
    <div class="stack-tight">
      <p><strong>{say_code(attention.why, outbox.state === "parked" ? "parked" : outbox.say?.key ?? outbox.code)}</strong></p>
      <FreeTimes item={outbox} />
      {outbox.name === "appointment.offer" && <div><LinkButton icon="clock" href={`/calendar/offer/${scope}/${thread}`}>{say.offer_new}</LinkButton></div>}
      <p><a href="/attention">{say.more_ways}</a></p>
    </div>
  );
}

function Actions({ appointment, scope, side }: Omit<AppointmentProps, "about">) {
  const { appointments: say } = more();
  const [asked, ask] = useState(false);
  const stuck = appointment.outbox && appointment.outbox.state !== "done";
  if (side === "team" && !stuck && to_tell(appointment, now.value)) return <Outcome appointment={appointment} scope={scope} />;
  if (!is_open(appointment) || (stuck && BEGINNINGS.has(appointment.outbox?.name ?? ""))) return null;
  const time = on_the_table(appointment);
  const there = `/appointment/${scope}/${appointment.id}`;
  return (
    <>
      <Buttons>
        {may_accept(appointment, side) && <Button kind="primary" icon="check" onPress={() => { void accept_time(scope, appointment.id, time); }}>{fill(say.accept, { when: said(time) })}</Button>}
        {path.value !== there && <LinkButton icon="clock" href={there}>{say.other_time}</LinkButton>}
        <Button kind="danger" onPress={() => { ask(true); }}>{say.cancel}</Button>
      </Buttons>
      {asked && (
        <Dialog title={say.cancel_title} onClose={() => { ask(false); }}>
          <p>{fill(say.cancel_why, { when: said(time) })}</p>
          <Buttons>
            <Button kind="primary" onPress={() => { ask(false); }}>{say.keep}</Button>
            <Button kind="danger" onPress={() => { ask(false); void call_off(scope, appointment.id, time); }}>{say.cancel}</Button>
          </Buttons>
        </Dialog>
      )}
    </>
  );
}

function Outcome({ appointment: { id, starts_local }, scope }: Pick<AppointmentProps, "appointment" | "scope">) {
  const { appointments: say } = more();
  return (
    <Buttons>
      <Button kind="primary" icon="check" onPress={() => { void note_outcome(scope, id, starts_local, "held"); }}>{say.was_held}</Button>
      <Button onPress={() => { void note_outcome(scope, id, starts_local, "missed"); }}>{say.was_missed}</Button>
    </Buttons>
  );
}

function said(local: string): string {
  return `${say_day(language.value, local.slice(0, 10), today.value)}, ${say_time(language.value, local)}`;
}
