/** Everything that this person was told of in the last two months: the truth, whether or not a lock screen showed it. */
import { useEffect, useState } from "preact/hooks";
import { names_of } from "../cases/names.ts";
import { fill } from "../i18n/fill.ts";
import { more, words } from "../i18n/language.ts";
import type { Params } from "../routes.ts";
import { cases, own, session } from "../store/live.ts";
import { LinkRow, Mark, Rows } from "../ui/Card.tsx";
import { Fresh } from "../ui/Fresh.tsx";
import { Screen } from "../ui/Screen.tsx";
import { Nothing } from "../ui/States.tsx";
import { AtInstant } from "../ui/When.tsx";
import { back_to_more } from "../settings/back.ts";
import { open_notices } from "./actions.ts";
import { ICONS, type Kind, listed, target_of, unopened } from "./rules.ts";

export function List(_: { params: Params }) {
  const { told: say } = more();
  const [fresh] = useState(() => new Set(unopened(own.peek().notices).map(one => one.id)));
  const notices = listed(own.value.notices);
  useEffect(() => { void open_notices([...fresh]); }, [fresh]);
  return (
    <Screen title={say.title} lead={say.lead} back={back_to_more()}>
      {notices.length === 0
        ? <Nothing icon="bell" title={say.none_title}>{say.none}</Nothing>
        : (
          <Rows label={say.title}>
            {notices.map(one => (
              <LinkRow key={one.id} href={target_of(one, session.value?.role !== "parent")} icon={ICONS[one.kind as Kind]} title={say.kind[one.kind as Kind]}
                end={fresh.has(one.id) && <Mark tone="good">{more().messages.new}</Mark>}
                detail={<>{about(one.case_id)}<AtInstant at={Date.parse(one.told_at)} /></>} />
            ))}
          </Rows>
        )}
      <p class="soft">{say.settings} <a href="/more/notices">{say.settings_link}</a></p>
      <Fresh />
    </Screen>
  );
}

function about(case_id: string | null) {
  const item = case_id ? cases.value.find(one => one.scope === case_id) : undefined;
  if (!item) return null;
  const { home } = words();
  const children = names_of(item.children, home.and);
  return <span class="line">{children ? fill(home.support_for, { names: children }) : fill(home.case_number, { number: item.case_number })}</span>;
}
