/** The code was right: how will you sign in from now on? */
import { useState } from "preact/hooks";
import { fill } from "../i18n/fill.ts";
import { language, more } from "../i18n/language.ts";
import { say_instant } from "../i18n/say.ts";
import { PasswordSteps } from "../account/PasswordSteps.tsx";
import { RecoveryCodes } from "../account/RecoveryCodes.tsx";
import { ask, device_name, new_passkey, type Told } from "../account/server.ts";
import { say_refusal } from "../account/words.ts";
import { enter_account } from "../store/live.ts";
import { Banner } from "../ui/Banner.tsx";
import { Button } from "../ui/Button.tsx";
import { Card } from "../ui/Card.tsx";
import { now } from "../ui/clock.ts";
import { go } from "../ui/router.ts";
import { Screen } from "../ui/Screen.tsx";
import type { Enrolled, PasswordStart, Ticket } from "../wire.ts";
import { can_use_passkeys } from "./passkey.ts";

type End = { enrolled: Enrolled; login: string };

export function Enrol({ ticket, leave }: { ticket: Ticket; leave: () => void }) {
  const { enrol: say } = more();
  const [end, set_end] = useState<End | null>(null);
  const finish = (answer: Told<Enrolled>, login: string): string | null => {
    if ("refusal" in answer) return answer.refusal;
    const enrolled = answer.body;
    if (enrolled.account && enrolled.recovery_codes.length === 0) void settle(enrolled);
    else set_end({ enrolled, login });
    return null;
  };
  if (end) return <Ended {...end} />;
  return (
    <Screen title={fill(say.title, { name: ticket.display_name })} tab_title={say.tab} lead={ticket.recovers ? say.lead_again : say.lead}>
      {ticket.recovers && <Banner tone="note"><p>{say.waits}</p></Banner>}
      <ByPasskey finish={answer => finish(answer, ticket.login)} />
      {ticket.may_have_password && <ByPassword finish={finish} />}
      <Card>
        <p>{fill(say.not_you, { name: ticket.display_name })}</p>
        <div><Button onPress={leave}>{say.leave}</Button></div>
      </Card>
    </Screen>
  );
}

function ByPasskey({ finish }: { finish: (answer: Told<Enrolled>) => string | null }) {
  const { enrol: say } = more();
  const [busy, work] = useState(false);
  const [refusal, refuse] = useState<string | null>(null);
  const make = async () => {
    if (busy) return;
    work(true);
    refuse(finish(await new_passkey<Enrolled>("/v1/enrolment/passkey/options", "/v1/enrolment/passkey", device_name())));
    work(false);
  };
  if (!can_use_passkeys()) return <Banner tone="care"><p>{say.no_passkeys}</p></Banner>;
  return (
    <Card>
      <h2>{say.passkey}</h2>
      <p>{say.passkey_why}</p>
      {refusal && <p role="alert" class="wrong">{say_refusal(refusal)}</p>}
      <Button kind="primary" icon="lock" full busy={busy} onPress={() => { void make(); }}>{say.make}</Button>
    </Card>
  );
}

function ByPassword({ finish }: { finish: (answer: Told<Enrolled>, login: string) => string | null }) {
  const { enrol: say } = more();
  const [chosen, choose] = useState(false);
  if (!chosen) {
    return (
      <Card>
        <h2>{say.password}</h2>
        <p>{say.password_why}</p>
        <div><Button onPress={() => { choose(true); }}>{say.choose}</Button></div>
      </Card>
    );
  }
  return (
    <PasswordSteps begin={password => ask<PasswordStart>("POST", "/v1/enrolment/password", { password })}
      finish={async (code, login) => finish(await ask<Enrolled>("POST", "/v1/enrolment/password/confirm", { code }), login)} />
  );
}

function Ended({ enrolled, login }: End) {
  const { enrol: say } = more();
  const [kept, keep] = useState(enrolled.recovery_codes.length === 0);
  if (!kept) {
    return (
      <Screen title={say.almost} tab_title={say.tab}>
        <RecoveryCodes login={login} codes={enrolled.recovery_codes} done={() => { if (enrolled.account) void settle(enrolled); else keep(true); }} />
      </Screen>
    );
  }
  return (
    <Screen title={say.wait_title} tab_title={say.tab}>
      <Card>
        <p>{fill(say.wait, { when: enrolled.ready_at ? say_instant(language.value, Date.parse(enrolled.ready_at), now.value) : "" })}</p>
        <p>{say.wait_why}</p>
        <div><Button kind="primary" onPress={() => { go("/", "replace"); }}>{say.understood}</Button></div>
      </Card>
    </Screen>
  );
}

async function settle({ account }: Enrolled): Promise<void> {
  if (!account) return;
  go("/", "replace");
  await enter_account(account);
}
