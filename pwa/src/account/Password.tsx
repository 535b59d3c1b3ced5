/** A password with an app's digits, and the recovery codes that go with it. */
import { useState } from "preact/hooks";
import { count, fill } from "../i18n/fill.ts";
import { more } from "../i18n/language.ts";
import { Button, Buttons } from "../ui/Button.tsx";
import { Card, Section } from "../ui/Card.tsx";
import type { PasswordStart } from "../wire.ts";
import { PasswordSteps } from "./PasswordSteps.tsx";
import { with_proof } from "./Prove.tsx";
import { RecoveryCodes } from "./RecoveryCodes.tsx";
import type { PartProps } from "./Security.tsx";
import { ask } from "./server.ts";

type Codes = { codes: string[] };

export function Password({ mine, act, look }: PartProps) {
  const { security: say } = more();
  const [codes, show] = useState<readonly string[]>([]);
  const [choosing, choose] = useState(false);
  const finish = async (code: string) => {
    const answer = await with_proof(() => ask<Codes>("POST", "/v1/account/password/confirm", { code }));
    if ("refusal" in answer) return answer.refusal;
    choose(false);
    show(answer.body.codes);
    look();
    return null;
  };
  const renew = () => act(async () => {
    const answer = await ask<Codes>("POST", "/v1/account/recovery-codes");
    if ("body" in answer) show(answer.body.codes);
    return answer;
  });
  if (codes.length > 0) return <RecoveryCodes login={mine.login} codes={codes} done={() => { show([]); }} />;
  return (
    <Section title={say.password}>
      {choosing
        ? <PasswordSteps begin={password => with_proof(() => ask<PasswordStart>("POST", "/v1/account/password", { password }))} finish={finish} />
        : (
          <Card>
            <p>{mine.password ? fill(mine.app ? say.password_and_app : say.password_alone, { login: mine.login }) : say.password_none}</p>
            {mine.app && <p>{count(say.codes_left, mine.recovery_codes)}</p>}
            <Buttons>
              <Button online onPress={() => { choose(true); }}>{mine.password ? say.password_change : say.password_set}</Button>
              {mine.app && <Button online onPress={() => { void renew(); }}>{say.codes_new}</Button>}
              {mine.password && <Button kind="danger" online onPress={() => { void act(() => ask("DELETE", "/v1/account/password")); }}>{say.password_remove}</Button>}
            </Buttons>
          </Card>
        )}
    </Section>
  );
}
