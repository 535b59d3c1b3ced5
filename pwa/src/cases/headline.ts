/** The one sentence that matters now, in the language of this phone. */
import { fill } from "../i18n/fill.ts";
import { language, words } from "../i18n/language.ts";
import { say_day_in_words, say_time } from "../i18n/say.ts";
import { money } from "../ui/Money.tsx";
import type { Day } from "../ui/when.ts";
import { type Part, paying } from "./box.ts";
import type { Headline } from "./rules.ts";

type Told = Exclude<Headline, { key: "stage" }>;

export function headline_words(fact: Told, part: Part, today: Day): string {
  const say = words().headline;
  const day = (on: Day) => say_day_in_words(language.value, on, today);
  switch (fact.key) {
    case "hearing": return hearing_words(fact, day);
    case "money": return money_words(fact, day);
    case "paid": return fill(part === "staff" ? say.paid_staff : paying(part) ? say.paid_paying : say.paid_receiving, { sum: money(language.value, fact.cents), day: day(fact.on) });
    case "stopped": return fact.last_on
      ? fill(paying(part) ? say.stopped_paying : say.stopped, { day: day(fact.last_on) })
      : paying(part) ? say.stopped_ever_paying : say.stopped_ever;
    case "closed": return fact.on ? fill(say.closed_on, { day: day(fact.on) }) : say.closed;
  }
}

function hearing_words({ local, days, remote }: Extract<Told, { key: "hearing" }>, day: (on: Day) => string): string {
  const say = words().headline;
  const phrase = days <= 0 ? say.hearing_today : days === 1 ? say.hearing_tomorrow : say.hearing_on;
  return fill(phrase, { what: remote ? say.remote : say.court, day: day(local), time: say_time(language.value, local) });
}

function money_words({ status, cents, on, paid_on, expected_on, method }: Extract<Told, { key: "money" }>, day: (on: Day) => string): string {
  const say = words().headline;
  const { reaches } = words().codes;
  const phrase = {
    processing: expected_on ? say.processing_by : say.processing, sent: expected_on ? say.sent_by : say.sent,
    available: say.available, held: say.held, returned: say.returned,
  }[status];
  return fill(phrase, {
    sum: money(language.value, cents), day: day(on), paid: day(paid_on ?? on), by: expected_on ? day(expected_on) : "",
    reach: method ? reaches[method] : reaches.unknown,
  });
}
