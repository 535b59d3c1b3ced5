/** The letter, as it is printed: folded, its window shows the address alone, and nothing outside says what it is about. */
import { fill } from "../i18n/fill.ts";
import { useEffect, useState } from "preact/hooks";
import { more, type MoreWords, words_in } from "../i18n/language.ts";
import { Button } from "../ui/Button.tsx";
import type { Letter } from "../wire.ts";

interface LetterProps {
  letter: Letter;
  agency: string;
  phone: string;
  until: string;
}

export function LetterPage({ letter, agency, phone, until }: LetterProps) {
  const { offer: say } = more();
  const [text, set_text] = useState<MoreWords["letter"] | null>(null);
  useEffect(() => { void words_in(letter.language).then(found => { set_text(found.letter); }, () => undefined); }, [letter]);
  if (!text) return null;
  return (
    <>
      <div><Button kind="primary" icon="print" onPress={() => { print(); }}>{say.print}</Button></div>
      <article class="letter card" lang={letter.language} data-code={letter.code}>
        <address>{[letter.name, ...letter.address].map(line => <div key={line}>{line}</div>)}</address>
        <div class="letter-body">
          <p>{fill(text.greeting, { name: letter.name })}</p>
          <p>{text.intro}</p>
          <ol><li>{fill(text.step_open, { link: letter.link })}</li><li>{text.step_type}</li></ol>
          <p class="letter-code"><code>{letter.code}</code></p>
          <p>{fill(text.until, { when: until })}</p>
          <p>{fill(text.not_you, { phone })}</p>
          <p>{agency}</p>
        </div>
      </article>
    </>
  );
}
