/** The door: a form that works with password managers and keeps what was typed, and one-tap demonstration people where offered. */
import { count } from "../i18n/fill.ts";
import { useEffect, useState } from "preact/hooks";
import { language, more } from "../i18n/language.ts";
import type { Params } from "../routes.ts";
import { demo_people, demo_sign_in, type SignInFailure, sign_in } from "../store/live.ts";
import type { DemoPerson } from "../store/model.ts";
import { Button } from "../ui/Button.tsx";
import { ButtonRow, Card, Mark, Rows, Section } from "../ui/Card.tsx";
import { ErrorSummary, type Fault } from "../ui/ErrorSummary.tsx";
import { TextField } from "../ui/Field.tsx";
import { Icon } from "../ui/Icon.tsx";
import { Screen } from "../ui/Screen.tsx";

export function SignIn(_: { params: Params }) {
  const { signin: say } = more();
  const [faults, fault] = useState<readonly Fault[]>([]);
  const [busy, work] = useState(false);
  const enter = async (attempt: () => Promise<SignInFailure | null>) => {
    if (busy) return;
    work(true);
    fault([]);
    const failure = await attempt().catch((): SignInFailure => ({ code: "server" }));
    work(false);
    if (failure) fault([{ say: failure_text(failure) }]);
  };
  return (
    <Screen title={say.welcome} tab_title={say.title} lead={say.lead}>
      <ErrorSummary title={say.faults} faults={faults} />
      <Form busy={busy} fault={fault} enter={enter} wrong={faults} />
      <Demo enter={enter} />
      <Small />
    </Screen>
  );
}

function failure_text({ code, retry_after_s }: SignInFailure): string {
  const { signin: say } = more();
  return code === "too_many" ? count(say.too_many, Math.max(1, Math.ceil((retry_after_s ?? 60) / 60))) : say[code];
}

interface FormProps {
  busy: boolean;
  wrong: readonly Fault[];
  fault: (faults: readonly Fault[]) => void;
  enter: (attempt: () => Promise<SignInFailure | null>) => Promise<void>;
}

function Form({ busy, wrong, fault, enter }: FormProps) {
  const { signin: say } = more();
  const [login, set_login] = useState("");
  const [password, set_password] = useState("");
  const [shown, show] = useState(false);
  const submit = (event: Event) => {
    event.preventDefault();
    const missing = [...(login.trim() ? [] : [{ field: "login", say: say.need_login }]), ...(password ? [] : [{ field: "password", say: say.need_password }])];
    if (missing.length > 0) fault(missing);
    else void enter(() => sign_in(login.trim(), password));
  };
  const wrong_in = (field: string) => wrong.find(one => one.field === field)?.say;
  return (
    <Card>
      <form class="stack" onSubmit={submit} noValidate>
        <TextField id="login" label={say.login} value={login} onInput={set_login} autocomplete="username" inputMode="email" wrong={wrong_in("login")} />
        <TextField id="password" label={say.password} value={password} onInput={set_password} autocomplete="current-password"
          secret={!shown} wrong={wrong_in("password")}
          end={<div><Button kind="plain" onPress={() => { show(!shown); }}>{shown ? say.hide : say.show}</Button></div>} />
        <Button kind="primary" type="submit" full busy={busy}>{busy ? say.busy : say.go}</Button>
        <p class="soft">{say.help}</p>
      </form>
    </Card>
  );
}

function Demo({ enter }: Pick<FormProps, "enter">) {
  const { signin: say } = more();
  const [people, meet] = useState<DemoPerson[] | null>(null);
  useEffect(() => { void demo_people().then(meet, () => undefined); }, []);
  if (!people || people.length === 0) return null;
  return (
    <Section title={say.demo}>
      <p class="soft">{say.demo_lead}</p>
      <Rows label={say.demo}>
        {people.map(person => (
          <ButtonRow key={person.key} icon="person" title={<>{person.display_name} {person.role !== "parent" && <Mark>{say.role[person.role]}</Mark>}</>}
            detail={language.value === "es" ? person.about_es : person.about_en} onPress={() => { void enter(() => demo_sign_in(person.key)); }} />
        ))}
      </Rows>
    </Section>
  );
}

function Small() {
  const { signin: say } = more();
  return (
    <div>
      {[[say.who_made, say.who_made_text], [say.kept, say.kept_text]].map(([title, text]) => (
        <details key={title}><summary><Icon name="next" size={18} />{title}</summary><p>{text}</p></details>
      ))}
    </div>
  );
}
