/** Language and text size of this phone. */
import { type Language, LANGUAGES, language, more } from "../i18n/language.ts";
import type { Params } from "../routes.ts";
import { Card } from "../ui/Card.tsx";
import { Choice } from "../ui/Field.tsx";
import { preferences, type TextSize } from "../ui/preferences.ts";
import { choose_language, choose_text } from "../preferences/actions.ts";
import { Screen } from "../ui/Screen.tsx";
import { back_to_more } from "./back.ts";

const SIZES: readonly TextSize[] = ["normal", "large", "larger", "largest"];

export function LanguageScreen(_: { params: Params }) {
  const { language: say } = more();
  return (
    <Screen title={say.title} lead={say.lead} back={back_to_more()}>
      <LanguageChoice />
    </Screen>
  );
}

export function LanguageChoice() {
  const options = (Object.keys(LANGUAGES) as Language[]).map(value => ({ value, label: LANGUAGES[value], lang: value }));
  return <Choice legend={more().language.title} hidden name="language" value={language.value} options={options} onChange={choose_language} />;
}

export function TextScreen(_: { params: Params }) {
  const { text: say } = more();
  return (
    <Screen title={say.title} lead={say.lead} back={back_to_more()}>
      <Choice legend={say.title} hidden name="text" value={preferences.value.text} options={SIZES.map(value => ({ value, label: say.size[value] }))}
        onChange={choose_text} />
      <Card><p>{say.sample}</p></Card>
    </Screen>
  );
}
