/** Turning a code of the system of record into words; a code we do not know becomes a general sentence, never itself. */

/** Words by code, always with one for codes that came after this version of the app. */
export type CodeWords<T> = Readonly<Record<string, T>> & { readonly other: T };

export function say_code<T>(words: CodeWords<T>, code: string | null | undefined): T {
  return (code && Object.hasOwn(words, code) ? words[code] : undefined) ?? words.other;
}

/** Is there a word of its own for this code? */
export function knows_code<T>(words: CodeWords<T>, code: string): boolean {
  return Object.hasOwn(words, code);
}
