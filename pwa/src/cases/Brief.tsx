/** One screen to pick up a case cold: safety first, then who, what is due next, the order, the money, what happened. */
import { DocumentsInCase } from "../documents/InCase.tsx";
import { fill } from "../i18n/fill.ts";
import { language, more, words } from "../i18n/language.ts";
import { say_day } from "../i18n/say.ts";
import type { Params } from "../routes.ts";
import type { CaseBox } from "../store/model.ts";
import { Banner } from "../ui/Banner.tsx";
import { Button } from "../ui/Button.tsx";
import { Mark, Section } from "../ui/Card.tsx";
import { Card } from "../ui/Card.tsx";
import { today } from "../ui/clock.ts";
import { Fresh } from "../ui/Fresh.tsx";
import { Screen } from "../ui/Screen.tsx";
import { OnDay } from "../ui/When.tsx";
import { say_code } from "../i18n/codes.ts";
import { full_name } from "./box.ts";
import { MoneyNow, OrderBrief } from "./BriefMoney.tsx";
import { Parties } from "./BriefParties.tsx";
import { Appointments, NextStep, Promises } from "./BriefNext.tsx";
import { newest_events } from "./Events.tsx";
import { Notes } from "../notes/Notes.tsx";
import { Pin } from "../visits/Pin.tsx";
import { WithCase } from "./Held.tsx";
import { list_item } from "./rules.ts";

const EVENTS = 10;

export function Brief({ params }: { params: Params }) {
  return <WithCase scope={params.scope} title={more().brief.title}>{box => <Opened box={box} />}</WithCase>;
}

function Opened({ box }: { box: CaseBox }) {
  const { brief: say } = more();
  const { nav, codes } = words();
  const facts = box.case;
  return (
    <Screen title={parties_of(box)} tab_title={say.title} wide back={{ href: "/", label: nav.caseload }}
      aside={<div class="line no-print"><Pin scope={box.scope} /><Button kind="plain" icon="print" onPress={() => { print(); }}>{say.print}</Button></div>}
      lead={<span class="line"><strong>{facts.case_number}</strong><Mark tone={facts.status === "open" ? "good" : "plain"}>{say.status[facts.status]}</Mark><span>{codes.stage[facts.stage].staff}</span><span>{fill(say.opened, { day: say_day(language.value, facts.opened_on, today.value) })}</span></span>}>
      {box.stale && <Banner tone="note"><p>{say.stale}</p></Banner>}
      <Safety box={box} />
      {(facts.initiating_fips || facts.responding_fips) && <Banner tone="note" icon="info"><p>{say.other_state}</p></Banner>}
      <div class="brief">
        <div class="stack-wide"><NextStep box={box} /><Appointments box={box} /><Promises box={box} /><Parties box={box} /></div>
        <div class="stack-wide"><Notes box={box} /><DocumentsInCase box={box} /><MoneyNow box={box} /><OrderBrief box={box} /><LastEvents box={box} /></div>
      </div>
      <Fresh />
    </Screen>
  );
}

/** The two sides by name, the receiving one first. */
function parties_of(box: CaseBox): string {
  const { receiving, paying } = list_item(box);
  return [receiving, paying].filter(Boolean).join("\u00a0· ") || box.case.case_number;
}

function Safety({ box }: { box: CaseBox }) {
  const { brief: say } = more();
  const marked = box.participants.filter(person => person.family_violence && person.role !== "CH");
  const unsafe = box.participants.filter(person => person.safe_to_contact === false && person.role !== "CH");
  if (marked.length === 0 && unsafe.length === 0) return null;
  return (
    <Banner tone="bad" icon="shield">
      <p><strong>{say.safety_title}</strong></p>
      {marked.map(person => <p key={person.id}>{fill(say.safety, { name: full_name(person) })}</p>)}
      {unsafe.map(person => <p key={person.id}>{fill(say.safety_contact, { name: full_name(person) })}</p>)}
    </Banner>
  );
}

function LastEvents({ box }: { box: CaseBox }) {
  const { brief: say, case: plain, events } = more();
  const last = newest_events(box.events).slice(0, EVENTS);
  return (
    <Section title={say.events}>
      <Card>
        {last.length === 0 && <p>{plain.no_events}</p>}
        <ul class="ledger">{last.map(event => <li key={event.id}><OnDay day={event.happened_on} /><span>{say_code(events, event.code).title}</span></li>)}</ul>
      </Card>
    </Section>
  );
}
