/** The other language, named in itself, for those who cannot read this one. */
import { type Language, LANGUAGES, language, speak } from "../i18n/language.ts";
import { Icon } from "./Icon.tsx";
import { prefer } from "./preferences.ts";

export function LanguageSwitch() {
  const other: Language = language.value === "en" ? "es" : "en";
  return (
    <button type="button" class="button" data-kind="plain" lang={other} onClick={() => { choose(other); }}>
      <Icon name="globe" size={20} /><span>{LANGUAGES[other]}</span>
    </button>
  );
}

/** Before anybody is signed in it is a choice of this phone, which stands over the account's language. */
function choose(wanted: Language): void {
  prefer({ language: wanted });
  void speak(wanted);
}
