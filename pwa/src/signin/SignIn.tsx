/** The door: a passkey first, a password beside it, and the way in for those who have a code. What was typed survives a reload. */
import { count } from "../i18n/fill.ts";
import { useEffect, useState } from "preact/hooks";
import { language, more } from "../i18n/language.ts";
import type { Params } from "../routes.ts";
import { ask } from "../account/server.ts";
import { demo_people, enter, gate, type SignInFailure } from "../store/live.ts";
import type { DemoPerson } from "../store/model.ts";
import { Banner } from "../ui/Banner.tsx";
import { Button } from "../ui/Button.tsx";
import { ButtonRow, Card, LinkRow, Mark, Rows, Section } from "../ui/Card.tsx";
import { ErrorSummary, type Fault } from "../ui/ErrorSummary.tsx";
import { TextField } from "../ui/Field.tsx";
import { Icon } from "../ui/Icon.tsx";
import { Screen } from "../ui/Screen.tsx";
import { can_offer, can_use_passkeys, use_passkey } from "./passkey.ts";
import { forget_typed, useTyped } from "./typed.ts";

const RENEW_MS = 240_000;

/** Why somebody is not in: the server's reason, or the browser's. */
type Failure = SignInFailure | { code: "passkey_stopped" | "unable"; retry_after_s?: number };

export function SignIn(_: { params: Params }) {
  const { signin: say } = more();
  const [faults, fault] = useState<readonly Fault[]>([]);
  const [busy, work] = useState(false);
  const [digits, ask_digits] = useState(false);
  const enter_by = async (attempt: () => Promise<Failure | null>) => {
    if (busy) return;
    work(true);
    fault([]);
    const failure = await attempt().catch((): Failure => ({ code: "server" }));
    work(false);
    if (!failure) forget_typed();
    else if (failure.code === "second_factor") ask_digits(true);
    else fault([{ say: failure_text(failure), ...(failure.code === "wrong_code" ? { field: "code" } : {}) }]);
  };
  const passkey = usePasskeys(enter_by);
  const now = gate.value;
  return (
    <Screen title={say.welcome} tab_title={say.title} lead={say.lead}>
      {now.at === "door" && now.erased && <Banner tone="care"><p>{more().vault.not.erased}</p></Banner>}
      <ErrorSummary title={say.faults} faults={faults} />
      {can_use_passkeys() && <Button kind="primary" icon="lock" full busy={busy} onPress={passkey}>{say.passkey}</Button>}
      <Form busy={busy} fault={fault} enter={enter_by} wrong={faults} digits={digits} />
      <Rows><LinkRow href="/claim" icon="inbox" title={say.have_code} detail={say.have_code_why} /></Rows>
      <Demo enter={enter_by} />
      <Small />
    </Screen>
  );
}

/** The offer under the name that stands now: there is one screen to sign in on. */
const waiting = { end: new AbortController() };

/** Offers a passkey in the list under the name for as long as the screen stands; answers what the button does. */
function usePasskeys(enter_by: (attempt: () => Promise<Failure | null>) => Promise<void>): () => void {
  useEffect(() => {
    void offer(enter_by);
    const again = setInterval(() => { void offer(enter_by); }, RENEW_MS);
    return () => { clearInterval(again); waiting.end.abort(); };
  }, []);
  return () => {
    waiting.end.abort();
    void enter_by(async () => {
      const failure = await by_passkey();
      if (failure) void offer(enter_by);
      return failure;
    });
  };
}

async function offer(enter_by: (attempt: () => Promise<Failure | null>) => Promise<void>): Promise<void> {
  waiting.end.abort();
  const end = new AbortController();
  waiting.end = end;
  if (!await can_offer() || end.signal.aborted) return;
  const options = await ask("POST", "/v1/sign-in/passkey/options", {});
  if ("refusal" in options || end.signal.aborted) return;
  const used = await use_passkey(options.body, end.signal, true);
  if (typeof used !== "string") await enter_by(() => enter("/v1/sign-in/passkey", { passkey: used }));
}

async function by_passkey(): Promise<Failure | null> {
  const options = await ask("POST", "/v1/sign-in/passkey/options", {});
  if ("refusal" in options) return { code: options.refusal === "network" ? "network" : "server" };
  const used = await use_passkey(options.body, new AbortController().signal);
  if (typeof used === "string") return { code: used === "cancelled" ? "passkey_stopped" : "unable" };
  const failure = await enter("/v1/sign-in/passkey", { passkey: used });
  return failure?.code === "unauthorized" ? { code: "unable" } : failure;
}

function failure_text({ code, retry_after_s }: Failure): string {
  const { signin: say } = more();
  if (code === "too_many") return count(say.too_many, Math.max(1, Math.ceil((retry_after_s ?? 60) / 60)));
  return code === "second_factor" ? say.need_code : say[code];
}

interface FormProps {
  busy: boolean;
  digits: boolean;
  wrong: readonly Fault[];
  fault: (faults: readonly Fault[]) => void;
  enter: (attempt: () => Promise<Failure | null>) => Promise<void>;
}

function Form({ busy, wrong, fault, enter: enter_by, digits }: FormProps) {
  const { signin: say } = more();
  const [login, set_login] = useTyped("login");
  const [password, set_password] = useState("");
  const [code, set_code] = useState("");
  const [shown, show] = useState(false);
  const submit = (event: Event) => {
    event.preventDefault();
    const needed = { login: login.trim() ? "" : say.need_login, password: password ? "" : say.need_password, code: digits && !code.trim() ? say.need_code : "" };
    const missing = Object.entries(needed).filter(([, text]) => text).map(([field, text]) => ({ field, say: text }));
    if (missing.length > 0) fault(missing);
    else void enter_by(() => enter("/v1/sign-in", { login: login.trim(), password, ...(digits ? { code: code.trim() } : {}) }));
  };
  const wrong_in = (field: string) => wrong.find(one => one.field === field)?.say;
  return (
    <Card>
      <form class="stack" onSubmit={submit} noValidate>
        <TextField id="login" label={say.login} value={login} onInput={set_login} autocomplete="username webauthn" inputMode="email" wrong={wrong_in("login")} />
        <TextField id="password" label={say.password} value={password} onInput={set_password} autocomplete="current-password"
          secret={!shown} wrong={wrong_in("password")}
          end={<div><Button kind="plain" onPress={() => { show(!shown); }}>{shown ? say.hide : say.show}</Button></div>} />
        {digits && <Digits code={code} set={set_code} wrong={wrong_in("code")} />}
        <Button kind={can_use_passkeys() ? "quiet" : "primary"} type="submit" full busy={busy}>{busy ? say.busy : say.go}</Button>
        <p class="soft">{say.help}</p>
      </form>
    </Card>
  );
}

/** Appears once the password was right: it takes the focus, and says why it is there. */
function Digits({ code, set, wrong }: { code: string; set: (typed: string) => void; wrong: string | undefined }) {
  const { signin: say } = more();
  useEffect(() => { document.getElementById("code")?.focus(); }, []);
  return <TextField id="code" label={say.code} hint={say.code_hint} value={code} onInput={set} autocomplete="one-time-code" inputMode="text" wrong={wrong} />;
}

function Demo({ enter: enter_by }: Pick<FormProps, "enter">) {
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
            detail={language.value === "es" ? person.about_es : person.about_en} onPress={() => { void enter_by(() => enter("/v1/demo/sign-in", { key: person.key })); }} />
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
