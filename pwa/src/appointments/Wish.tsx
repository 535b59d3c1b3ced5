/** What both ends fill in to begin an appointment: how, when, about what, and a note. It is safe on this device before the screen is left. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type en_more from "../i18n/en_more.json";
import { more } from "../i18n/language.ts";
import { draft, hours } from "../store/live.ts";
import { Banner } from "../ui/Banner.tsx";
import { Button } from "../ui/Button.tsx";
import { Choice, TextArea } from "../ui/Field.tsx";
import type { Wanted } from "./actions.ts";
import { channels_of, NOTE_MOST, TOPICS } from "./rules.ts";
import { TimeChooser } from "./TimeChooser.tsx";

export type Wish = Omit<Wanted, "thread">;

interface WishProps {
  /** Where the note's draft is kept. */
  place: string;
  say: { note: string; hint: string; send: string; after: string; channel_hint?: typeof en_more.appointments.channel_hint };
  /** Why it cannot be sent yet, beside the time. */
  missing?: string;
  taken?: ReadonlySet<string>;
  send: (wish: Wish) => Promise<void>;
  children?: ComponentChildren;
}

export function Wish({ place, say, missing = "", taken, send, children }: WishProps) {
  const { appointments: words } = more();
  const channels = channels_of(hours.value);
  const [channel, by] = useState(channels[0] ?? "phone");
  const [starts_local, at] = useState("");
  const [topic, about] = useState(TOPICS[0] ?? "other");
  const [note, add] = draft(place);
  const [wrong, fault] = useState("");
  const [keeping, keep] = useState(false);
  const keep_it = async (event: Event) => {
    event.preventDefault();
    if (keeping) return;
    const fails = missing || (starts_local ? "" : words.choose_time);
    fault(fails);
    if (fails) return;
    keep(true);
    try {
      await send({ starts_local, channel, topic, ...(note.trim() ? { note: note.trim() } : {}) });
      add("");
    } catch {
      fault(words.not_kept);
      keep(false);
    }
  };
  return (
    <form class="stack-wide" onSubmit={event => { void keep_it(event); }}>
      {children}
      <Choice legend={words.how} name="channel" value={channel} options={channels.map(value => ({ value, label: words.channel[value], ...(say.channel_hint ? { hint: say.channel_hint[value] } : {}) }))}
        onChange={value => { by(value); at(""); }} />
      <TimeChooser channel={channel} value={starts_local} taken={taken} onChange={value => { at(value); fault(""); }} />
      <Choice legend={words.about} name="topic" value={topic} options={TOPICS.map(value => ({ value, label: words.topic[value] }))} onChange={about} />
      <TextArea id="note" label={say.note} hint={say.hint} value={note} most={NOTE_MOST} onInput={add} />
      <div class="stack">
        {wrong && <Banner tone="bad" live><p>{wrong}</p></Banner>}
        <div><Button kind="primary" type="submit" icon="calendar" busy={keeping}>{say.send}</Button></div>
        <p class="soft">{say.after}</p>
      </div>
    </form>
  );
}
