/** What the case team waits for from this parent: papers that it asked for, times that it offers. What was answered on this phone is gone. */
import { may_accept, on_the_table } from "../appointments/rules.ts";
import { fill } from "../i18n/fill.ts";
import { language, words } from "../i18n/language.ts";
import { say_day, say_time } from "../i18n/say.ts";
import { pending } from "../store/live.ts";
import { Banner } from "../ui/Banner.tsx";
import { LinkButton } from "../ui/Button.tsx";
import { today } from "../ui/clock.ts";
import type { AskGlance } from "./glance.ts";
import type { CaseListItem } from "./rules.ts";

export function WaitsForYou({ item: { scope, asks, appointments } }: { item: CaseListItem }) {
  const { home, codes } = words();
  const day = (on: string) => say_day(language.value, on, today.value);
  const said = ({ kind, by_on, again }: AskGlance) => [
    fill(again ? home.asked_again : home.asked, { what: codes.paper[kind] }), fill(by_on < today.value ? home.asked_late : home.asked_by, { day: day(by_on) }),
  ] as const;
  const answered = new Set(pending.value.filter(one => one.state !== "refused" && one.state !== "parked").flatMap(names_in));
  const wanted = (asks ?? []).filter(one => !answered.has(one.id));
  return (
    <>
      {wanted.length > 0 && (
        <Banner tone="care" icon="paper">
          {wanted.map(one => { const [what, when] = said(one); return <p key={one.id}><strong>{what}</strong> {when}</p>; })}
          <div><LinkButton href={`/documents/${scope}`}>{home.asked_see}</LinkButton></div>
        </Banner>
      )}
      {appointments.filter(one => may_accept(one, "party") && !answered.has(one.id)).map(one => (
        <Banner key={one.id} tone="care" icon="calendar">
          <p><strong>{fill(home.offered, { when: `${day(on_the_table(one))}, ${say_time(language.value, on_the_table(one))}` })}</strong></p>
          <div><LinkButton href={`/appointment/${scope}/${one.id}`}>{home.offered_see}</LinkButton></div>
        </Banner>
      ))}
    </>
  );
}

/** The request or appointment that a change is about. */
function names_in({ args }: { args: unknown }): string[] {
  const { request, appointment } = args as { request?: unknown; appointment?: unknown };
  return [request, appointment].filter(name => typeof name === "string");
}
