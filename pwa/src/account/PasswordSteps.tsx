/** A password and the app that shows digits for it: choose, take the picture, type the first digits. */
import { useState } from "preact/hooks";
import { fill } from "../i18n/fill.ts";
import { more } from "../i18n/language.ts";
import { Button } from "../ui/Button.tsx";
import { Card } from "../ui/Card.tsx";
import { TextField } from "../ui/Field.tsx";
import type { PasswordStart } from "../wire.ts";
import type { Told } from "./server.ts";
import { say_refusal } from "./words.ts";

interface StepsProps {
  begin: (password: string) => Promise<Told<PasswordStart>>;
  /** Answers why not, or null once it is done. */
  finish: (code: string, login: string) => Promise<string | null>;
}

export function PasswordSteps({ begin, finish }: StepsProps) {
  const [start, set_start] = useState<PasswordStart | null>(null);
  const [refusal, refuse] = useState<string | null>(null);
  const [busy, work] = useState(false);
  const choose = async (password: string) => {
    if (busy) return;
    work(true);
    const answer = await begin(password);
    work(false);
    refuse("refusal" in answer ? answer.refusal : null);
    if ("body" in answer) set_start(answer.body);
  };
  const confirm = async (code: string) => {
    if (busy || !start) return;
    work(true);
    const why = await finish(code, start.login);
    work(false);
    refuse(why);
    if (why === "begin_again") set_start(null);
  };
  const wrong = refusal && refusal !== "cancelled" ? say_refusal(refusal) : undefined;
  return start
    ? <TakeApp start={start} busy={busy} wrong={wrong} go={code => { void confirm(code); }} />
    : <Choose busy={busy} wrong={wrong} go={password => { void choose(password); }} />;
}

interface StepProps {
  busy: boolean;
  wrong: string | undefined;
  go: (typed: string) => void;
}

function Choose({ busy, wrong, go }: StepProps) {
  const { passwords: say, signin } = more();
  const [password, set] = useState("");
  const [shown, show] = useState(false);
  return (
    <Card>
      <form class="stack" noValidate onSubmit={event => { event.preventDefault(); if (password) go(password); }}>
        <h2>{say.title}</h2>
        <TextField id="new-password" label={say.label} hint={say.hint} value={password} onInput={set} autocomplete="new-password" secret={!shown} wrong={wrong}
          end={<div><Button kind="plain" onPress={() => { show(!shown); }}>{shown ? signin.hide : signin.show}</Button></div>} />
        <Button kind="primary" type="submit" full online busy={busy}>{say.next}</Button>
      </form>
    </Card>
  );
}

function TakeApp({ start, busy, wrong, go }: StepProps & { start: PasswordStart }) {
  const { passwords: say } = more();
  const [code, set] = useState("");
  return (
    <Card>
      <form class="stack" noValidate onSubmit={event => { event.preventDefault(); if (code) go(code); }}>
        <h2>{say.app_title}</h2>
        <p>{say.app}</p>
        <img class="qr" src={start.picture} alt={say.picture} width={200} height={200} />
        <p><a href={start.link}>{say.open_app}</a></p>
        <details><summary>{say.by_hand}</summary><p class="breaks"><code>{start.seed}</code></p></details>
        <p>{fill(say.login, { login: start.login })}</p>
        <TextField id="first-code" label={say.digits} value={code} onInput={set} autocomplete="one-time-code" inputMode="numeric" wrong={wrong} />
        <Button kind="primary" type="submit" full online busy={busy}>{say.finish}</Button>
      </form>
    </Card>
  );
}
