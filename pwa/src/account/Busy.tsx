/** A code was opened on a phone on which somebody is signed in: one person at a time. */
import { fill } from "../i18n/fill.ts";
import { more } from "../i18n/language.ts";
import type { Params } from "../routes.ts";
import { session } from "../store/live.ts";
import { LinkButton } from "../ui/Button.tsx";
import { Card } from "../ui/Card.tsx";
import { Screen } from "../ui/Screen.tsx";

export function Busy(_: { params: Params }) {
  const { claim: say } = more();
  return (
    <Screen title={say.title}>
      <Card>
        <p>{fill(say.busy, { name: session.value?.display_name ?? "" })}</p>
        <div><LinkButton kind="primary" href="/more/sign-out">{more().more.sign_out}</LinkButton></div>
      </Card>
    </Screen>
  );
}
