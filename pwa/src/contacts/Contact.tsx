/** A parent's own phone, email and address in each case: what the office has, and what is on its way to it. */
import { useState } from "preact/hooks";
import { names_of } from "../cases/names.ts";
import { list_item } from "../cases/rules.ts";
import { fill } from "../i18n/fill.ts";
import { more, words } from "../i18n/language.ts";
import type { Params } from "../routes.ts";
import { cases, draft, open_case, pending } from "../store/live.ts";
import type { CaseBox } from "../store/model.ts";
import { Button, Buttons } from "../ui/Button.tsx";
import { Card, Mark, Section } from "../ui/Card.tsx";
import { Banner } from "../ui/Banner.tsx";
import { TextField } from "../ui/Field.tsx";
import { useOnce } from "../ui/once.ts";
import { Screen } from "../ui/Screen.tsx";
import { Loading, Nothing } from "../ui/States.tsx";
import { change_contact } from "./actions.ts";
import { BothValues } from "./BothValues.tsx";
import { both_values, contact_lines, type Line, VALUE_MOST } from "./rules.ts";

export function Contact(_: { params: Params }) {
  const { contact: say, held, more: rest } = more();
  const boxes = cases.value.map(item => open_case(item.scope).value);
  const open = boxes.filter(box => !!box);
  return (
    <Screen title={say.title} lead={say.lead} back={{ href: "/more", label: rest.title }}>
      {boxes.includes(undefined) ? <Loading say={held.opening} /> : open.length === 0 && <Nothing icon="person" title={say.none} />}
      {open.map(box => <OfCase key={box.scope} box={box} several={open.length > 1} />)}
    </Screen>
  );
}

function OfCase({ box, several }: { box: CaseBox; several: boolean }) {
  const { contact: say } = more();
  const { home } = words();
  const me = box.participants.find(person => person.mine);
  if (!me) return null;
  const title = several ? fill(home.support_for, { names: names_of(list_item(box).children, home.and) }) : say.yours;
  const meeting = pending.value.filter(item => item.scope === box.scope && both_values(item));
  return (
    <Section title={title}>
      {meeting.map(item => <Banner key={item.id} tone="care"><BothValues item={item} /></Banner>)}
      <Card>{contact_lines(me, box.contact_changes).map(line => <OneField key={line.field} line={line} scope={box.scope} thread={me.id} />)}</Card>
    </Section>
  );
}

function OneField({ line: { field, value, change }, scope, thread }: { line: Line; scope: string; thread: string }) {
  const { contact: say } = more();
  const [text, write] = draft(`contact:${thread}:${field}`);
  const [open, begin] = useState(text !== "");
  const [wrong, fault] = useState<string | undefined>();
  const { busy, once } = useOnce();
  const label = say.field[field];
  const end = () => { write(""); begin(false); };
  const send = async () => {
    const now = text.trim() || null;
    if (now && now.length > VALUE_MOST) { fault(say.too_long); return; }
    try {
      if (now !== value) await change_contact(scope, { thread, field, was: value, now });
      end();
    } catch {
      fault(more().messages.not_kept);
    }
  };
  if (open) {
    return (
      <form class="stack-tight" onSubmit={event => { event.preventDefault(); void once(send); }}>
        <TextField label={label} hint={say.empty_hint} value={text} wrong={wrong} onInput={write} />
        <Buttons><Button type="submit" kind="primary" busy={busy}>{say.send}</Button><Button kind="plain" onPress={end}>{say.leave}</Button></Buttons>
      </form>
    );
  }
  return (
    <div class="sums listed" data-field={field}>
      <div>
        <p class="soft">{label}</p>
        <p><strong>{value ?? say.nothing}</strong></p>
        {change && <p><Mark tone="care" icon={change.outbox ? "mobile" : "clock"}>{state_of(change.outbox?.state)}</Mark></p>}
      </div>
      <Button kind="plain" label={fill(say.change_this, { field: label })} onPress={() => { write(value ?? ""); begin(true); }}>{say.change}</Button>
    </div>
  );
}

function state_of(state: string | undefined): string {
  const { contact: say, messages, attention } = more();
  if (state === "saved" || state === "sending") return messages.state[state];
  return state === "refused" || state === "parked" ? attention.title : say.sent;
}
