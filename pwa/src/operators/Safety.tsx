/** For the case team: who of a case is in danger. One person marks; to take a mark back, two are needed. */
import { useState } from "preact/hooks";
import { ask } from "../account/server.ts";
import { full_name } from "../cases/box.ts";
import { fill } from "../i18n/fill.ts";
import { language } from "../i18n/language.ts";
import { say_long_day } from "../i18n/say.ts";
import type { Params } from "../routes.ts";
import { open_case, sync_now } from "../store/live.ts";
import { Button, Buttons } from "../ui/Button.tsx";
import { Card, Mark } from "../ui/Card.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { Nothing } from "../ui/States.tsx";
import { Asked, Reason } from "./Asked.tsx";
import { useAsking } from "./asking.ts";
import { agency_words } from "./words.ts";

interface Protection {
  participant: string;
  by_state: boolean;
  marked_at: string | null;
  waits_until: string | null;
}

interface PersonProps {
  one: Protection;
  name: string;
  mark: () => Promise<boolean>;
  wish: (reason: string) => Promise<boolean>;
}

export function Safety({ params }: { params: Params }) {
  const { safety: say } = agency_words();
  const { found, refusal, act, look } = useAsking<{ people: Protection[] }>(`/v1/safety/cases/${params.scope}`);
  const participants = open_case(params.scope).value?.participants ?? [];
  const name_of = (id: string) => { const one = participants.find(each => each.id === id); return one ? full_name(one) : ""; };
  const told = async (work: Parameters<typeof act>[0]) => { const done = await act(work); sync_now(); return done; };
  return (
    <Asked title={say.title} lead={say.lead} back={{ href: `/case/${params.scope}`, label: say.back }} refusal={refusal} ready={found !== null} again={() => { void look(); }}>
      {found?.people.length === 0 && <Nothing icon="shield" title={say.gone} />}
      {found?.people.map(one => {
        const party = { case: params.scope, participant: one.participant };
        return (
          <Person key={one.participant} one={one} name={name_of(one.participant)} mark={() => told(() => ask("PUT", "/v1/safety/marks", party))}
            wish={reason => told(() => ask("POST", "/v1/safety/clearings", { ...party, reason }))} />
        );
      })}
    </Asked>
  );
}

function Person({ one, name, mark, wish }: PersonProps) {
  const { safety: say, not_now } = agency_words();
  const [asks, ask_for] = useState<"mark" | "wish" | null>(null);
  const [reason, type] = useState("");
  const day = (at: string) => say_long_day(language.value, at);
  const marked = one.by_state || one.marked_at !== null;
  return (
    <Card>
      <div class="stack-tight" data-person={one.participant}>
        <h2>{name}</h2>
        <div><Mark tone={marked ? "bad" : "plain"} icon="shield">{one.by_state ? say.by_state : one.marked_at ? fill(say.marked, { day: day(one.marked_at) }) : say.none}</Mark></div>
        {one.waits_until && <p>{fill(say.waits, { day: day(one.waits_until) })}</p>}
      </div>
      {!marked && <div><Button kind="danger" icon="shield" online onPress={() => { ask_for("mark"); }}>{fill(say.mark, { name })}</Button></div>}
      {one.marked_at && !one.by_state && !one.waits_until && asks !== "wish" && <div><Button online onPress={() => { ask_for("wish"); }}>{say.ask}<span class="unseen"> {name}</span></Button></div>}
      {asks === "wish" && (
        <form class="stack" noValidate onSubmit={event => { event.preventDefault(); void wish(reason).then(done => { if (done) ask_for(null); }); }}>
          <p>{say.ask_why}</p>
          <Reason value={reason} onInput={type} />
          <Buttons><Button kind="primary" type="submit" online>{say.send}</Button><Button kind="plain" onPress={() => { ask_for(null); }}>{not_now}</Button></Buttons>
        </form>
      )}
      {asks === "mark" && (
        <Dialog title={fill(say.mark, { name })} onClose={() => { ask_for(null); }}>
          <p>{fill(say.mark_why, { name })}</p>
          <Buttons><Button kind="primary" online onPress={() => { ask_for(null); void mark(); }}>{say.mark_now}</Button><Button onPress={() => { ask_for(null); }}>{not_now}</Button></Buttons>
        </Dialog>
      )}
    </Card>
  );
}
