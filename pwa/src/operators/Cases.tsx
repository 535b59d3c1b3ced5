/** Reading a case that is not one's own: opened with a reason, for a while, on the record. And what others of the unit opened. */
import { useState } from "preact/hooks";
import { ask } from "../account/server.ts";
import { count, fill } from "../i18n/fill.ts";
import { language } from "../i18n/language.ts";
import { say_instant } from "../i18n/say.ts";
import type { Params } from "../routes.ts";
import { back_to_more } from "../settings/back.ts";
import { session } from "../store/live.ts";
import { Button, Buttons, LinkButton } from "../ui/Button.tsx";
import { Card, Mark, Section } from "../ui/Card.tsx";
import { now } from "../ui/clock.ts";
import { TextField } from "../ui/Field.tsx";
import { go } from "../ui/router.ts";
import { Asked, Reason } from "./Asked.tsx";
import { useAsking } from "./asking.ts";
import { agency_words } from "./words.ts";

export interface Permit {
  id: string;
  kind: "break_glass" | "consent" | "audit";
  person: string;
  case: string;
  topics: string[];
  reason: string;
  until_at: string;
  ended_at: string | null;
  reads: number;
  own: boolean;
}

type Act = ReturnType<typeof useAsking>["act"];

export const holds = (one: Permit): boolean => !one.ended_at && Date.parse(one.until_at) > now.value;

export function Cases(_: { params: Params }) {
  const { cases: say } = agency_words();
  const { found, refusal, act, look } = useAsking<{ permits: Permit[] }>("/v1/permits");
  const role = session.value?.role;
  return (
    <Asked title={say.title} lead={say.lead} back={back_to_more()} refusal={refusal} ready={found !== null} again={() => { void look(); }}>
      {(role === "caseworker" || role === "supervisor") && <Open act={act} />}
      {role === "supervisor" && <Audit act={act} />}
      <Section title={say.list}>
        {found?.permits.length === 0 && <Card><p>{say.none}</p></Card>}
        {found?.permits.map(one => <One key={one.id} one={one} end={() => { void act(() => ask("POST", `/v1/permits/${one.id}/ended`, {})); }} />)}
      </Section>
    </Asked>
  );
}

function Open({ act }: { act: Act }) {
  const { cases: say } = agency_words();
  const [case_number, number] = useState("");
  const [reason, type] = useState("");
  const open = async () => {
    await act(async () => {
      const made = await ask<{ case: string }>("POST", "/v1/permits/break-glass", { case_number: case_number.trim(), reason });
      if ("body" in made) go(`/operators/cases/${made.body.case}`);
      return made;
    });
  };
  return (
    <Section title={say.open_title}>
      <Card>
        <form class="stack" noValidate onSubmit={event => { event.preventDefault(); void open(); }}>
          <p>{say.open_why}</p>
          <TextField id="open-number" label={say.number} value={case_number} onInput={number} />
          <Reason value={reason} onInput={type} />
          <div><Button kind="primary" type="submit" online>{say.open}</Button></div>
        </form>
      </Card>
    </Section>
  );
}

function Audit({ act }: { act: Act }) {
  const { cases: say } = agency_words();
  const [auditor, name] = useState("");
  const [case_number, number] = useState("");
  const [days, last] = useState("7");
  const [reason, type] = useState("");
  const give = async () => {
    const done = await act(() => ask("POST", "/v1/permits/audit", { auditor, case_number: case_number.trim(), days: Number(days), reason }));
    if (done) [name, number, type].forEach(clear => { clear(""); });
  };
  return (
    <details>
      <summary>{say.audit_title}</summary>
      <Card>
        <form class="stack" noValidate onSubmit={event => { event.preventDefault(); void give(); }}>
          <TextField id="audit-name" label={say.auditor} value={auditor} onInput={name} />
          <TextField id="audit-number" label={say.number} value={case_number} onInput={number} />
          <TextField id="audit-days" label={say.days} value={days} onInput={last} inputMode="numeric" />
          <Reason value={reason} onInput={type} />
          <div><Button type="submit" online>{say.audit}</Button></div>
        </form>
      </Card>
    </details>
  );
}

function One({ one, end }: { one: Permit; end: () => void }) {
  const { cases: say, state } = agency_words();
  const open = holds(one);
  return (
    <Card>
      <div class="stack-tight" data-permit={one.id}>
        <h3>{one.person} <span class="soft role">{say.kind[one.kind]}</span></h3>
        {one.reason && <p class="breaks">{one.reason}</p>}
        <div><Mark tone={open ? "care" : "plain"}>{open ? fill(state.until, { when: say_instant(language.value, Date.parse(one.until_at), now.value) }) : state.over}</Mark></div>
        <p class="soft">{one.reads ? count(state.used, one.reads) : state.never}</p>
      </div>
      {open && (
        <Buttons>
          {one.own && <LinkButton kind="primary" href={`/operators/cases/${one.case}`}>{say.look}<span class="unseen"> {say.kind[one.kind]}</span></LinkButton>}
          <Button online onPress={end}>{say.end}<span class="unseen"> {one.person}</span></Button>
        </Buttons>
      )}
    </Card>
  );
}
