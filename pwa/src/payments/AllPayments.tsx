/** Payments without saying of which case: straight to the one there is, or a choice. */
import { fill } from "../i18n/fill.ts";
import { useEffect } from "preact/hooks";
import { names_of } from "../cases/names.ts";
import { more, words } from "../i18n/language.ts";
import type { Params } from "../routes.ts";
import { cases } from "../store/live.ts";
import { LinkRow, Pieces, Rows } from "../ui/Card.tsx";
import { go } from "../ui/router.ts";
import { Screen } from "../ui/Screen.tsx";
import { Nothing } from "../ui/States.tsx";

export function AllPayments(_: { params: Params }) {
  const { payments: say } = more();
  const { home } = words();
  const only = cases.value.length === 1 ? cases.value[0]?.scope : undefined;
  useEffect(() => {
    if (only) go(`/case/${only}/payments`, "replace");
  }, [only]);
  return (
    <Screen title={say.title} back={{ href: "/", label: words().nav.home }}>
      {cases.value.length === 0 && <Nothing icon="money" title={say.none_title}>{say.none}</Nothing>}
      <Rows>
        {cases.value.map(item => (
          <LinkRow key={item.scope} icon="money" href={`/case/${item.scope}/payments`} title={fill(home.support_for, { names: names_of(item.children, home.and) })}
            detail={<Pieces>{[words().part[item.part], item.case_number]}</Pieces>} />
        ))}
      </Rows>
    </Screen>
  );
}
