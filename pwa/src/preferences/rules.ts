/** What the person chose, as far as it is not what this phone shows already. */
import type { Language } from "../i18n/language.ts";
import type { TextSize } from "../ui/preferences.ts";
import type { Preference } from "../wire.ts";

interface Shown {
  language: string | null;
  text: TextSize;
}

const SIZES: readonly string[] = ["normal", "large", "larger", "largest"] satisfies TextSize[];

export function chosen(choices: readonly Preference[], shown: Shown): Partial<Shown> {
  const change: Partial<Shown> = {};
  for (const { name, value } of choices) {
    if (name === "language" && is_language(value) && value !== shown.language) change.language = value;
    if (name === "text" && is_size(value) && value !== shown.text) change.text = value;
  }
  return change;
}

function is_language(value: string): value is Language {
  return value === "en" || value === "es";
}

function is_size(value: string): value is TextSize {
  return SIZES.includes(value);
}
