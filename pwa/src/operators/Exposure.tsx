/** For supervisors, after a loss or a mistake: what of a person could be seen by whom, since when and until when. */
import { useState } from "preact/hooks";
import { ask } from "../account/server.ts";
import { fill } from "../i18n/fill.ts";
import { language } from "../i18n/language.ts";
import { say_instant } from "../i18n/say.ts";
import type { Params } from "../routes.ts";
import { Banner } from "../ui/Banner.tsx";
import { Button } from "../ui/Button.tsx";
import { Card, Mark } from "../ui/Card.tsx";
import { now } from "../ui/clock.ts";
import { TextField } from "../ui/Field.tsx";
import { Asked } from "./Asked.tsx";
import { say_kind } from "./Devices.tsx";
import { agency_words, say_name } from "./words.ts";

interface Exposed {
  person: string;
  role: string;
  device: string | null;
  kind: string;
  name: string;
  case_number: string;
  from_at: string;
  until_at: string | null;
  what: Record<string, string[]>;
}

/** Columns by which a person is found. */
const WHERE = new Set(["phone", "email", "address_1", "city", "postal_code"]);

export function Exposure(_: { params: Params }) {
  const { exposure: say, unit } = agency_words();
  const [person, type] = useState("");
  const [wrong, blame] = useState<string | undefined>();
  const [found, show] = useState<{ exposed: Exposed[]; complete: boolean } | null>(null);
  const [refusal, refuse] = useState<string | null>(null);
  const go = async () => {
    blame(person.trim() ? undefined : say.need);
    if (!person.trim()) return;
    const answer = await ask<{ exposed: Exposed[]; complete: boolean }>("POST", "/v1/exposure", { person: person.trim() });
    refuse("refusal" in answer ? answer.refusal : null);
    show("body" in answer ? answer.body : null);
  };
  return (
    <Asked title={say.title} lead={say.lead} back={{ href: "/operators/unit", label: unit.title }} refusal={refusal} ready again={() => undefined}>
      <form class="stack" noValidate onSubmit={event => { event.preventDefault(); void go(); }}>
        <TextField id="exposure-person" label={say.person} value={person} onInput={type} wrong={wrong} />
        <div><Button kind="primary" type="submit" icon="search" online>{say.go}</Button></div>
      </form>
      {found && !found.complete && <Banner tone="care"><p>{say.incomplete}</p></Banner>}
      {found?.exposed.map(one => <One key={`${one.device}${one.case_number}${one.from_at}${one.person}`} one={one} />)}
    </Asked>
  );
}

function One({ one }: { one: Exposed }) {
  const { exposure: say, role } = agency_words();
  const when = (at: string) => say_instant(language.value, Date.parse(at), now.value);
  const where = one.what["participant"]?.some(column => WHERE.has(column)) ?? false;
  return (
    <Card>
      <div class="stack-tight" data-exposed>
        <h2>{one.person} <span class="soft role">{say_name(role, one.role)}</span></h2>
        <p class="soft">{[one.case_number, one.device && (one.name || say_kind(one.kind))].filter(Boolean).join(" · ")}</p>
        <p>{one.device ? fill(say.since, { from: when(one.from_at), until: one.until_at ? when(one.until_at) : say.still }) : fill(say.once, { when: when(one.from_at) })}</p>
        <div><Mark tone={where ? "care" : "plain"}>{where ? say.where : say.no_where}</Mark></div>
        <p class="soft">{Object.keys(one.what).map(noun => say_name(say.noun, noun)).join(", ")}</p>
      </div>
    </Card>
  );
}
