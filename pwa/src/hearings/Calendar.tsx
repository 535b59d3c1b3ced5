/** A parent's court dates: when, where, what to bring, what if it is missed, and an entry for the phone's calendar. */
import { fill } from "../i18n/fill.ts";
import { names_of } from "../cases/names.ts";
import { part_in } from "../cases/box.ts";
import { list_item } from "../cases/rules.ts";
import { more, words } from "../i18n/language.ts";
import type { Params } from "../routes.ts";
import { cases, open_case, state } from "../store/live.ts";
import type { CaseBox } from "../store/model.ts";
import { Section } from "../ui/Card.tsx";
import { now } from "../ui/clock.ts";
import { Fresh } from "../ui/Fresh.tsx";
import { Screen } from "../ui/Screen.tsx";
import { Loading, Nothing } from "../ui/States.tsx";
import { HearingCard, PastHearing } from "./HearingCard.tsx";
import { split_by_time } from "./rules.ts";

const PAST_DRAWN = 10;

export function Calendar(_: { params: Params }) {
  const { calendar: say, held } = more();
  const boxes = cases.value.map(item => open_case(item.scope).value);
  const opening = boxes.includes(undefined) || (cases.value.length === 0 && state.value.wanted > 0);
  return (
    <Screen title={say.title} lead={say.lead}>
      {opening ? <Loading say={held.opening} /> : <Dates boxes={boxes.filter(box => !!box)} />}
      <Fresh />
    </Screen>
  );
}

function Dates({ boxes }: { boxes: readonly CaseBox[] }) {
  const { calendar: say } = more();
  const all = boxes.flatMap(box => box.hearings.map(hearing => ({ ...hearing, box })));
  const { coming, past } = split_by_time(all, now.value);
  const several = boxes.length > 1;
  const about = (box: CaseBox) => (several ? fill(words().home.support_for, { names: names_of(list_item(box).children, words().home.and) }) : "");
  return (
    <>
      {coming.length === 0 && <Nothing icon="calendar" title={say.none_title}>{say.none}</Nothing>}
      {coming.length > 0 && (
        <Section title={say.coming}>
          <div class="stack">{coming.map(({ box, ...hearing }, at) => <HearingCard key={hearing.id} first={at === 0} hearing={hearing} scope={box.scope} about={about(box)} part={part_in(box)} />)}</div>
        </Section>
      )}
      {past.length > 0 && (
        <Section title={say.past}>
          <ul class="card rows">{past.slice(0, PAST_DRAWN).map(({ box, ...hearing }) => <PastHearing key={hearing.id} hearing={hearing} about={about(box)} />)}</ul>
        </Section>
      )}
    </>
  );
}
