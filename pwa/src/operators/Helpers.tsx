/** For a parent: who of a community office may see parts of the own case, for how long; and ending that. */
import { useState } from "preact/hooks";
import { ask } from "../account/server.ts";
import { names_of } from "../cases/names.ts";
import { fill } from "../i18n/fill.ts";
import { language, words } from "../i18n/language.ts";
import { say_instant } from "../i18n/say.ts";
import type { Params } from "../routes.ts";
import { back_to_more } from "../settings/back.ts";
import { cases } from "../store/live.ts";
import { Button } from "../ui/Button.tsx";
import { Card, Mark, Section } from "../ui/Card.tsx";
import { now } from "../ui/clock.ts";
import { Choice, TextField } from "../ui/Field.tsx";
import { Asked } from "./Asked.tsx";
import { useAsking } from "./asking.ts";
import { holds, type Permit } from "./Cases.tsx";
import { agency_words } from "./words.ts";

const TOPICS = ["dates", "money", "events", "messages", "contact"] as const;
const LASTS = ["7", "30", "90"] as const;
type Lasts = typeof LASTS[number];

export function Helpers(_: { params: Params }) {
  const { helpers: say, state } = agency_words();
  const { found, refusal, act, look } = useAsking<{ permits: Permit[] }>("/v1/permits");
  const end = (one: Permit) => { void act(() => ask("POST", `/v1/permits/${one.id}/ended`, {})); };
  return (
    <Asked title={say.title} lead={say.lead} back={back_to_more()} refusal={refusal} ready={found !== null} again={() => { void look(); }}>
      <Section title={say.list}>
        {found?.permits.length === 0 && <Card><p>{say.none}</p></Card>}
        {found?.permits.map(one => (
          <Card key={one.id}>
            <div class="stack-tight" data-permit={one.id}>
              <h3>{one.person}</h3>
              <p>{one.topics.map(topic => say.topic[topic as keyof typeof say.topic]).join(", ")}</p>
              <div><Mark>{holds(one) ? fill(state.until, { when: say_instant(language.value, Date.parse(one.until_at), now.value) }) : say.ended}</Mark></div>
            </div>
            {holds(one) && <div><Button online onPress={() => { end(one); }}>{say.end}<span class="unseen"> {one.person}</span></Button></div>}
          </Card>
        ))}
      </Section>
      <Section title={say.add}><Agree give={body => act(() => ask("POST", "/v1/permits/consent", body))} /></Section>
    </Asked>
  );
}

function Agree({ give }: { give: (body: object) => Promise<boolean> }) {
  const { helpers: say } = agency_words();
  const { home } = words();
  const [navigator, name] = useState("");
  const [scope, choose] = useState(cases.value[0]?.scope ?? "");
  const [topics, pick] = useState<readonly string[]>([]);
  const [days, last] = useState<Lasts>("30");
  const [wrong, blame] = useState<string | undefined>();
  const go = async () => {
    const ready = navigator.trim() !== "" && topics.length > 0;
    blame(ready ? undefined : say.need);
    if (ready && await give({ navigator: navigator.trim(), case: scope, topics, days: Number(days) })) { name(""); pick([]); }
  };
  return (
    <Card>
      <form class="stack" noValidate onSubmit={event => { event.preventDefault(); void go(); }}>
        <TextField id="helper-name" label={say.name} hint={say.name_hint} value={navigator} onInput={name} wrong={wrong} />
        {cases.value.length > 1 && (
          <Choice legend={say.case} name="helper-case" value={scope} onChange={choose}
            options={cases.value.map(one => ({ value: one.scope, label: one.children.length ? fill(home.support_for, { names: names_of(one.children, home.and) }) : fill(home.case_number, { number: one.case_number }) }))} />
        )}
        <fieldset class="section">
          <legend class="legend">{say.topics}</legend>
          <div class="card rows">
            {TOPICS.map(topic => (
              <label key={topic} class="choice">
                <input type="checkbox" checked={topics.includes(topic)} onChange={event => { pick(event.currentTarget.checked ? [...topics, topic] : topics.filter(one => one !== topic)); }} />
                <span class="row-text">{say.topic[topic]}</span>
              </label>
            ))}
          </div>
        </fieldset>
        <Choice legend={say.days} name="helper-days" value={days} onChange={last} options={LASTS.map(value => ({ value, label: say.lasts[value] }))} />
        <div><Button kind="primary" type="submit" online>{say.go}</Button></div>
      </form>
    </Card>
  );
}
