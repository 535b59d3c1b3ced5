/** The way in for those who have a code from their office: the code, a name, then a way to sign in from now on. */
import { useEffect, useState } from "preact/hooks";
import { more } from "../i18n/language.ts";
import { ask } from "../account/server.ts";
import { say_refusal } from "../account/words.ts";
import type { Params } from "../routes.ts";
import { Button } from "../ui/Button.tsx";
import { Card } from "../ui/Card.tsx";
import { ErrorSummary, type Fault } from "../ui/ErrorSummary.tsx";
import { TextField } from "../ui/Field.tsx";
import { Screen } from "../ui/Screen.tsx";
import { Loading } from "../ui/States.tsx";
import type { Ticket } from "../wire.ts";
import { Enrol } from "./Enrol.tsx";
import { as_day, code_in } from "./rules.ts";
import { forget_typed, useTyped } from "./typed.ts";

export function Claim(_: { params: Params }) {
  const { claim: say } = more();
  const [ticket, set_ticket] = useState<Ticket | null | undefined>(undefined);
  const look = async () => {
    const answer = await ask<Ticket>("GET", "/v1/enrolment");
    set_ticket("body" in answer ? answer.body : null);
  };
  useEffect(() => { void look(); }, []);
  const back = { href: "/", label: say.back };
  if (ticket === undefined) return <Screen title={say.title} back={back}><Loading say={say.looking} /></Screen>;
  if (ticket) return <Enrol ticket={ticket} leave={() => { void ask("DELETE", "/v1/enrolment").then(() => { set_ticket(null); }); }} />;
  return (
    <Screen title={say.title} lead={say.lead} back={back}>
      <CodeForm done={() => { void look(); }} />
    </Screen>
  );
}

function CodeForm({ done }: { done: () => void }) {
  const { claim: say } = more();
  const [code, set_code] = useTyped("code");
  const [who, set_who] = useTyped("who");
  const [faults, fault] = useState<readonly Fault[]>([]);
  const [busy, work] = useState(false);
  useEffect(() => {
    const take = () => { take_from_address(set_code); };
    take();
    addEventListener("hashchange", take);
    return () => { removeEventListener("hashchange", take); };
  }, []);
  const submit = async () => {
    const missing = [...(code.trim() ? [] : [{ field: "code", say: say.need_code }]), ...(who.trim() ? [] : [{ field: "who", say: say.need_who }])];
    fault(missing);
    if (busy || missing.length > 0) return;
    work(true);
    const answer = await ask("POST", "/v1/claim", { code: code.trim(), who: as_day(who.trim()) });
    work(false);
    if ("refusal" in answer) fault([{ say: answer.refusal === "unauthorized" ? say.wrong : say_refusal(answer.refusal) }]);
    else {
      forget_typed();
      done();
    }
  };
  return (
    <>
      <ErrorSummary title={say.faults} faults={faults} />
      <Card>
        <form class="stack" noValidate onSubmit={event => { event.preventDefault(); void submit(); }}>
          <TextField id="code" label={say.code} hint={say.code_hint} value={code} onInput={set_code} wrong={faults.find(one => one.field === "code")?.say} />
          <TextField id="who" label={say.who} hint={say.who_hint} value={who} onInput={set_who} wrong={faults.find(one => one.field === "who")?.say} />
          <Button kind="primary" type="submit" full busy={busy}>{say.go}</Button>
          <p class="soft">{say.help}</p>
        </form>
      </Card>
    </>
  );
}

/** A scanned picture brings its code behind the `#`, which no server sees; it leaves the address and the history at once. */
function take_from_address(set_code: (code: string) => void): void {
  const code = code_in(location.hash);
  if (!code) return;
  set_code(code);
  history.replaceState(null, "", location.pathname);
}
