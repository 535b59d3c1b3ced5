/** Month by month against what was due, as a picture and as figures; then each payment and its way; then the years. */
import { useState } from "preact/hooks";
import { part_in, paying } from "../cases/box.ts";
import { WithCase } from "../cases/Held.tsx";
import { PastDue } from "../cases/OrderInWords.tsx";
import { language, more, words } from "../i18n/language.ts";
import { say_month } from "../i18n/say.ts";
import type { Params } from "../routes.ts";
import type { CaseBox } from "../store/model.ts";
import { LinkButton } from "../ui/Button.tsx";
import { Card, Section } from "../ui/Card.tsx";
import { Chart } from "../ui/Chart.tsx";
import { today } from "../ui/clock.ts";
import { Fresh } from "../ui/Fresh.tsx";
import { Icon } from "../ui/Icon.tsx";
import { Money, money } from "../ui/Money.tsx";
import { Pages } from "../ui/Pages.tsx";
import { Screen } from "../ui/Screen.tsx";
import { Nothing } from "../ui/States.tsx";
import { OnePayment } from "./OnePayment.tsx";
import { month_table, type MonthRow, newest_payments, year_totals } from "./rules.ts";

const CHARTED = 6;
const TABLED = 12;
const DRAWN = 12;

export function Payments({ params }: { params: Params }) {
  return <WithCase scope={params.scope} title={more().payments.title}>{box => <Opened box={box} />}</WithCase>;
}

function Opened({ box }: { box: CaseBox }) {
  const say = more().payments;
  const part = part_in(box);
  return (
    <Screen title={say.title} back={{ href: `/case/${box.scope}`, label: words().home.your_case }} lead={paying(part) ? say.lead_paying : say.lead_receiving}>
      {box.payments.length === 0 && box.obligations.length === 0 ? <Nothing icon="money" title={say.none_title}>{say.none}</Nothing> : <Months box={box} />}
      {box.payments.length > 0 && <Each box={box} />}
      {box.balances.length > 0 && <Card><PastDue balances={box.balances} /></Card>}
      {box.payments.length > 0 && <Years box={box} sees_sent={part === "CP"} />}
      <Fresh />
    </Screen>
  );
}

function Months({ box }: { box: CaseBox }) {
  const say = more().payments;
  const rows = month_table(box, today.value, TABLED);
  const bars = rows.slice(-CHARTED).map(row => ({ label: say_month(language.value, row.month, true), due: row.due_cents, paid: row.paid_cents }));
  return (
    <Section title={say.months}>
      <Card>
        <Chart bars={bars} top={cents => money(language.value, cents)} />
        <ul class="key"><li><i data-key="due" />{say.due}</li><li><i data-key="paid" />{say.paid}</li></ul>
        <details>
          <summary><Icon name="next" size={18} />{say.show_table}</summary>
          <MonthTable rows={[...rows].reverse().filter(row => row.due_cents > 0 || row.paid_cents > 0)} />
        </details>
        <p class="soft">{say.table_note}</p>
      </Card>
    </Section>
  );
}

export function MonthTable({ rows }: { rows: readonly MonthRow[] }) {
  const say = more().payments;
  return (
    <div class="table-wrap" tabIndex={0} role="region" aria-label={say.months}>
      <table class="table">
        <thead><tr><th scope="col">{say.month}</th><th scope="col" class="number">{say.due}</th><th scope="col" class="number">{say.paid}</th></tr></thead>
        <tbody>
          {rows.map(row => (
            <tr key={row.month}>
              <th scope="row">{say_month(language.value, row.month)}</th>
              <td class="number"><Money cents={row.due_cents} /></td>
              <td class="number"><Money cents={row.paid_cents} /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Each({ box }: { box: CaseBox }) {
  const [from, turn] = useState(0);
  const part = part_in(box);
  return (
    <Section title={more().payments.each}>
      <Pages items={newest_payments(box.payments)} size={DRAWN} from={from} onTurn={turn}>
        {drawn => <ul class="card rows">{drawn.map(payment => <OnePayment key={payment.id} payment={payment} box={box} part={part} />)}</ul>}
      </Pages>
    </Section>
  );
}

function Years({ box, sees_sent }: { box: CaseBox; sees_sent: boolean }) {
  const say = more().payments;
  const this_year = today.value.slice(0, 4);
  return (
    <Section title={say.years}>
      <Card>
        {year_totals(box, today.value, sees_sent).slice(0, 6).map(row => (
          <div key={row.year} class="year">
            <h3>{row.year}{row.year === this_year && <span class="soft role"> {say.so_far}</span>}</h3>
            <dl class="figures">
              <div><dt>{say.due}</dt><dd><Money cents={row.due_cents} /></dd></div>
              <div><dt>{say.paid}</dt><dd><Money cents={row.paid_cents} /></dd></div>
              {row.sent_cents !== null && <div><dt>{say.sent}</dt><dd><Money cents={row.sent_cents} /></dd></div>}
            </dl>
          </div>
        ))}
        <div><LinkButton icon="print" href={`/case/${box.scope}/statement`}>{say.statement}</LinkButton></div>
      </Card>
    </Section>
  );
}
