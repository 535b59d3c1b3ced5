/** For the case team: what happened to people's accounts that a person has to look into. */
import { useEffect, useState } from "preact/hooks";
import { language, more } from "../i18n/language.ts";
import { say_instant } from "../i18n/say.ts";
import type { Params } from "../routes.ts";
import { back_to_more } from "../settings/back.ts";
import { Button, Buttons, LinkButton } from "../ui/Button.tsx";
import { Card } from "../ui/Card.tsx";
import { now } from "../ui/clock.ts";
import { Screen } from "../ui/Screen.tsx";
import { Loading, Nothing } from "../ui/States.tsx";
import type { Check } from "../wire.ts";
import { Refused } from "./Refused.tsx";
import { ask } from "./server.ts";

export function Checks(_: { params: Params }) {
  const { checks: say } = more();
  const [open, set_open] = useState<readonly Check[] | null>(null);
  const [refusal, refuse] = useState<string | null>(null);
  const look = async () => {
    const answer = await ask<{ checks: Check[] }>("GET", "/v1/identity-checks");
    refuse("refusal" in answer ? answer.refusal : null);
    if ("body" in answer) set_open(answer.body.checks);
  };
  useEffect(() => { void look(); }, []);
  const finish = async (check: Check) => {
    await ask("PUT", `/v1/identity-checks/${check.id}/done`, {});
    await look();
  };
  return (
    <Screen title={say.title} lead={say.lead} back={back_to_more()}>
      {refusal && <Refused because={refusal} again={() => { void look(); }} />}
      {!open && !refusal && <Loading say={say.looking} />}
      {open?.length === 0 && <Nothing icon="check" title={say.none} />}
      {open?.map(check => (
        <Card key={check.id}>
          <h2>{check.name}</h2>
          <p>{say.kind[check.kind]}</p>
          <p class="soft">{say_instant(language.value, Date.parse(check.made_at), now.value)}</p>
          <Buttons>
            <Button online onPress={() => { void finish(check); }}>{say.done}</Button>
            <LinkButton href={`/case/${check.case}`}>{say.open_case}</LinkButton>
          </Buttons>
        </Card>
      ))}
    </Screen>
  );
}
