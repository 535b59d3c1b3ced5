/** For supervisors: marks that somebody wants taken back, and the ways to what else they answer for. */
import { useState } from "preact/hooks";
import { ask } from "../account/server.ts";
import { fill } from "../i18n/fill.ts";
import { language } from "../i18n/language.ts";
import { say_long_day } from "../i18n/say.ts";
import type { Params } from "../routes.ts";
import { back_to_more } from "../settings/back.ts";
import { Button, Buttons } from "../ui/Button.tsx";
import { Card, LinkRow, Rows, Section } from "../ui/Card.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { Asked } from "./Asked.tsx";
import { useAsking } from "./asking.ts";
import { agency_words } from "./words.ts";

interface Clearing {
  id: string;
  case_number: string;
  name: string;
  reason: string;
  asked_by: string;
  until_at: string;
  own: boolean;
}

export function Unit(_: { params: Params }) {
  const { unit: say } = agency_words();
  const { found, refusal, act, look } = useAsking<{ clearings: Clearing[] }>("/v1/safety/clearings");
  return (
    <Asked title={say.title} lead={say.lead} back={back_to_more()} refusal={refusal} ready={found !== null} again={() => { void look(); }}>
      <Section title={say.waits}>
        {found?.clearings.length === 0 && <Card><p>{say.none}</p></Card>}
        {found?.clearings.map(one => <Wish key={one.id} one={one} decide={how => { void act(() => ask("POST", `/v1/safety/clearings/${one.id}/${how}`, {})); }} />)}
      </Section>
      <Rows>
        <LinkRow href="/operators/cases" icon="people" title={say.cases} detail={say.cases_detail} />
        <LinkRow href="/operators/kept" icon="inbox" title={say.kept} detail={say.kept_detail} />
        <LinkRow href="/operators/exposure" icon="search" title={say.exposure} detail={say.exposure_detail} />
      </Rows>
    </Asked>
  );
}

function Wish({ one, decide }: { one: Clearing; decide: (how: "confirmed" | "refused") => void }) {
  const { unit: say, not_now } = agency_words();
  const [sure, ask_sure] = useState(false);
  return (
    <Card>
      <div class="stack-tight" data-clearing={one.id}>
        <h3>{one.name} <span class="soft role">{one.case_number}</span></h3>
        <p class="soft">{fill(say.asked, { person: one.asked_by, day: say_long_day(language.value, one.until_at) })}</p>
        <p class="breaks">{one.reason}</p>
        {one.own && <p>{say.own}</p>}
      </div>
      {!one.own && <Buttons><Button online onPress={() => { decide("refused"); }}>{say.refuse}</Button><Button kind="danger" online onPress={() => { ask_sure(true); }}>{say.agree}</Button></Buttons>}
      {sure && (
        <Dialog title={fill(say.agree_title, { name: one.name })} onClose={() => { ask_sure(false); }}>
          <p>{say.agree_why}</p>
          <Buttons><Button kind="primary" onPress={() => { ask_sure(false); }}>{not_now}</Button><Button kind="danger" onPress={() => { ask_sure(false); decide("confirmed"); }}>{say.agree}</Button></Buttons>
        </Dialog>
      )}
    </Card>
  );
}
