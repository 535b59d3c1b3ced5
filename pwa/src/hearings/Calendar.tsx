/** A parent's court dates and appointments together, told apart; and where an appointment is asked for. */
import { AppointmentCard } from "../appointments/AppointmentCard.tsx";
import { is_open } from "../appointments/rules.ts";
import { fill } from "../i18n/fill.ts";
import { names_of } from "../cases/names.ts";
import { part_in } from "../cases/box.ts";
import { list_item } from "../cases/rules.ts";
import { more, words } from "../i18n/language.ts";
import type { Params } from "../routes.ts";
import { agency, cases, open_case, state } from "../store/live.ts";
import type { CaseBox, Held, HeldAppointment } from "../store/model.ts";
import { LinkButton } from "../ui/Button.tsx";
import { Section } from "../ui/Card.tsx";
import { now, own_zone } from "../ui/clock.ts";
import { Fresh } from "../ui/Fresh.tsx";
import { Screen } from "../ui/Screen.tsx";
import { Loading, Nothing } from "../ui/States.tsx";
import { HearingCard, PastAppointment, PastHearing } from "./HearingCard.tsx";
import { split_by_time } from "./rules.ts";

const PAST_DRAWN = 10;
/** Minutes: long enough to put what was called off behind us. */
const ENDLESS = 1_000_000;

export function Calendar(_: { params: Params }) {
  const { calendar: say, held } = more();
  const boxes = cases.value.map(item => open_case(item.scope).value);
  const opening = boxes.includes(undefined) || (cases.value.length === 0 && state.value.wanted > 0);
  return (
    <Screen title={say.title} lead={say.lead}>
      {opening ? <Loading say={held.opening} /> : <Dates boxes={boxes.filter(box => !!box)} />}
      <Fresh />
    </Screen>
  );
}

function Dates({ boxes }: { boxes: readonly CaseBox[] }) {
  const { calendar: say } = more();
  const all = boxes.flatMap(entries);
  const { coming, past } = split_by_time(all, now.value);
  const { with_team } = more().appointments;
  const court_first = coming.find(one => one.hearing)?.id;
  const several = boxes.length > 1;
  const about = (box: CaseBox) => (several ? fill(words().home.support_for, { names: names_of(list_item(box).children, words().home.and) }) : "");
  return (
    <>
      {coming.length === 0 && <Nothing icon="calendar" title={say.none_title}>{say.none}</Nothing>}
      {coming.length > 0 && (
        <Section title={say.coming}>
          <div class="stack">{coming.map(({ box, hearing, appointment }) => hearing
            ? <HearingCard key={hearing.id} first={hearing.id === court_first} hearing={hearing} scope={box.scope} about={about(box)} part={part_in(box)} />
            : appointment && <AppointmentCard key={appointment.id} appointment={appointment} scope={box.scope} side="party" about={[with_team, about(box)].filter(Boolean).join(" · ")} />)}</div>
        </Section>
      )}
      <AskFor boxes={boxes} about={about} />
      {past.length > 0 && (
        <Section title={say.past}>
          <ul class="card rows">{past.slice(0, PAST_DRAWN).map(({ box, hearing, appointment }) => hearing ? <PastHearing key={hearing.id} hearing={hearing} about={about(box)} /> : appointment && <PastAppointment key={appointment.id} appointment={appointment} about={about(box)} />)}</ul>
        </Section>
      )}
    </>
  );
}

interface Entry extends Pick<Held<"hearing">, "id" | "starts_local" | "time_zone" | "minutes"> {
  box: CaseBox;
  hearing?: Held<"hearing">;
  appointment?: HeldAppointment;
}

/** What is only on this phone has no zone yet: it is the agency's. What was called off stands among the past. */
function entries(box: CaseBox): Entry[] {
  const zone = agency.value?.time_zone ?? own_zone;
  return [
    ...box.hearings.map(hearing => ({ ...hearing, box, hearing })),
    ...box.appointments.map(appointment => {
      const { id, starts_local, minutes, time_zone } = appointment;
      return { id, starts_local, minutes: is_open(appointment) || appointment.outbox ? minutes : -ENDLESS, time_zone: time_zone || zone, box, appointment };
    }),
  ];
}

function AskFor({ boxes, about }: { boxes: readonly CaseBox[]; about: (box: CaseBox) => string }) {
  const { appointments: say } = more();
  const open = boxes.filter(box => box.case.status === "open");
  if (open.length === 0) return null;
  return (
    <Section title={say.need}>
      <p>{say.need_why}</p>
      <div class="buttons">{open.map(box => <LinkButton key={box.scope} icon="calendar" href={`/calendar/ask/${box.scope}`}>{say.ask}{about(box) && `: ${about(box)}`}</LinkButton>)}</div>
    </Section>
  );
}
