/** One case on the first screen. */
import { fill } from "../i18n/fill.ts";
import type { ComponentChildren } from "preact";
import { say_code } from "../i18n/codes.ts";
import { language, words } from "../i18n/language.ts";
import { say_day } from "../i18n/say.ts";
import { now, today } from "../ui/clock.ts";
import { Pieces } from "../ui/Card.tsx";
import { Icon, type IconName } from "../ui/Icon.tsx";
import { AtTime, OnDay } from "../ui/When.tsx";
import { paying } from "./box.ts";
import { headline_words } from "./headline.ts";
import { names_of } from "./names.ts";
import { type CaseListItem, headline, next_hearing } from "./rules.ts";
import { WaitsForYou } from "./WaitsForYou.tsx";

export function CaseCard({ item }: { item: CaseListItem }) {
  const { home, part } = words();
  const children = names_of(item.children, home.and);
  const title = children ? fill(home.support_for, { names: children }) : fill(home.case_number, { number: item.case_number });
  return (
    <article class="card case-card">
      <div class="card-body">
        <div class="case-card-head">
          <h2>{title}</h2>
          <p class="soft"><Pieces>{[part[item.part], children && fill(home.case_number, { number: item.case_number })]}</Pieces></p>
        </div>
        <p class="headline">{headline_text(item)}</p>
        <HoldReason item={item} />
        <WaitsForYou item={item} />
        {item.status === "open" && <Ahead item={item} />}
        {item.stale && <p class="soft">{home.stale}</p>}
      </div>
      <CardLinks item={item} title={title} />
    </article>
  );
}

/** The headline in words; a case with no news says where it stands. */
export function headline_text(item: CaseListItem): string {
  const fact = headline(item, now.value, today.value);
  return fact.key === "stage" ? stage_text(item) : headline_words(fact, item.part, today.value);
}

function stage_text({ part, stage }: CaseListItem): string {
  const { stage_paying, stage: stages } = words().codes;
  return (paying(part) ? (stage_paying as Partial<Record<typeof stage, string>>)[stage] : undefined) ?? stages[stage].now;
}

function HoldReason({ item }: { item: CaseListItem }) {
  const fact = headline(item, now.value, today.value);
  if (fact.key !== "money" || fact.status !== "held") return null;
  return <p>{say_code(words().codes.hold, fact.hold)}</p>;
}

function Ahead({ item }: { item: CaseListItem }) {
  const { home, codes } = words();
  const hearing = next_hearing(item.hearings, now.value);
  const by = item.next_step_on && item.next_step_on >= today.value ? ` ${fill(codes.by_day, { day: say_day(language.value, item.next_step_on, today.value) })}.` : "";
  return (
    <dl class="ahead">
      <Coming icon="calendar" name={home.next_date}>
        {hearing ? <><OnDay day={hearing.starts_local} />, <AtTime local={hearing.starts_local} zone={hearing.time_zone} /><br /><span class="soft">{say_code(codes.hearing_kind, hearing.kind)}</span></> : home.no_date}
      </Coming>
      <Coming icon="steps" name={home.happens_next}>
        {item.next_step_code ? say_code(codes.next_step, item.next_step_code) + by : codes.no_next_step}
      </Coming>
    </dl>
  );
}

function Coming({ icon, name, children }: { icon: IconName; name: string; children: ComponentChildren }) {
  return <div><Icon name={icon} /><dt>{name}</dt><dd>{children}</dd></div>;
}

function CardLinks({ item, title }: { item: CaseListItem; title: string }) {
  const { home } = words();
  const links = [
    { href: `/case/${item.scope}`, icon: "paper", label: home.your_case },
    { href: `/case/${item.scope}/payments`, icon: "money", label: home.payments },
    { href: `/messages/${item.scope}`, icon: "messages", label: home.write },
  ] as const;
  return (
    <ul class="card-links" aria-label={title}>
      {links.map(link => <li key={link.href}><a href={link.href}><Icon name={link.icon} size={22} />{link.label}</a></li>)}
    </ul>
  );
}
