/** The order and the money of a case, as the team needs them at a glance. */
import { fill } from "../i18n/fill.ts";
import { say_code } from "../i18n/codes.ts";
import { language, more, words } from "../i18n/language.ts";
import { say_long_day } from "../i18n/say.ts";
import { lines_today, month_table, newest_payments } from "../payments/rules.ts";
import type { CaseBox } from "../store/model.ts";
import { Card, Fact, Facts, Mark, Section } from "../ui/Card.tsx";
import { today } from "../ui/clock.ts";
import { Icon } from "../ui/Icon.tsx";
import { Money, money } from "../ui/Money.tsx";
import { OnDay } from "../ui/When.tsx";
import { PastDue } from "./OrderInWords.tsx";
import { list_item, payment_stopped } from "./rules.ts";

const RECENT = 15;

export function MoneyNow({ box }: { box: CaseBox }) {
  const { brief: say, money_status } = more();
  const item = list_item(box);
  const { paid_on, paid_cents, sent } = item.money;
  const month = month_table(box, today.value, 1)[0];
  return (
    <Section title={say.money} aside={payment_stopped(item, today.value) && <Mark tone="care" icon="money">{words().caseload.stopped}</Mark>}>
      <Card>
        <Facts>
          <Fact name={say.last_paid}>{paid_on ? <><Money cents={paid_cents} /> · <OnDay day={paid_on} /></> : say.never_paid}</Fact>
          {month && <Fact name={say.this_month}>{fill(say.of_due, { paid: money(language.value, month.paid_cents), due: money(language.value, month.due_cents) })}</Fact>}
          {sent && <Fact name={say.sent}><Money cents={sent.amount_cents} /> · {money_status[sent.status]} <OnDay day={sent.status_on} /></Fact>}
        </Facts>
        {sent?.status === "held" && <p>{say_code(words().codes.hold, sent.hold_reason_code)}</p>}
        <PastDue balances={box.balances} />
        <Recent box={box} />
      </Card>
    </Section>
  );
}

export function OrderBrief({ box }: { box: CaseBox }) {
  const { brief: say, case: plain } = more();
  return (
    <Section title={say.order}>
      <Card>
        {box.orders.length === 0 && <p>{plain.no_order}</p>}
        {box.orders.map(order => (
          <div key={order.id} class="stack">
            <ul class="stack-tight">{lines_today(box.obligations.filter(line => line.order_id === order.id), today.value).map(line => <Line key={line.id} line={line} />)}</ul>
            <p class="soft">
              {fill(plain.made_by, { court: order.court, day: say_long_day(language.value, order.entered_on) })} {fill(say.docket, { number: order.docket_number })}.
              {order.review_due_on && <> {fill(say.review_due, { day: say_long_day(language.value, order.review_due_on) })}.</>}
              {order.ended_on && <> {fill(plain.until, { day: say_long_day(language.value, order.ended_on) })}.</>}
            </p>
          </div>
        ))}
      </Card>
    </Section>
  );
}

function Line({ line }: { line: CaseBox["obligations"][number] }) {
  const { brief: say, line_kind, case: plain } = more();
  return (
    <li>
      <strong>{fill(plain.due_between, { amount: money(language.value, line.amount_cents), often: words().codes.frequency[line.frequency] })}</strong>{" "}
      <span class="soft">{line_kind[line.kind]}{line.withholding && ` · ${say.withholding}`}</span>
    </li>
  );
}

function Recent({ box }: { box: CaseBox }) {
  const { brief: say } = more();
  const recent = newest_payments(box.payments).slice(0, RECENT);
  if (recent.length === 0) return <p class="soft">{say.no_recent} {say.older_not_held}</p>;
  return (
    <details>
      <summary><Icon name="next" size={18} />{say.recent}</summary>
      <ul class="ledger">
        {recent.map(one => <li key={one.id}><OnDay day={one.paid_on} /><span><Money cents={one.amount_cents} />{one.reversed_by && <> <Mark tone="care">{say.reversed}</Mark></>}</span></li>)}
      </ul>
      <p class="soft">{say.older_not_held}</p>
    </details>
  );
}
