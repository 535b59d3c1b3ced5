/** Turning a code of the system of record into words; a code we do not know becomes a general sentence, never itself. */

/** The words of this code, or the general ones. */
export function say_code<T>(words: { readonly other: T }, code: string | null | undefined): T {
  return (code && Object.hasOwn(words, code) ? (words as unknown as Record<string, T>)[code] : undefined) ?? words.other;
}
