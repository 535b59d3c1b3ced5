/** Where "leave quickly" goes, and honestly what it does not do. */
import { more } from "../i18n/language.ts";
import type { Params } from "../routes.ts";
import { drop, keep } from "../store/install.ts";
import { Banner } from "../ui/Banner.tsx";
import { Button } from "../ui/Button.tsx";
import { Card } from "../ui/Card.tsx";
import { Choice } from "../ui/Field.tsx";
import { leave_now } from "../ui/LeaveQuickly.tsx";
import { type LeaveSite, prefer, preferences } from "../ui/preferences.ts";
import { Screen } from "../ui/Screen.tsx";
import { back_to_more } from "./back.ts";

/** The service worker draws notices and counts without a page, so it has to know as well. */
function set_discreet(discreet: boolean): void {
  prefer({ discreet });
  void (discreet ? keep("discreet", true) : drop("discreet")).catch(() => undefined);
  if (discreet) void (navigator as { clearAppBadge?: () => Promise<void> }).clearAppBadge?.().catch(() => undefined);
}

const SITES: readonly LeaveSite[] = ["weather", "search", "blank"];

export function Leave(_: { params: Params }) {
  const { leave: say } = more();
  return (
    <Screen title={say.title} lead={say.lead} back={back_to_more()}>
      <Choice legend={say.goes} name="leave" value={preferences.value.leave} options={SITES.map(value => ({ value, label: say.site[value] }))}
        onChange={leave => { prefer({ leave }); }} />
      <Card>
        <h2>{say.discreet_title}</h2>
        <p>{say.discreet}</p>
        <div><Button onPress={() => { set_discreet(!preferences.value.discreet); }}>{preferences.value.discreet ? say.discreet_off : say.discreet_on}</Button></div>
      </Card>
      <Banner tone="care"><p><strong>{say.limits_title}.</strong> {say.limits}</p></Banner>
      <div><Button icon="leave" onPress={leave_now}>{say.try_it}</Button></div>
    </Screen>
  );
}
