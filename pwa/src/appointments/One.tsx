/** One appointment by itself, where another time can be asked for; for both ends. */
import { useState } from "preact/hooks";
import { full_name, part_in } from "../cases/box.ts";
import { WithCase } from "../cases/Held.tsx";
import { more, words } from "../i18n/language.ts";
import { fill } from "../i18n/fill.ts";
import type { Params } from "../routes.ts";
import type { CaseBox, HeldAppointment } from "../store/model.ts";
import { Button, LinkButton } from "../ui/Button.tsx";
import { Section } from "../ui/Card.tsx";
import { useOnce } from "../ui/once.ts";
import { go } from "../ui/router.ts";
import { Screen } from "../ui/Screen.tsx";
import { Nothing } from "../ui/States.tsx";
import { ask_other_time } from "./actions.ts";
import { AppointmentCard } from "./AppointmentCard.tsx";
import { is_open, on_the_table } from "./rules.ts";
import { TimeChooser } from "./TimeChooser.tsx";

export function One({ params }: { params: Params }) {
  return <WithCase scope={params.scope} title={more().appointments.title}>{box => <Opened box={box} id={params.thread} />}</WithCase>;
}

function Opened({ box, id }: { box: CaseBox; id: string }) {
  const { appointments: say, calendar } = more();
  const staff = part_in(box) === "staff";
  const one = box.appointments.find(each => each.id === id);
  const name = full_name(box.participants.find(person => person.id === one?.thread));
  return (
    <Screen title={say.title} back={{ href: "/calendar", label: calendar.title }} lead={fill(words().home.case_number, { number: box.case.case_number })}>
      {one ? <AppointmentCard appointment={one} scope={box.scope} side={staff ? "team" : "party"} about={staff ? fill(say.with, { name }) : say.with_team} /> : <Nothing icon="calendar" title={say.gone} />}
      {one && is_open(one) && <OtherTime one={one} scope={box.scope} />}
      {one && staff && <div><LinkButton icon="paper" href={`/case/${box.scope}`}>{say.open_case}</LinkButton></div>}
    </Screen>
  );
}

function OtherTime({ one, scope }: { one: HeldAppointment; scope: string }) {
  const { appointments: say } = more();
  const [wanted, want] = useState("");
  const { busy, once } = useOnce();
  const send = async () => {
    await ask_other_time(scope, one.id, on_the_table(one), wanted);
    go("/calendar", "replace");
  };
  return (
    <Section title={say.other_time}>
      <TimeChooser channel={one.channel} value={wanted} onChange={want} />
      <div><Button kind="primary" busy={!wanted || busy} onPress={() => { void once(send); }}>{say.ask_time}</Button></div>
    </Section>
  );
}
