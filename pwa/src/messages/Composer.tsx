/** The box to write in. The text leaves it only once this phone has it for good. */
import { count } from "../i18n/fill.ts";
import { useState } from "preact/hooks";
import { more } from "../i18n/language.ts";
import { drafts, keep_draft, session, state } from "../store/live.ts";
import { Button } from "../ui/Button.tsx";
import { TextArea } from "../ui/Field.tsx";
import { send_message } from "./actions.ts";
import { BODY_MOST, may_send } from "./rules.ts";

const WARN_AT = 300;

export function Composer({ scope, thread, hint }: { scope: string; thread: string; hint: string }) {
  const { messages: say } = more();
  const text = drafts.value.get(thread) ?? "";
  const write = (value: string) => { keep_draft(thread, value); };
  const [wrong, fault] = useState<string | undefined>();
  const [keeping, keep] = useState(false);
  const [told, tell] = useState("");
  const send = async (event: Event) => {
    event.preventDefault();
    if (keeping) return;
    if (!may_send(text)) { fault(say.empty); return; }
    keep(true);
    try {
      await send_message(scope, thread, text);
      write("");
      fault(undefined);
      tell(state.peek().phase === "offline" ? say.kept_offline : say.kept);
    } catch {
      fault(say.not_kept);
    }
    keep(false);
  };
  const left = BODY_MOST - text.length;
  return (
    <form class="composer" onSubmit={event => { void send(event); }} key={session.value?.account_id}>
      <TextArea label={say.label} hint={hint} value={text} wrong={wrong} most={BODY_MOST} onInput={value => { write(value); fault(undefined); tell(""); }} />
      <div class="line apart">
        <span role="status" class="soft">{keeping ? say.keeping : left < WARN_AT ? count(say.left, left) : told}</span>
        <Button kind="primary" type="submit" icon="send" busy={keeping}>{say.send}</Button>
      </div>
    </form>
  );
}
