/** Putting values into the phrases of a catalogue. */
import { language } from "./language.ts";

type Values = Readonly<Record<string, string | number>>;

/** A phrase that depends on a number; `{n}` stands for it. */
export interface Counted {
  one: string;
  other: string;
}

const plurals = new Map<string, Intl.PluralRules>();
const numbers = new Map<string, Intl.NumberFormat>();

/** The phrase with its values in place of `{name}`. A value that ends with a full stop ("9:30 a. m.") brings the phrase's own; one o'clock is singular in Spanish. */
export function fill(phrase: string, values: Values): string {
  return phrase.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? "")).replace(/\.\.(?!\.)/g, ".").replace(/\ba las (?=1:)/g, "a la ");
}

/** The form of a phrase that this number asks for, with the number written as the language writes it. */
export function count(phrase: Counted, n: number, values: Values = {}): string {
  const speech = language.value;
  let rules = plurals.get(speech);
  if (!rules) plurals.set(speech, (rules = new Intl.PluralRules(speech)));
  let format = numbers.get(speech);
  if (!format) numbers.set(speech, (format = new Intl.NumberFormat(speech)));
  return fill(rules.select(n) === "one" ? phrase.one : phrase.other, { ...values, n: format.format(n) });
}
