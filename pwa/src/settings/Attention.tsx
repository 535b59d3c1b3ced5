/** What did not go through: each with what was tried, when, why, and what can be done. Nothing goes without a tap. */
import { fill } from "../i18n/fill.ts";
import { useState } from "preact/hooks";
import { say_code } from "../i18n/codes.ts";
import { language, more } from "../i18n/language.ts";
import { say_instant } from "../i18n/say.ts";
import { send_message } from "../messages/actions.ts";
import type { Params } from "../routes.ts";
import { discard, pending, session } from "../store/live.ts";
import { lost } from "../store/lost.ts";
import type { OutboxItem } from "../store/model.ts";
import { Button, Buttons } from "../ui/Button.tsx";
import { Card } from "../ui/Card.tsx";
import { now } from "../ui/clock.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { Screen } from "../ui/Screen.tsx";
import { Nothing } from "../ui/States.tsx";
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

/** What a person wrote in a change, to show it to them again. */
export function body_of(item: OutboxItem): string {
  const { body } = (item.args ?? {}) as { body?: unknown };
  return typeof body === "string" ? body : "";
}

function Item({ item }: { item: OutboxItem }) {
  const { attention: say } = more();
  const [asked, ask] = useState(false);
  const title = item.name !== "message.send" ? say.other : session.value?.role === "parent" ? say.message : say.message_staff;
  const code = item.state === "parked" ? "parked" : item.say?.key ?? item.code;
  return (
    <Card>
      <div class="stack-tight">
        <h2>{title}</h2>
        <p class="soft">{fill(say.written, { when: say_instant(language.value, Date.parse(item.at), now.value) })}</p>
      </div>
      {body_of(item) && <blockquote class="quote" dir="auto">{body_of(item)}</blockquote>}
      <p><strong>{say_code(say.why, code)}</strong></p>
      <Buttons>
        {item.name === "message.send" && item.state === "refused" && <Button kind="primary" icon="refresh" onPress={() => { void again(item); }}>{say.again}</Button>}
        <Button kind="danger" onPress={() => { ask(true); }}>{say.discard}</Button>
      </Buttons>
      {asked && <ReallyDiscard item={item} close={() => { ask(false); }} />}
    </Card>
  );
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

/** The same words under a new number; only when they are safe on this phone does the old one go. */
async function again(item: OutboxItem): Promise<void> {
  const { thread } = item.args as { thread: string };
  await send_message(item.scope ?? "", thread, body_of(item));
  await discard(item.id);
}
