import { expect, test } from "vitest";
import { say_code } from "../../src/i18n/codes.ts";
import en from "../../src/i18n/en.json";
import en_more from "../../src/i18n/en_more.json";
import es from "../../src/i18n/es.json";
import es_more from "../../src/i18n/es_more.json";
import en_agency from "../../src/i18n/en_agency.json";
import es_agency from "../../src/i18n/es_agency.json";
import type { AgencyWords } from "../../src/operators/words.ts";
import { count, fill } from "../../src/i18n/fill.ts";
import { first_language, type MoreWords, type Words } from "../../src/i18n/language.ts";
import { say_day, say_day_in_words, say_instant, say_long_day, say_time, say_weekday } from "../../src/i18n/say.ts";
import { money } from "../../src/ui/Money.tsx";

/** The compiler holds the two languages to one shape. */
const SPANISH: Words & MoreWords & { agency: AgencyWords } = { ...es, ...es_more, agency: es_agency };
const ENGLISH: Words & MoreWords & { agency: AgencyWords } = { ...en, ...en_more, agency: en_agency };

function phrases(words: object, path = ""): [string, string][] {
  return Object.entries(words).flatMap(([key, value]: [string, unknown]) => {
    const here = `${path}${key}`;
    return typeof value === "string" ? [[here, value] as [string, string]] : phrases(value as object, `${here}.`);
  });
}

const slots = (phrase: string) => (phrase.match(/\{\w+\}/g) ?? []).sort();

test("both languages have the same phrases with the same places to fill", () => {
  const spanish = new Map(phrases(SPANISH));
  expect([...spanish.keys()].sort()).toEqual(phrases(ENGLISH).map(([key]) => key).sort());
  for (const [key, phrase] of phrases(ENGLISH)) expect([key, slots(spanish.get(key) ?? "")]).toEqual([key, slots(phrase)]);
});

/** Names and words that are the same in both. */
const SAME = new Set(["app.name", "case.due_between"]);

test("no Spanish phrase was left in English", () => {
  const spanish = new Map(phrases(SPANISH));
  const left = phrases(ENGLISH).filter(([key, phrase]) => phrase.length > 12 && spanish.get(key) === phrase && !SAME.has(key));
  expect(left).toEqual([]);
});

test("words that blame are not used", () => {
  const blaming = /deadbeat|absent parent|failed to|noncompliant|delinquent|garnish|visitation|moroso|deudor|ausente/i;
  expect(phrases({ ...ENGLISH }).concat(phrases({ ...SPANISH })).filter(([, phrase]) => blaming.test(phrase))).toEqual([]);
});

test("Spanish speaks with usted", () => {
  expect(phrases(SPANISH).filter(([, phrase]) => /\b(tú|tu|tus|tienes|puedes|quieres|escribe tu)\b/i.test(phrase))).toEqual([]);
});

test("a code that came after this version gets a general sentence, never itself", () => {
  expect(say_code(en.codes.hold, "brand_new")).toBe(en.codes.hold.other);
  expect(say_code(en.codes.hold, null)).toBe(en.codes.hold.other);
  expect(say_code(en.codes.hold, "toString")).toBe(en.codes.hold.other);
  expect(say_code(en_more.events, "order_entered").title).toBe("Support order made");
});

test("a value that ends with a full stop brings the sentence's own", () => {
  expect(fill("A las {time}.", { time: "9:30 a. m." })).toBe("A las 9:30 a. m.");
  expect(fill("{a} and {b}", { a: 1 })).toBe("1 and ");
});

test("numbers take their own form", () => {
  expect(count(en.status.sending, 1)).toBe("Sending 1 item…");
  expect(count(en.status.sending, 2)).toBe("Sending 2 items…");
});

test("money always has its cents, and a debt its sign", () => {
  expect([money("en", 41_200), money("en", 5), money("en", -150), money("en", 123_456_789)]).toEqual(["$412.00", "$0.05", "-$1.50", "$1,234,567.89"]);
  expect(money("es", 41_200)).toContain("412.00");
});

test("days and times are said as people say them", () => {
  expect(say_day("en", "2026-11-24", "2026-11-21")).toBe("Tue, Nov 24");
  expect(say_day("en", "2027-01-05", "2026-11-21")).toBe("Jan 5, 2027");
  expect(say_time("en", "2026-11-24T09:30")).toBe("9:30\u00a0AM");
});

test("Spanish says days without a comma, whole in a sentence, and one o'clock in the singular", () => {
  expect([say_day("es", "2026-11-24", "2026-11-21"), say_weekday("es", "2026-11-24")]).toEqual(["mar 24 de nov", "martes 24 de noviembre"]);
  expect(say_day_in_words("es", "2026-11-24", "2026-11-21")).toBe("martes 24 de noviembre");
  expect(say_day_in_words("es", "2027-01-05", "2026-11-21")).toBe("5 de enero de 2027");
  expect([say_day("es", "2027-01-05", "2026-11-21"), say_day("es", "2026-10-26", "2026-11-21", true)]).toEqual(["5 de ene de 2027", "26 de oct"]);
  expect(say_instant("es", Date.parse("2026-11-20T09:14"), Date.parse("2026-11-21T09:14"))).toMatch(/^20 de nov, 9:14/);
  expect(say_day_in_words("en", "2026-11-24", "2026-11-21")).toBe("Tue, Nov 24");
  expect(say_long_day("en", "2026-11-24")).toBe("November 24, 2026");
  expect([fill("a las {time}", { time: "1:30" }), fill("a las {time}", { time: "11:30" })]).toEqual(["a la 1:30", "a las 11:30"]);
});

test("a court date in Spanish is no closing date", () => {
  expect(phrases(SPANISH).filter(([, phrase]) => /fechas? de corte/i.test(phrase))).toEqual([]);
});

test("the app begins in the language chosen, else in the phone's, else in English", () => {
  expect(first_language("es", ["en-US"])).toBe("es");
  expect(first_language(null, ["fr-CA", "es-MX", "en"])).toBe("es");
  expect(first_language(null, ["fr"])).toBe("en");
});
