/** What did not go through: each with what was tried, when, why, and what can be done. Nothing goes without a tap. */
import { fill } from "../i18n/fill.ts";
import { useState } from "preact/hooks";
import { FreeTimes } from "../appointments/FreeTimes.tsx";
import { own_thread, part_in } from "../cases/box.ts";
import { BothValues } from "../contacts/BothValues.tsx";
import { say_code } from "../i18n/codes.ts";
import { language, more } from "../i18n/language.ts";
import { say_instant } from "../i18n/say.ts";
import { send_message } from "../messages/actions.ts";
import type { Params } from "../routes.ts";
import { discard, open_case, pending, session } from "../store/live.ts";
import { lost } from "../store/lost.ts";
import type { CaseBox, OutboxItem } from "../store/model.ts";
import { Button, Buttons, LinkButton } from "../ui/Button.tsx";
import { Card } from "../ui/Card.tsx";
import { now } from "../ui/clock.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { Screen } from "../ui/Screen.tsx";
import { Nothing } from "../ui/States.tsx";
import { again, can_again, in_words, title_of } from "./tried.ts";
import { back_to_more } from "./back.ts";
import { Lost } from "./Lost.tsx";

export function Attention(_: { params: Params }) {
  const { attention: say } = more();
  const items = pending.value.filter(item => item.state === "refused" || item.state === "parked");
  return (
    <Screen title={say.title} back={back_to_more()} lead={items.length > 0 && say.lead}>
      <Lost />
      {items.length + lost.value.length === 0 ? <Nothing icon="check" title={say.none_title}>{say.none}</Nothing> : <div class="stack">{items.map(item => <Item key={item.id} item={item} />)}</div>}
    </Screen>
  );
}

function Item({ item }: { item: OutboxItem }) {
  const { attention: say } = more();
  const [asked, ask] = useState(false);
  const box = open_case(item.scope ?? "").value;
  const code = item.state === "parked" && item.code !== "unfit" ? "parked" : item.say?.key ?? item.code;
  const text = in_words(item, box);
  const thread = thread_of(item, box);
  const about = about_of(item, box);
  return (
    <Card>
      <div class="stack-tight">
        <h2>{title_of(item)}</h2>
        <p class="soft">{fill(say.written, { when: say_instant(language.value, Date.parse(item.at), now.value) })}</p>
      </div>
      {text && <blockquote class="quote" dir="auto">{text}</blockquote>}
      <p><strong>{say_code(say.why, code)}</strong></p>
      <FreeTimes item={item} />
      <BothValues item={item} />
      <Buttons>
        {can_again(item) && <Button kind="primary" icon="refresh" onPress={() => { void again(item); }}>{say.again}</Button>}
        {about && <LinkButton icon="calendar" href={`/appointment/${item.scope ?? ""}/${about}`}>{say.look}</LinkButton>}
        {item.name !== "message.send" && text && thread && <Button icon="messages" onPress={() => { void as_message(item, thread, text); }}>{session.value?.role === "parent" ? say.as_message : say.as_message_staff}</Button>}
        <Button kind="danger" onPress={() => { ask(true); }}>{say.discard}</Button>
      </Buttons>
      {asked && <ReallyDiscard item={item} close={() => { ask(false); }} />}
    </Card>
  );
}

/** Whose conversation this would go to: a parent's own, or that of the party it was about. */
function thread_of(item: OutboxItem, box: CaseBox | null | undefined): string | null {
  if (!box) return null;
  if (part_in(box) !== "staff") return own_thread(box);
  const { thread } = (item.args ?? {}) as { thread?: unknown };
  return typeof thread === "string" ? thread : box.appointments.find(one => one.id === about_of(item, box))?.thread ?? null;
}

/** The appointment that it was about, while there is one to look at. */
function about_of(item: OutboxItem, box: CaseBox | null | undefined): string | null {
  const { appointment } = (item.args ?? {}) as { appointment?: unknown };
  return typeof appointment === "string" && box?.appointments.some(one => one.id === appointment) ? appointment : null;
}

/** The same in words, to people who can do something about it; only when it is safe on this phone does the change go. */
async function as_message(item: OutboxItem, thread: string, text: string): Promise<void> {
  await send_message(item.scope ?? "", thread, text);
  await discard(item.id);
}

function ReallyDiscard({ item, close }: { item: OutboxItem; close: () => void }) {
  const { attention: say } = more();
  return (
    <Dialog title={say.discard_title} onClose={close}>
      <p>{say.discard_why}</p>
      <Buttons>
        <Button kind="primary" onPress={close}>{say.keep}</Button>
        <Button kind="danger" onPress={() => { void discard(item.id); }}>{say.discard}</Button>
      </Buttons>
    </Dialog>
  );
}
