/** A case that is open for a while, to be read and nothing else: it is asked of the server each time, and kept nowhere. */
import { useMemo } from "preact/hooks";
import { full_name } from "../cases/box.ts";
import { MoneyNow, OrderBrief } from "../cases/BriefMoney.tsx";
import { Events } from "../cases/Events.tsx";
import { say_code } from "../i18n/codes.ts";
import { fill } from "../i18n/fill.ts";
import { language, words } from "../i18n/language.ts";
import { say_instant, say_long_day, say_time } from "../i18n/say.ts";
import type { Params } from "../routes.ts";
import type { CaseBox } from "../store/model.ts";
import { to_case } from "../sync/merge.ts";
import { Banner } from "../ui/Banner.tsx";
import { Card, Mark, Section } from "../ui/Card.tsx";
import { now } from "../ui/clock.ts";
import { AtInstant } from "../ui/When.tsx";
import type { LoadRow } from "../wire.ts";
import { Asked } from "./Asked.tsx";
import { useAsking } from "./asking.ts";
import { agency_words } from "./words.ts";

interface View {
  until_at: string;
  rows: [kind: number, id: string, body: object][];
}

const MESSAGES = 20;

export function Look({ params }: { params: Params }) {
  const { look: say } = agency_words();
  const { found, refusal, look } = useAsking<View>(`/v1/permits/cases/${params.scope}`);
  const box = useMemo(() => found && to_case({ scope: params.scope, mask: 0, stale: false, rows: found.rows.map(([kind, id, body]) => [0, kind, id, 0, body] as LoadRow) }), [found]);
  return (
    <Asked title={box?.case.case_number ?? say.title} back={{ href: "/operators/cases", label: say.back }} refusal={refusal} ready={found !== null} again={() => { void look(); }}>
      {found && <Banner tone="care" icon="shield"><p>{fill(say.until, { when: say_instant(language.value, Date.parse(found.until_at), now.value) })}</p></Banner>}
      {box && <Opened box={box} />}
    </Asked>
  );
}

function Opened({ box }: { box: CaseBox }) {
  const { look: say } = agency_words();
  const messages = box.messages.toSorted((one, other) => other.received_at.localeCompare(one.received_at)).slice(0, MESSAGES);
  return (
    <>
      <Section title={say.people}>{box.participants.map(person => <Person key={person.id} person={person} />)}</Section>
      {(box.payments.length > 0 || box.balances.length > 0) && <MoneyNow box={box} />}
      {box.orders.length > 0 && <OrderBrief box={box} />}
      {box.hearings.length > 0 && <Hearings hearings={box.hearings} />}
      {box.events.length > 0 && <Events events={box.events} />}
      {messages.length > 0 && (
        <Section title={say.messages}>
          <Card>{messages.map(one => <p key={one.id} class="breaks"><strong>{one.from_party ? full_name(box.participants.find(person => person.id === one.thread)) : one.author_name ?? say.team}</strong> <span class="soft"><AtInstant at={Date.parse(one.received_at)} /></span><br />{one.body}</p>)}</Card>
        </Section>
      )}
    </>
  );
}

function Hearings({ hearings }: { hearings: CaseBox["hearings"] }) {
  const { look: say } = agency_words();
  return (
    <Section title={say.hearings}>
      <Card>
        {hearings.map(one => <p key={one.id}><strong>{say_long_day(language.value, one.starts_local)}, {say_time(language.value, one.starts_local)}</strong><br />{[say_code(words().codes.hearing_kind, one.kind), one.docket_number, one.court, one.room, one.status === "cancelled" && say.cancelled].filter(Boolean).join(" · ")}</p>)}
      </Card>
    </Section>
  );
}

function Person({ person }: { person: CaseBox["participants"][number] }) {
  const { codes, caseload } = words();
  const role = person.role && person.role !== "CH" ? codes.person[person.role] : "";
  const lines = [person.phone, person.email, person.address_1, person.address_2, [person.city, person.state, person.postal_code].filter(Boolean).join(" ")];
  return (
    <Card>
      <div class="stack-tight">
        <h3>{full_name(person)} <span class="soft role">{role}</span></h3>
        {person.family_violence && <div><Mark tone="bad" icon="shield">{caseload.safety}</Mark></div>}
        {lines.filter(Boolean).map(line => <p key={line}>{line}</p>)}
      </div>
    </Card>
  );
}
