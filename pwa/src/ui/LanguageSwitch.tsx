/** The other language, named in itself, for those who cannot read this one. */
import { type Language, LANGUAGES, language, speak } from "../i18n/language.ts";
import { Icon } from "./Icon.tsx";
import { prefer } from "./preferences.ts";

export function LanguageSwitch() {
  const other: Language = language.value === "en" ? "es" : "en";
  return (
    <button type="button" class="button" data-kind="plain" lang={other} onClick={() => { choose_language(other); }}>
      <Icon name="globe" size={20} /><span>{LANGUAGES[other]}</span>
    </button>
  );
}

/** A choice on this phone stands over the account's language. */
export function choose_language(wanted: Language): void {
  prefer({ language: wanted });
  void speak(wanted);
}
