/** A support order as a person would say it, and the past-due support the state has counted. */
import { fill } from "../i18n/fill.ts";
import { say_code } from "../i18n/codes.ts";
import { language, more, words } from "../i18n/language.ts";
import { say_long_day } from "../i18n/say.ts";
import { lines_today, past_due } from "../payments/rules.ts";
import type { CaseBox } from "../store/model.ts";
import { LinkButton } from "../ui/Button.tsx";
import { Card, Section } from "../ui/Card.tsx";
import { today } from "../ui/clock.ts";
import { Money, money } from "../ui/Money.tsx";
import { type Part, part_in, paying } from "./box.ts";

export function OrderInWords({ box }: { box: CaseBox }) {
  const say = more().case;
  const part = part_in(box);
  const orders = box.orders.filter(order => !order.ended_on || order.ended_on >= today.value);
  return (
    <Section title={say.order}>
      <Card>
        {orders.length === 0 && <p>{say.no_order}</p>}
        {orders.map(order => <OneOrder key={order.id} box={box} order={order} part={part} />)}
        <PastDue balances={box.balances} />
        <div><LinkButton icon="money" href={`/case/${box.scope}/payments`}>{say.all_payments}</LinkButton></div>
      </Card>
    </Section>
  );
}

export function PastDue({ balances }: { balances: CaseBox["balances"] }) {
  const say = more().case;
  const sum = past_due(balances);
  if (!sum) return null;
  return (
    <div class="past-due">
      <h3>{say.past_due}</h3>
      <p class="figure">{sum.cents === 0 ? say.past_due_none : <Money cents={sum.cents} />}</p>
      {sum.cents !== 0 && balances.length > 1 && (
        <ul class="stack-tight">
          {balances.map(one => <li key={one.id} class="sums"><span>{say_code(more().balance_kind, one.kind)}</span><Money cents={one.amount_cents} /></li>)}
        </ul>
      )}
      <p class="soft">{fill(say.counted_on, { day: say_long_day(language.value, sum.as_of_on) })}</p>
    </div>
  );
}

function OneOrder({ box, order, part }: { box: CaseBox; order: CaseBox["orders"][number]; part: Part }) {
  const say = more().case;
  const lines = lines_today(box.obligations.filter(line => line.order_id === order.id), today.value);
  return (
    <div class="stack">
      {lines.length === 0 && <p>{say.no_lines}</p>}
      {lines.map(line => <Line key={line.id} line={line} part={part} />)}
      <p class="soft">
        {fill(say.made_by, { court: order.court, day: say_long_day(language.value, order.entered_on) })} {fill(say.docket, { number: order.docket_number })}.
        {order.review_due_on && <> {fill(say.review, { day: say_long_day(language.value, order.review_due_on) })}</>}
      </p>
    </div>
  );
}

function Line({ line, part }: { line: CaseBox["obligations"][number]; part: Part }) {
  const say = more().case;
  const amount = money(language.value, line.amount_cents);
  const often = words().codes.frequency[line.frequency];
  const sentence = paying(part) ? fill(say.due_from_you, { amount, often }) : part === "CP" ? fill(say.due_to_you, { amount, often }) : fill(say.due_between, { amount, often });
  return (
    <div>
      <p class="big"><strong>{sentence}</strong></p>
      <p class="soft">{more().line_kind[line.kind]} · {fill(say.from, { day: say_long_day(language.value, line.from_on) })}{line.to_on && <> · {fill(say.until, { day: say_long_day(language.value, line.to_on) })}</>}</p>
      {line.withholding && <p>{say.withholding}</p>}
    </div>
  );
}
