/** One payment: for the receiving parent with its way to them, for the paying parent with what it counted for. */
import { useState } from "preact/hooks";
import { fill } from "../i18n/fill.ts";
import { type Part } from "../cases/box.ts";
import { say_code } from "../i18n/codes.ts";
import { language, more, words } from "../i18n/language.ts";
import { say_day } from "../i18n/say.ts";
import type { CaseBox } from "../store/model.ts";
import { Mark, Pieces } from "../ui/Card.tsx";
import { today } from "../ui/clock.ts";
import { Icon } from "../ui/Icon.tsx";
import { Money, money } from "../ui/Money.tsx";
import { Moment, Timeline } from "../ui/Timeline.tsx";
import { OnDay } from "../ui/When.tsx";
import { payment_life, type PaymentLife } from "./rules.ts";

interface OnePaymentProps {
  payment: CaseBox["payments"][number];
  box: CaseBox;
  part: Part;
}

export function OnePayment({ payment, box, part }: OnePaymentProps) {
  const say = more().payments;
  const day = (on: string) => say_day(language.value, on, today.value, true);
  if (part !== "CP" || payment.reversed_by) {
    return (
      <li>
        <div class="row case-row">
          <span class="row-text">
            <span class="row-title" data-struck={payment.reversed_by ? "" : undefined}><Money cents={payment.amount_cents} /></span>
            <span class="soft"><Pieces>{payment.paid_on === payment.posted_on ? fill(say.paid_and_posted, { day: day(payment.paid_on) }) : [fill(say.paid_on, { day: day(payment.paid_on) }), fill(say.posted, { day: day(payment.posted_on) })]}</Pieces></span>
            {payment.reversed_by && <span>{say.reversed_why}</span>}
          </span>
          {payment.reversed_by && <Mark tone="care">{say.reversed}</Mark>}
        </div>
      </li>
    );
  }
  return <Followed payment={payment} box={box} />;
}

/** A payment whose way opens on a tap, and is drawn only then. */
function Followed({ payment, box }: Omit<OnePaymentProps, "part">) {
  const [opened, open] = useState(false);
  const life = payment_life(payment, box.disbursements, today.value);
  return (
    <li>
      <details class="pay" onToggle={event => { open(event.currentTarget.open); }}>
        <summary class="row">
          <span class="row-text"><span class="row-title"><Money cents={payment.amount_cents} /></span><span class="soft">{fill(more().payments.paid_on, { day: say_day(language.value, payment.paid_on, today.value) })}</span></span>
          <LifeMark life={life} />
          <Icon name="next" size={20} class="chevron" />
        </summary>
        {opened && <Way life={life} paid_cents={payment.amount_cents} />}
      </details>
    </li>
  );
}

function LifeMark({ life }: { life: PaymentLife }) {
  const { money_status, step } = more();
  if (life.hold) return <Mark tone="care">{money_status.held}</Mark>;
  if (life.returned_on) return <Mark tone="care">{money_status.returned}</Mark>;
  const reached = [...life.steps].reverse().find(one => one.state !== "ahead")?.step ?? "received";
  return <Mark tone={reached === "available" ? "good" : "plain"}>{reached === "sent" ? money_status.sent : reached === "available" ? money_status.available : step[reached]}</Mark>;
}

function Way({ life, paid_cents }: { life: PaymentLife; paid_cents: number }) {
  const { life: say, step } = more();
  if (life.nothing_sent) return <div class="way"><p>{say.nothing}</p></div>;
  return (
    <div class="way">
      <Timeline label={say.title}>
        {life.steps.map(one => (
          <Moment key={one.step} state={one.state}>
            <p><strong>{step[one.step]}</strong>{one.on && <span class="soft"> · <OnDay day={one.on} /></span>}</p>
            {one.state === "stuck" && <Stuck life={life} />}
          </Moment>
        ))}
      </Timeline>
      {life.sent_cents > 0 && life.sent_cents !== paid_cents && <p>{fill(say.amount, { sent: money(language.value, life.sent_cents), paid: money(language.value, paid_cents) })}</p>}
      <p class="soft"><Pieces>{[life.method && say.method[life.method], life.expected_on && fill(say.expected, { day: say_day(language.value, life.expected_on, today.value) })]}</Pieces></p>
    </div>
  );
}

function Stuck({ life }: { life: PaymentLife }) {
  const { life: say } = more();
  if (life.returned_on) return <div class="aside"><p><strong>{say.returned}.</strong> {say.returned_why}</p></div>;
  return <div class="aside"><p><strong>{say.held}.</strong> {say_code(words().codes.hold, life.hold?.reason)}</p><p>{say.held_can}</p></div>;
}
