/** For the case team: asking one parent for a paper, by a day, and why. Works with no network. */
import { useState } from "preact/hooks";
import { WithCase } from "../cases/Held.tsx";
import { Whom } from "../cases/Whom.tsx";
import { adults } from "../cases/box.ts";
import { fill } from "../i18n/fill.ts";
import { more, words } from "../i18n/language.ts";
import type { Params } from "../routes.ts";
import type { CaseBox } from "../store/model.ts";
import { Banner } from "../ui/Banner.tsx";
import { Button } from "../ui/Button.tsx";
import { today } from "../ui/clock.ts";
import { Choice, DateField, TextArea } from "../ui/Field.tsx";
import { go } from "../ui/router.ts";
import { Screen } from "../ui/Screen.tsx";
import { add_days } from "../ui/when.ts";
import { ask_document } from "./actions.ts";
import { type Kind, KINDS, NOTE_MOST } from "./rules.ts";

const USUAL_DAYS = 14;
const MOST_DAYS = 365;

export function AskFor({ params }: { params: Params }) {
  return <WithCase scope={params.scope} title={more().documents.ask}>{box => <Opened box={box} wanted={params.thread} />}</WithCase>;
}

function Opened({ box, wanted }: { box: CaseBox; wanted: string }) {
  const { documents: say } = more();
  return (
    <Screen title={say.ask} back={{ href: `/documents/${box.scope}`, label: say.title }} lead={fill(words().home.case_number, { number: box.case.case_number })}>
      {adults(box).length > 0 ? <Form box={box} wanted={wanted} /> : <Banner tone="care"><p>{say.ask_nobody}</p></Banner>}
    </Screen>
  );
}

function Form({ box, wanted }: { box: CaseBox; wanted: string }) {
  const { documents: say } = more();
  const [thread, whom] = useState(wanted);
  const [kind, is] = useState<Kind>("pay");
  const [by_on, by] = useState(add_days(today.value, USUAL_DAYS));
  const [why, because] = useState("");
  const [wrong, fault] = useState("");
  const [keeping, keep] = useState(false);
  const missing = () => (!thread ? more().brief.choose_parent : !why.trim() ? say.ask_no_why : !by_on || by_on < today.value ? say.ask_no_day : "");
  const send = async (event: Event) => {
    event.preventDefault();
    fault(missing());
    if (keeping || missing()) return;
    keep(true);
    try {
      await ask_document(box.scope, { thread, kind, by_on, why: why.trim() });
      go(`/documents/${box.scope}`);
    } catch {
      fault(say.ask_not_kept);
      keep(false);
    }
  };
  return (
    <form class="stack-wide" noValidate onSubmit={event => { void send(event); }}>
      <Whom box={box} legend={say.ask_whom} hint={say.ask_lead} value={thread} onChange={whom} />
      <Choice legend={say.what} name="kind" value={kind} options={KINDS.map(value => ({ value, label: words().codes.paper[value] }))} onChange={is} />
      <DateField id="by_on" label={say.ask_by} hint={say.ask_by_hint} value={by_on} least={today.value} most={add_days(today.value, MOST_DAYS)} onInput={by} />
      <TextArea id="why" label={say.ask_why} hint={say.ask_why_hint} value={why} most={NOTE_MOST} onInput={because} />
      <div class="stack-tight">
        {wrong && <Banner tone="bad" live><p>{wrong}</p></Banner>}
        <div><Button kind="primary" type="submit" icon="paper" busy={keeping}>{say.ask_send}</Button></div>
        <p class="soft">{say.ask_after}</p>
      </div>
    </form>
  );
}
