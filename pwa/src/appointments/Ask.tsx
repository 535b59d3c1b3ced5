/** Asking the case team for an appointment: how, when, about what. Everything works with no network. */
import { useState } from "preact/hooks";
import { own_thread } from "../cases/box.ts";
import { WithCase } from "../cases/Held.tsx";
import { fill } from "../i18n/fill.ts";
import { more, words } from "../i18n/language.ts";
import type { Params } from "../routes.ts";
import { agency, hours } from "../store/live.ts";
import type { CaseBox } from "../store/model.ts";
import { Banner } from "../ui/Banner.tsx";
import { Button } from "../ui/Button.tsx";
import { Choice, TextArea } from "../ui/Field.tsx";
import { go } from "../ui/router.ts";
import { Screen } from "../ui/Screen.tsx";
import { request_appointment } from "./actions.ts";
import { channels_of, NOTE_MOST, TOPICS } from "./rules.ts";
import { TimeChooser } from "./TimeChooser.tsx";

export function Ask({ params }: { params: Params }) {
  return <WithCase scope={params.scope} title={more().appointments.ask}>{box => <Opened box={box} />}</WithCase>;
}

function Opened({ box }: { box: CaseBox }) {
  const { appointments: say, calendar } = more();
  const thread = own_thread(box);
  const channels = channels_of(hours.value);
  const closed = !thread || channels.length === 0;
  return (
    <Screen title={say.ask} back={{ href: "/calendar", label: calendar.title }} lead={fill(words().home.case_number, { number: box.case.case_number })}>
      {closed ? <Banner tone="care"><p>{say.no_times} {agency.value?.phone}</p></Banner> : <Form scope={box.scope} thread={thread} />}
    </Screen>
  );
}

function Form({ scope, thread }: { scope: string; thread: string }) {
  const { appointments: say } = more();
  const channels = channels_of(hours.value);
  const [channel, by] = useState(channels[0] ?? "phone");
  const [starts_local, at] = useState("");
  const [topic, about] = useState(TOPICS[0] ?? "other");
  const [note, add] = useState("");
  const [wrong, fault] = useState("");
  const [keeping, keep] = useState(false);
  const send = async (event: Event) => {
    event.preventDefault();
    if (keeping) return;
    if (!starts_local) { fault(say.choose_time); return; }
    keep(true);
    try {
      await request_appointment(scope, { thread, starts_local, channel, topic, ...(note.trim() ? { note: note.trim() } : {}) });
      go("/calendar");
    } catch {
      fault(say.not_kept);
      keep(false);
    }
  };
  return (
    <form class="stack-wide" onSubmit={event => { void send(event); }}>
      <Choice legend={say.how} name="channel" value={channel} options={channels.map(value => ({ value, label: say.channel[value], hint: say.channel_hint[value] }))}
        onChange={value => { by(value); at(""); }} />
      <TimeChooser channel={channel} value={starts_local} onChange={value => { at(value); fault(""); }} />
      <Choice legend={say.about} name="topic" value={topic} options={TOPICS.map(value => ({ value, label: say.topic[value] }))} onChange={about} />
      <TextArea id="note" label={say.note} hint={say.note_hint} value={note} most={NOTE_MOST} onInput={add} />
      <div class="stack-tight">
        {wrong && <Banner tone="bad" live><p>{wrong}</p></Banner>}
        <div><Button kind="primary" type="submit" icon="calendar" busy={keeping}>{say.send}</Button></div>
        <p class="soft">{say.after}</p>
      </div>
    </form>
  );
}
