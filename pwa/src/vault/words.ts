/** A passphrase out of chance: four words and a number, which together are at least 2^52 to guess. */

import { random } from "./bytes.ts";

const WORDS = 4;
const BITS = 52;
const FILES = { en: new URL("./words_en.txt", import.meta.url), es: new URL("./words_es.txt", import.meta.url) };

export async function suggest(language: "en" | "es"): Promise<string> {
  const list = await fetch(FILES[language]);
  return from_list((await list.text()).split(/\s+/).filter(Boolean));
}

export function from_list(words: readonly string[]): string {
  const digits = Math.max(2, Math.ceil((BITS - WORDS * Math.log2(words.length)) / Math.log2(10)));
  const number = below(10 ** digits).toString().padStart(digits, "0");
  return [...Array.from({ length: WORDS }, () => words[below(words.length)] ?? ""), number].join(" ");
}

/** A number from 0 on, each as likely as the others. */
function below(end: number): number {
  const most = Math.floor(2 ** 32 / end) * end;
  for (;;) {
    const drawn = new DataView(random(4).buffer).getUint32(0);
    if (drawn < most) return drawn % end;
  }
}
