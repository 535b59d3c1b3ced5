/** Money as people write it, always with cents. The only place where cents become text. */
import { type Language, language } from "../i18n/language.ts";

const formats = new Map<Language, Intl.NumberFormat>();

export function money(speech: Language, cents: number): string {
  let format = formats.get(speech);
  if (!format) {
    format = new Intl.NumberFormat(speech === "es" ? "es-US" : "en-US", { style: "currency", currency: "USD" });
    formats.set(speech, format);
  }
  return format.format(cents / 100);
}

export function Money({ cents }: { cents: number }) {
  return <span class="money">{money(language.value, cents)}</span>;
}
