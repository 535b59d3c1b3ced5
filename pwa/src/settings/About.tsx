/** What the app is, who stands behind it, and what it never does. */
import { more } from "../i18n/language.ts";
import type { Params } from "../routes.ts";
import { agency } from "../store/live.ts";
import { Card, Fact, Facts } from "../ui/Card.tsx";
import { Screen } from "../ui/Screen.tsx";
import { back_to_more } from "./back.ts";

export function About(_: { params: Params }) {
  const { about: say } = more();
  const phone = agency.value?.phone;
  return (
    <Screen title={say.title} lead={say.what} back={back_to_more()}>
      <div class="stack">
        <p>{say.truth}</p>
        <p>{say.other}</p>
        <p>{say.tracking}</p>
        <p>{say.made}</p>
      </div>
      <Card>
        <Facts>
          <Fact name={say.office}>{agency.value?.name}{phone && <><br /><a href={`tel:${phone}`}>{phone}</a></>}</Fact>
        </Facts>
      </Card>
    </Screen>
  );
}
