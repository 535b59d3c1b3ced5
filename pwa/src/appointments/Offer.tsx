/** For the case team: offering one parent a time. Works with no network: what this device knows to be taken is left out, the rest the agency says later. */
import { useState } from "preact/hooks";
import { case_rows, find_cases } from "../caseload/rules.ts";
import { adults } from "../cases/box.ts";
import { WithCase } from "../cases/Held.tsx";
import type { CaseListItem } from "../cases/rules.ts";
import { Whom } from "../cases/Whom.tsx";
import { fill } from "../i18n/fill.ts";
import { more, words } from "../i18n/language.ts";
import type { Params } from "../routes.ts";
import { agency, cases, hours } from "../store/live.ts";
import type { CaseBox } from "../store/model.ts";
import { Banner } from "../ui/Banner.tsx";
import { LinkRow, Rows } from "../ui/Card.tsx";
import { now, today } from "../ui/clock.ts";
import { SearchField } from "../ui/Field.tsx";
import { go } from "../ui/router.ts";
import { Screen } from "../ui/Screen.tsx";
import { Nothing } from "../ui/States.tsx";
import { offer_appointment } from "./actions.ts";
import { channels_of, times_taken } from "./rules.ts";
import { Wish } from "./Wish.tsx";

const DRAWN = 20;

export function Offer({ params }: { params: Params }) {
  return <WithCase scope={params.scope} title={more().appointments.offer}>{box => <Opened box={box} wanted={params.thread} />}</WithCase>;
}

function Opened({ box, wanted }: { box: CaseBox; wanted: string }) {
  const { appointments: say, brief } = more();
  const [thread, whom] = useState(wanted);
  const closed = adults(box).length === 0 || channels_of(hours.value).length === 0;
  const send = async (wish: Wish) => {
    const id = await offer_appointment(box.scope, { thread, ...wish });
    go(`/appointment/${box.scope}/${id}`, "replace");
  };
  return (
    <Screen title={say.offer} back={{ href: `/case/${box.scope}`, label: brief.title }} lead={fill(words().home.case_number, { number: box.case.case_number })}>
      {closed ? <Banner tone="care"><p>{say.no_times} {agency.value?.phone}</p></Banner> : (
        <Wish place={`offer:${box.scope}`} say={{ note: say.offer_note, hint: say.offer_note_hint, send: say.offer_send, after: say.offer_after }} missing={thread ? "" : brief.choose_parent}
          taken={times_taken(cases.value)} send={send}>
          <Whom box={box} legend={say.offer_whom} hint={say.offer_lead} value={thread} onChange={whom} />
        </Wish>
      )}
    </Screen>
  );
}

/** From the calendar no case is known yet. */
export function OfferInCase(_: { params: Params }) {
  const { appointments: say, calendar } = more();
  const [query, look_for] = useState("");
  const found = find_cases(case_rows(cases.value, now.peek(), today.value), query, new Set()).filter(row => row.item.status === "open").slice(0, DRAWN);
  return (
    <Screen title={say.offer} back={{ href: "/calendar", label: calendar.title }} lead={say.offer_which}>
      <SearchField label={words().caseload.search} value={query} onInput={look_for} />
      {found.length === 0 ? <Nothing icon="search" title={say.offer_none} />
        : <Rows>{found.map(({ item }) => <LinkRow key={item.scope} href={`/calendar/offer/${item.scope}`} icon="people" title={named(item)} detail={item.case_number} />)}</Rows>}
    </Screen>
  );
}

function named({ receiving, paying }: CaseListItem): string {
  return [receiving, paying].map(name => name || words().caseload.no_name).join(" · ");
}
