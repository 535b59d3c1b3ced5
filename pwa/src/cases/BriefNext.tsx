/** What is due next in a case: the planned step, the promises we gave with their dates, the next hearing. */
import { count, fill } from "../i18n/fill.ts";
import { say_code } from "../i18n/codes.ts";
import { language, more, words } from "../i18n/language.ts";
import { say_day } from "../i18n/say.ts";
import { FateMark } from "../appointments/AppointmentCard.tsx";
import { is_open, on_the_table } from "../appointments/rules.ts";
import { room_text } from "../hearings/words.ts";
import { reply_clock } from "../messages/rules.ts";
import type { CaseBox } from "../store/model.ts";
import { LinkButton } from "../ui/Button.tsx";
import { Card, LinkRow, Mark, Rows, Section } from "../ui/Card.tsx";
import { now, own_zone, today } from "../ui/clock.ts";
import { AtTime, OnDay } from "../ui/When.tsx";
import { full_name } from "./box.ts";
import { list_item, next_hearing } from "./rules.ts";

export function NextStep({ box }: { box: CaseBox }) {
  const { brief: say } = more();
  const { codes } = words();
  const hearing = next_hearing(list_item(box).hearings, now.value);
  const whole = box.hearings.find(one => one.id === hearing?.id);
  return (
    <Section title={say.next}>
      <Card>
        <p class="big"><strong>{box.case.next_step_code ? say_code(codes.next_step, box.case.next_step_code) : codes.no_next_step}</strong></p>
        {box.case.next_step_on && <div><Due day={box.case.next_step_on} /></div>}
        <Want scope={box.scope} />
        <div>
          <h3>{say.hearing}</h3>
          {whole ? (
            <p>
              <strong><OnDay day={whole.starts_local} />, <AtTime local={whole.starts_local} zone={whole.time_zone} /></strong> · {say_code(codes.hearing_kind, whole.kind)}<br />
              <span class="soft">{whole.court}{whole.room && `, ${room_text(whole.room)}`}</span>
            </p>
          ) : <p class="soft">{say.no_hearing}</p>}
        </div>
      </Card>
    </Section>
  );
}

/** What a worker may want of a parent: nearly always a paper or a meeting. */
function Want({ scope }: { scope: string }) {
  const { documents, appointments } = more();
  return (
    <div class="buttons no-print">
      <LinkButton kind="primary" icon="paper" href={`/documents/${scope}/ask`}>{documents.ask}</LinkButton>
      <LinkButton icon="calendar" href={`/calendar/offer/${scope}`}>{appointments.offer}</LinkButton>
    </div>
  );
}

/** Those that are open, whoever began them; also what is only on this device yet. */
export function Appointments({ box }: { box: CaseBox }) {
  const { appointments: say } = more();
  const open = box.appointments.filter(one => is_open(one)).sort((one, other) => on_the_table(one).localeCompare(on_the_table(other)));
  if (open.length === 0) return null;
  return (
    <Section title={say.of_case}>
      <Rows>
        {open.map(one => (
          <LinkRow key={one.id} href={`/appointment/${box.scope}/${one.id}`} icon="calendar" title={full_name(box.participants.find(person => person.id === one.thread))}
            detail={<><OnDay day={on_the_table(one)} />, <AtTime local={on_the_table(one)} zone={one.time_zone || own_zone} /></>} end={<FateMark appointment={one} side="team" />} />
        ))}
      </Rows>
    </Section>
  );
}

export function Promises({ box }: { box: CaseBox }) {
  const { brief: say } = more();
  const waiting = box.participants.flatMap(person => {
    const clock = reply_clock(box.messages, person.id, today.value);
    return clock ? [{ person, clock }] : [];
  });
  return (
    <Section title={say.promises}>
      <Card plain>
        {waiting.length === 0 && <p class="row">{say.no_promises}</p>}
        {waiting.length > 0 && (
          <ul class="rows">
            {waiting.map(({ person, clock }) => (
              <li key={person.id}>
                <a class="row case-row" href={`/messages/${box.scope}/${person.id}`}>
                  <span class="row-text"><span class="row-title">{count(say.answer_to, clock.waiting, { name: full_name(person) })}</span></span>
                  <Due day={clock.due_on} />
                </a>
              </li>
            ))}
          </ul>
        )}
      </Card>
    </Section>
  );
}

function Due({ day }: { day: string }) {
  const { brief: say } = more();
  const late = day < today.value;
  return <Mark tone={late ? "bad" : "care"} icon="clock">{late && `${say.overdue} · `}{fill(say.due, { day: say_day(language.value, day, today.value) })}</Mark>;
}
