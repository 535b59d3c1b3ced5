/** Changes that this phone gave a number to, lost, and never sent: said plainly, until the person has read it. */
import { count } from "../i18n/fill.ts";
import { language, more } from "../i18n/language.ts";
import { say_instant } from "../i18n/say.ts";
import { forget_lost } from "../store/live.ts";
import { lost } from "../store/lost.ts";
import { Button, Buttons } from "../ui/Button.tsx";
import { Card } from "../ui/Card.tsx";
import { now } from "../ui/clock.ts";

export function Lost() {
  const { lost: say } = more();
  if (lost.value.length === 0) return null;
  return (
    <Card>
      {lost.value.map(one => <h2 key={one.before}>{count(say.never_came, one.count, { date: say_instant(language.value, Date.parse(one.before), now.value) })}</h2>)}
      <p>{say.why}</p>
      <Buttons><Button kind="primary" onPress={() => { void forget_lost(); }}>{say.read}</Button></Buttons>
    </Card>
  );
}
