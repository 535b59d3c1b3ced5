/** The case team's notes in the brief: read, added and changed with or without a connection. No parent ever has them. */
import { useState } from "preact/hooks";
import { fill } from "../i18n/fill.ts";
import { language, more } from "../i18n/language.ts";
import { say_instant } from "../i18n/say.ts";
import { drafts, keep_draft, session } from "../store/live.ts";
import type { CaseBox, HeldNote } from "../store/model.ts";
import { Button, Buttons } from "../ui/Button.tsx";
import { Card, Pieces, Section } from "../ui/Card.tsx";
import { now } from "../ui/clock.ts";
import { TextArea } from "../ui/Field.tsx";
import { useOnce } from "../ui/once.ts";
import { add_note, edit_note } from "./actions.ts";
import { NOTE_MOST, note_groups } from "./rules.ts";

export function Notes({ box }: { box: CaseBox }) {
  const { notes: say } = more();
  const groups = note_groups(box.notes);
  return (
    <Section title={say.title}>
      <Card>
        <div class="no-print"><Writer place={`note:${box.scope}`} label={say.label} hint={say.hint} action={say.add} save={text => add_note(box.scope, text)} /></div>
        {groups.length === 0 && <p class="soft">{say.none}</p>}
        {groups.map(({ note, beside }) => (
          <div key={note.id} class="stack-tight" data-note={note.id}>
            <OneNote note={note} scope={box.scope} />
            {beside.map(other => <div key={other.id} class="quote"><OneNote note={other} scope={box.scope} /></div>)}
          </div>
        ))}
      </Card>
    </Section>
  );
}

function OneNote({ note, scope }: { note: HeldNote; scope: string }) {
  const { notes: say } = more();
  const [changing, change] = useState(false);
  const who = note.author_name || session.value?.display_name || "";
  const at = (when: string) => say_instant(language.value, Date.parse(when), now.value);
  if (changing) {
    return <Writer place={`note:${note.id}`} first={note.body} label={say.change} action={say.save} leave={() => { change(false); }}
      save={async text => { await edit_note(scope, note, text); change(false); }} />;
  }
  return (
    <div class="stack-tight">
      <p class="bubble-body" dir="auto">{note.body}</p>
      <p class="soft"><Pieces>{[
        note.beside ? fill(say.also, { name: who }) : who,
        at(note.received_at),
        note.edited_at && note.edited_by && fill(say.edited, { name: note.edited_by, when: at(note.edited_at) }),
        fate(note),
      ]}</Pieces></p>
      <div class="no-print"><Button kind="plain" onPress={() => { change(true); }} label={fill(say.change_this, { text: note.body.slice(0, 40) })}>{say.change}</Button></div>
    </div>
  );
}

function fate({ outbox }: HeldNote) {
  const { messages, attention } = more();
  if (!outbox || outbox.state === "done") return "";
  if (outbox.state === "saved" || outbox.state === "sending") return messages.state[outbox.state];
  return <a href="/attention">{attention.title}</a>;
}

interface WriterProps {
  place: string;
  first?: string;
  label: string;
  hint?: string;
  action: string;
  save: (text: string) => Promise<void>;
  leave?: () => void;
}

/** What is begun outlives the app; it leaves the box only once this device has it for good. */
function Writer({ place, first = "", label, hint, action, save, leave }: WriterProps) {
  const { notes: say, messages } = more();
  const [wrong, fault] = useState<string | undefined>();
  const text = drafts.value.get(place) ?? first;
  const { busy, once } = useOnce();
  const keep = async () => {
    if (!text.trim()) { fault(say.empty); return; }
    try {
      await save(text);
      keep_draft(place, "");
    } catch {
      fault(messages.not_kept);
    }
  };
  return (
    <form class="stack" onSubmit={event => { event.preventDefault(); void once(keep); }}>
      <TextArea label={label} {...(hint ? { hint } : {})} value={text} wrong={wrong} most={NOTE_MOST} onInput={value => { keep_draft(place, value); fault(undefined); }} />
      <Buttons>
        <Button type="submit" busy={busy}>{action}</Button>
        {leave && <Button kind="plain" onPress={() => { keep_draft(place, ""); leave(); }}>{say.leave}</Button>}
      </Buttons>
    </form>
  );
}
