/** Who is in a case, and how to reach them: for the case team only. */
import { fill } from "../i18n/fill.ts";
import { say_code } from "../i18n/codes.ts";
import { language, more, words } from "../i18n/language.ts";
import { say_long_day } from "../i18n/say.ts";
import type { CaseBox } from "../store/model.ts";
import { Buttons, LinkButton } from "../ui/Button.tsx";
import { Card, Mark, Section } from "../ui/Card.tsx";
import { ToTakeUp } from "../contacts/ToTakeUp.tsx";
import { adults, full_name } from "./box.ts";

type Person = CaseBox["participants"][number];

export function Parties({ box }: { box: CaseBox }) {
  const { brief: say } = more();
  const children = box.participants.filter(person => person.role === "CH");
  return (
    <>
      <Section title={say.parties} aside={<LinkButton kind="plain" icon="shield" href={`/safety/${box.scope}`}>{say.protect}</LinkButton>}>{adults(box).map(person => <Adult key={person.id} person={person} box={box} />)}</Section>
      {children.length > 0 && <Section title={say.children}><Card><ul class="stack-tight">{children.map(child => <Child key={child.id} child={child} box={box} />)}</ul></Card></Section>}
    </>
  );
}

function Adult({ person, box }: { person: Person; box: CaseBox }) {
  const { brief: say } = more();
  const name = full_name(person);
  const role = person.role && person.role !== "CH" ? words().codes.person[person.role] : "";
  const address = [person.address_1, person.address_2, [person.city, person.state, person.postal_code].filter(Boolean).join(" ")].filter(Boolean).join(", ");
  const safe = person.safe_to_contact !== false;
  return (
    <Card>
      <div class="stack-tight">
        <h3>{name} <span class="soft role">{role}</span></h3>
        {person.family_violence && <div><Mark tone="bad" icon="shield">{words().caseload.safety}</Mark></div>}
        <p class="soft">{[person.born_on && fill(say.born, { day: say_long_day(language.value, person.born_on) }), person.language && say_code(say.language, person.language)].filter(Boolean).join(" · ")}</p>
        {address && <p>{address}</p>}
        {person.email && <p>{person.email}</p>}
      </div>
      <ToTakeUp person={person} box={box} />
      <Buttons>
        {person.phone && safe && <LinkButton icon="phone" href={`tel:${person.phone}`}>{person.phone}<span class="unseen"> {fill(say.call, { name })}</span></LinkButton>}
        <LinkButton icon="lock" href={`/enrol/${box.scope}/${person.id}`}>{say.enrol}<span class="unseen"> {name}</span></LinkButton>
        <LinkButton icon="messages" href={`/messages/${box.scope}/${person.id}`}>{fill(say.write_to, { name: person.first_name ?? name })}</LinkButton>
      </Buttons>
    </Card>
  );
}

function Child({ child, box }: { child: Person; box: CaseBox }) {
  const { brief: say } = more();
  const home = box.participants.find(person => person.id === child.child_resides_with || person.role === child.child_resides_with);
  return (
    <li>
      <strong>{full_name(child)}</strong>{" "}
      <span class="soft">{[child.born_on && fill(say.born, { day: say_long_day(language.value, child.born_on) }), home && fill(say.lives_with, { name: full_name(home) })].filter(Boolean).join(" · ")}</span>
    </li>
  );
}
