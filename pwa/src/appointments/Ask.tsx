/** Asking the case team for an appointment: how, when, about what. Everything works with no network. */
import { own_thread } from "../cases/box.ts";
import { WithCase } from "../cases/Held.tsx";
import { fill } from "../i18n/fill.ts";
import { more, words } from "../i18n/language.ts";
import type { Params } from "../routes.ts";
import { agency, hours } from "../store/live.ts";
import type { CaseBox } from "../store/model.ts";
import { Banner } from "../ui/Banner.tsx";
import { go } from "../ui/router.ts";
import { Screen } from "../ui/Screen.tsx";
import { request_appointment } from "./actions.ts";
import { channels_of } from "./rules.ts";
import { Wish } from "./Wish.tsx";

export function Ask({ params }: { params: Params }) {
  return <WithCase scope={params.scope} title={more().appointments.ask}>{box => <Opened box={box} />}</WithCase>;
}

function Opened({ box }: { box: CaseBox }) {
  const { appointments: say, calendar } = more();
  const thread = own_thread(box);
  const closed = !thread || channels_of(hours.value).length === 0;
  const send = async (wish: Wish) => {
    await request_appointment(box.scope, { thread: thread ?? "", ...wish });
    go("/calendar", "replace");
  };
  return (
    <Screen title={say.ask} back={{ href: "/calendar", label: calendar.title }} lead={fill(words().home.case_number, { number: box.case.case_number })}>
      {closed ? <Banner tone="care"><p>{say.no_times} {agency.value?.phone}</p></Banner>
        : <Wish place={`ask:${box.scope}`} say={{ note: say.note, hint: say.note_hint, send: say.send, after: say.after, channel_hint: say.channel_hint }} send={send} />}
    </Screen>
  );
}
