/** For the case team: a code for one person, from hand to hand or in a letter. */
import { useState } from "preact/hooks";
import { fill } from "../i18n/fill.ts";
import { language, more } from "../i18n/language.ts";
import { say_instant, say_long_day } from "../i18n/say.ts";
import { full_name } from "../cases/box.ts";
import type { Params } from "../routes.ts";
import { agency, open_case } from "../store/live.ts";
import { Banner } from "../ui/Banner.tsx";
import { Button } from "../ui/Button.tsx";
import { Card, Section } from "../ui/Card.tsx";
import { now } from "../ui/clock.ts";
import { cut } from "../ui/network.ts";
import { Screen } from "../ui/Screen.tsx";
import { Lost } from "../ui/States.tsx";
import type { Letter, Words } from "../wire.ts";
import { LetterPage } from "./LetterPage.tsx";
import { Proof, with_proof } from "./Prove.tsx";
import { ask, type Told } from "./server.ts";
import { say_refusal } from "./words.ts";

export function Offer({ params }: { params: Params }) {
  const { offer: say } = more();
  const [words, show_words] = useState<Words | null>(null);
  const [letter, show_letter] = useState<Letter | null>(null);
  const [refusal, refuse] = useState<string | null>(null);
  const person = open_case(params.scope).value?.participants.find(one => one.id === params.thread);
  if (!person) return <Lost />;
  const party = { case: params.scope, participant: params.thread };
  const show = (answer: Told<Words | Letter>) => {
    refuse("refusal" in answer && answer.refusal !== "cancelled" ? answer.refusal : null);
    if (!("body" in answer)) return;
    if ("words" in answer.body) show_words(answer.body);
    else show_letter(answer.body);
  };
  const give = async (way: string) => { show(await with_proof(() => ask<Words | Letter>("POST", `/v1/enrolment/${way}`, party))); };
  return (
    <Screen title={fill(say.title, { name: full_name(person) })} tab_title={say.tab} lead={say.lead} back={{ href: `/case/${params.scope}`, label: say.back }}>
      {cut.value && <Banner tone="care" icon="offline" live><p>{say_refusal("network")}</p></Banner>}
      {refusal && !cut.value && <Banner tone="bad" live><p>{say_refusal(refusal)}</p></Banner>}
      <Section title={say.here}>
        <Card>
          <p>{say.here_why}</p>
          {words ? <SixWords words={words} /> : <div><Button kind="primary" online onPress={() => { void give("words"); }}>{say.make_words}</Button></div>}
        </Card>
      </Section>
      <Section title={say.letter}>
        {letter
          ? <LetterPage letter={letter} agency={agency.value?.name ?? ""} phone={agency.value?.phone ?? ""} until={say_long_day(letter.language, letter.expires_at)} />
          : (
            <Card>
              <p>{person.family_violence ? say.letter_never : say.letter_why}</p>
              {!person.family_violence && <div><Button icon="print" online onPress={() => { void give("letters"); }}>{say.make_letter}</Button></div>}
            </Card>
          )}
      </Section>
      <Proof />
    </Screen>
  );
}

function SixWords({ words }: { words: Words }) {
  const { offer: say } = more();
  return (
    <div class="stack" data-words={words.words.join(" ")}>
      <img class="qr" src={words.picture} alt={say.picture} width={240} height={240} />
      <p class="breaks">{fill(say.or_words, { link: words.link.replace(/#.*/, "") })}</p>
      <ol class="codes">{words.words.map(word => <li key={word}><strong>{word}</strong></li>)}</ol>
      <p>{fill(say.until, { when: say_instant(language.value, Date.parse(words.expires_at), now.value) })}</p>
    </div>
  );
}
