/** How new everything on a screen is: the state's own date, and when this phone last checked. */
import { fill } from "../i18n/fill.ts";
import { language, words } from "../i18n/language.ts";
import { say_instant } from "../i18n/say.ts";
import { agency, state, sync_now } from "../store/live.ts";
import { now } from "./clock.ts";
import { Button } from "./Button.tsx";

export function Fresh() {
  const say = words().fresh;
  const { checked_at, phase } = state.value;
  const as_of = agency.value?.as_of;
  const when = (at: number) => say_instant(language.value, at, now.value);
  return (
    <footer class="foot">
      <p>
        {as_of ? fill(say.as_of, { when: when(Date.parse(as_of)) }) : say.no_as_of}{" "}
        {checked_at === null ? say.never : fill(say.checked, { when: when(checked_at) })}
      </p>
      <Button kind="quiet" icon="refresh" busy={phase === "syncing"} onPress={sync_now}>{say.check_now}</Button>
    </footer>
  );
}
