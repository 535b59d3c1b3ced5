/** A year of payments on paper: printed, or saved as a PDF by the browser's own print dialog. */
import { fill } from "../i18n/fill.ts";
import { useState } from "preact/hooks";
import { WithCase } from "../cases/Held.tsx";
import { language, more } from "../i18n/language.ts";
import { say_long_day } from "../i18n/say.ts";
import type { Params } from "../routes.ts";
import { agency, session } from "../store/live.ts";
import type { CaseBox } from "../store/model.ts";
import { Button } from "../ui/Button.tsx";
import { Card } from "../ui/Card.tsx";
import { today } from "../ui/clock.ts";
import { Fresh } from "../ui/Fresh.tsx";
import { Money } from "../ui/Money.tsx";
import { Screen } from "../ui/Screen.tsx";
import { OnDay } from "../ui/When.tsx";
import { newest_payments, year_totals } from "./rules.ts";

const MOST = 120;

export function Statement({ params }: { params: Params }) {
  return <WithCase scope={params.scope} title={more().payments.statement_title}>{box => <Opened box={box} />}</WithCase>;
}

function Opened({ box }: { box: CaseBox }) {
  const say = more().payments;
  const totals = year_totals(box, today.value, false);
  const [year, choose] = useState(totals[0]?.year ?? today.value.slice(0, 4));
  const total = totals.find(one => one.year === year);
  const last = year === today.value.slice(0, 4) ? today.value : `${year}-12-31`;
  const span = fill(say.statement_for, { from: say_long_day(language.value, `${year}-01-01`), to: say_long_day(language.value, last) });
  return (
    <Screen title={say.statement_title} back={{ href: `/case/${box.scope}/payments`, label: say.title }}
      lead={<>{span}<br />{fill(more().case.number, { number: box.case.case_number })} · {session.value?.display_name}<br />{agency.value?.name}, {agency.value?.phone}</>}>
      <div class="line no-print">
        <label class="line"><span class="legend">{say.choose_year}</span>
          <select class="input select" value={year} onChange={event => { choose(event.currentTarget.value); }}>
            {totals.map(one => <option key={one.year} value={one.year}>{one.year}</option>)}
          </select>
        </label>
        <Button kind="primary" icon="print" onPress={() => { print(); }}>{say.print}</Button>
      </div>
      <Card><PaymentTable payments={newest_payments(box.payments).filter(one => one.paid_on.startsWith(year)).slice(0, MOST)} paid_cents={total?.paid_cents ?? 0} /></Card>
      <p class="soft">{fill(say.statement_made, { day: say_long_day(language.value, today.value) })}</p>
      <Fresh />
    </Screen>
  );
}

function PaymentTable({ payments, paid_cents }: { payments: CaseBox["payments"]; paid_cents: number }) {
  const say = more().payments;
  if (payments.length === 0) return <p>{say.none_title}. {say.none}</p>;
  return (
    <div class="table-wrap" tabIndex={0} role="region" aria-label={say.each}>
      <table class="table">
        <thead><tr><th scope="col">{say.paid}</th><th scope="col">{say.posted_column}</th><th scope="col" class="number">{say.amount}</th></tr></thead>
        <tbody>
          {payments.map(one => (
            <tr key={one.id}>
              <th scope="row"><OnDay day={one.paid_on} form="plain" /></th>
              <td><OnDay day={one.posted_on} form="plain" /></td>
              <td class="number" data-struck={one.reversed_by ? "" : undefined}><Money cents={one.amount_cents} />{one.reversed_by && <><br />{say.reversed}</>}</td>
            </tr>
          ))}
        </tbody>
        <tfoot><tr><th scope="row" colSpan={2}>{say.total}</th><td class="number"><strong><Money cents={paid_cents} /></strong></td></tr></tfoot>
      </table>
    </div>
  );
}
