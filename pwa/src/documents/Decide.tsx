/** The team's answer to a document: it is what was needed, or another one is, and why. */
import { useState } from "preact/hooks";
import { more } from "../i18n/language.ts";
import { draft, drafts } from "../store/live.ts";
import type { HeldDocument } from "../store/model.ts";
import { Button, Buttons } from "../ui/Button.tsx";
import { Choice, TextArea } from "../ui/Field.tsx";
import { accept, send_back } from "./actions.ts";
import { type BackReason, NOTE_MOST, REASONS } from "./rules.ts";

export function Decide({ one, scope }: { one: HeldDocument; scope: string }) {
  const { documents: say } = more();
  const [back, open] = useState(drafts.peek().has(`back:${one.id}`));
  const [reason, because] = useState<BackReason>("unreadable");
  const [said, write] = draft(`back:${one.id}`);
  if (!back) {
    return (
      <Buttons>
        <Button kind="primary" icon="check" onPress={() => { void accept(scope, one.id); }}>{say.accept}</Button>
        <Button onPress={() => { open(true); }}>{say.send_back}</Button>
      </Buttons>
    );
  }
  return (
    <form class="stack" onSubmit={event => { event.preventDefault(); open(false); write(""); void send_back(scope, one.id, reason, said); }}>
      <Choice legend={say.why_back} name={`reason-${one.id}`} value={reason} options={REASONS.map(value => ({ value, label: say.reason[value] }))} onChange={because} />
      <TextArea label={say.said} hint={say.said_hint} value={said} most={NOTE_MOST} onInput={write} />
      <Buttons>
        <Button kind="primary" type="submit">{say.send_back}</Button>
        <Button kind="plain" onPress={() => { open(false); }}>{say.not_now}</Button>
      </Buttons>
    </form>
  );
}
