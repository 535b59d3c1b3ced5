/** How you sign in and where you are signed in; and, when something happened to the account, where it can be stopped. */
import { useEffect, useState } from "preact/hooks";
import { fill } from "../i18n/fill.ts";
import { language, more } from "../i18n/language.ts";
import { say_instant } from "../i18n/say.ts";
import type { Params } from "../routes.ts";
import { back_to_more } from "../settings/back.ts";
import { sync_now } from "../store/live.ts";
import { Banner } from "../ui/Banner.tsx";
import { Button, Buttons } from "../ui/Button.tsx";
import { Card, Section } from "../ui/Card.tsx";
import { now } from "../ui/clock.ts";
import { cut } from "../ui/network.ts";
import { Screen } from "../ui/Screen.tsx";
import { Loading } from "../ui/States.tsx";
import type { NewPhoneLine, OwnSecurity } from "../wire.ts";
import { Password } from "./Password.tsx";
import { Proof, with_proof } from "./Prove.tsx";
import { Refused } from "./Refused.tsx";
import { ask, device_name, new_passkey, type Told } from "./server.ts";

export type Act = (act: () => Promise<Told<unknown>>) => Promise<void>;

export function Security(_: { params: Params }) {
  const { security: say } = more();
  const [mine, set_mine] = useState<OwnSecurity | null>(null);
  const [refusal, refuse] = useState<string | null>(null);
  const look = async () => {
    const answer = await ask<OwnSecurity>("GET", "/v1/account/security");
    if ("body" in answer) set_mine(answer.body);
    else refuse(answer.refusal);
  };
  const act: Act = async work => {
    refuse(null);
    const answer = await with_proof(work);
    if ("refusal" in answer && answer.refusal !== "cancelled") refuse(answer.refusal);
    await look();
    sync_now();
  };
  useEffect(() => { void look(); }, []);
  return (
    <Screen title={say.title} lead={say.lead} back={back_to_more()}>
      {(refusal || cut.value) && <Refused because={refusal ?? "network"} again={() => { refuse(null); void look(); }} />}
      {mine ? <Everything mine={mine} act={act} look={() => { void look(); }} /> : !refusal && <Loading say={say.looking} />}
      <Proof />
    </Screen>
  );
}

export interface PartProps {
  mine: OwnSecurity;
  act: Act;
  look: () => void;
}

function Everything(props: PartProps) {
  return (
    <>
      <Alerted {...props} />
      <Passkeys {...props} />
      {props.mine.may_have_password && <Password {...props} />}
      {props.mine.phone_line !== null && <PhoneLine {...props} />}
      <Sessions {...props} />
    </>
  );
}

function Alerted({ mine, act }: PartProps) {
  const { security: say } = more();
  if (!mine.alert) return null;
  const when = mine.alert_at ? say_instant(language.value, Date.parse(mine.alert_at), now.value) : "";
  return (
    <Banner tone="care" icon="alert">
      <p>{fill(say.alert[mine.alert], { when })}</p>
      {mine.alert === "recovery"
        ? <div><Button kind="danger" online onPress={() => { void act(() => ask("DELETE", "/v1/account/recovery")); }}>{say.not_me}</Button></div>
        : <div><Button online onPress={() => { void act(() => ask("DELETE", "/v1/account/alert")); }}>{say.read}</Button></div>}
    </Banner>
  );
}

function Passkeys({ mine, act }: PartProps) {
  const { security: say } = more();
  const add = () => act(() => new_passkey("/v1/account/passkeys/options", "/v1/account/passkeys", device_name()));
  return (
    <Section title={say.passkeys}>
      <Card>
        <p>{mine.passkeys.length === 0 ? say.passkeys_none : say.passkeys_why}</p>
        {mine.passkeys.map(key => (
          <div key={key.id} class="sums listed" data-passkey={key.credential_id}>
            <span>
              <strong>{key.name || say.passkey}</strong><br />
              <span class="soft">{key.used_at ? fill(say.used, { when: say_instant(language.value, Date.parse(key.used_at), now.value) }) : say.never_used}</span>
            </span>
            <Button kind="danger" online onPress={() => { void act(() => ask("DELETE", `/v1/account/passkeys/${key.id}`)); }}>{say.remove}<span class="unseen"> {key.name || say.passkey}</span></Button>
          </div>
        ))}
        <div><Button kind="primary" icon="lock" online onPress={() => { void add(); }}>{say.add_passkey}</Button></div>
      </Card>
    </Section>
  );
}

/** The PIN is shown this once, and kept nowhere on the phone. */
function PhoneLine({ mine, act }: PartProps) {
  const { security: say } = more();
  const [made, show] = useState<NewPhoneLine | null>(null);
  const line = (method: "POST" | "DELETE") => act(async () => {
    const answer = await ask<NewPhoneLine | null>(method, "/v1/account/phone-line");
    if ("body" in answer) show(answer.body);
    return answer;
  });
  return (
    <Section title={say.line}>
      <Card>
        <p>{made ? fill(say.line_made, { ...made }) : mine.phone_line ? fill(say.line_set, { number: mine.phone_line }) : say.line_why}</p>
        <Buttons>
          <Button online onPress={() => { void line("POST"); }}>{say.line_new}</Button>
          {mine.phone_line && <Button kind="danger" online onPress={() => { void line("DELETE"); }}>{say.line_end}</Button>}
        </Buttons>
      </Card>
    </Section>
  );
}

function Sessions({ mine, act }: PartProps) {
  const { security: say } = more();
  const when = (at: string) => say_instant(language.value, Date.parse(at), now.value);
  return (
    <Section title={say.sessions}>
      <Card>
        {mine.sessions.map(one => (
          <div key={one.id} class="sums listed" data-session={one.this ? "this" : ""}>
            <span>
              <strong>{one.kind || say.some_browser}</strong><br />
              <span class="soft">{one.this ? fill(say.this_one, { when: when(one.ends_at) }) : fill(say.seen, { when: when(one.seen_at) })}</span>
            </span>
            {!one.this && <Button online onPress={() => { void act(() => ask("DELETE", `/v1/account/sessions/${one.id}`)); }}>{say.end}<span class="unseen"> {one.kind}</span></Button>}
          </div>
        ))}
        {mine.sessions.length > 1 && <Buttons><Button kind="danger" icon="sign_out" online onPress={() => { void act(() => ask("DELETE", "/v1/account/sessions")); }}>{say.end_all}</Button></Buttons>}
      </Card>
    </Section>
  );
}
