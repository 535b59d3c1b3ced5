/** A case as this phone holds it, or the sentence that says why it does not. */
import { useMemo } from "preact/hooks";
import type { VNode } from "preact";
import { more, words } from "../i18n/language.ts";
import { agency, open_case, state, sync_now } from "../store/live.ts";
import type { CaseBox } from "../store/model.ts";
import { Button } from "../ui/Button.tsx";
import { Screen } from "../ui/Screen.tsx";
import { Loading, Nothing } from "../ui/States.tsx";

interface WithCaseProps {
  scope: string;
  /** The screen's title while there is nothing to show. */
  title: string;
  children: (box: CaseBox) => VNode;
}

export function WithCase({ scope, title, children }: WithCaseProps) {
  const opened = useMemo(() => open_case(scope), [scope]);
  const box = opened.value;
  if (box) return children(box);
  return <Screen title={title}>{box === undefined ? <Loading say={more().held.opening} /> : <NotHeld />}</Screen>;
}

/** Not held looks the same whether it never was, is not any more, or belongs to someone else. */
function NotHeld() {
  const { held } = more();
  const { phase, wanted } = state.value;
  if (phase === "offline") return <Nothing icon="offline" title={held.gone_title}>{held.offline}</Nothing>;
  if (wanted > 0) return <Loading say={held.opening} />;
  return (
    <Nothing icon="lock" title={held.gone_title} action={<Button kind="primary" onPress={sync_now}>{words().fresh.check_now}</Button>}>
      {held.gone} {agency.value?.phone}
    </Nothing>
  );
}
