/** Which language the app speaks, and how that language writes money, days and times. */
import { signal } from "@preact/signals";
import type { Words } from "./en.ts";
import type { MoreWords } from "./en_more.ts";

export type Language = "en" | "es";

/** Each language in its own name, for the switch. */
export const LANGUAGES: Record<Language, string> = { en: "English", es: "Español" };

export const language = signal<Language>("en");

const core = signal<Words | null>(null);
const rest = signal<MoreWords | null>(null);
let rest_wanted = false;

/** True once the first words are here. */
export function spoken(): boolean {
  return core.value !== null;
}

/** The words every first screen needs. */
export function words(): Words {
  if (!core.value) throw new Error("speak() was not awaited");
  return core.value;
}

/** The words of the screens beyond the first; `load_more_words` comes before. */
export function more(): MoreWords {
  if (!rest.value) throw new Error("load_more_words() was not awaited");
  return rest.value;
}

/** Speak a language from now on. Words are in the app's own files, so this works with no network. */
export async function speak(wanted: Language): Promise<void> {
  if (core.peek() && language.peek() === wanted) return;
  const [first, second] = await Promise.all([load_core(wanted), rest_wanted ? load_rest(wanted) : null]);
  language.value = wanted;
  core.value = first;
  if (second) rest.value = second;
  if (typeof document !== "undefined") document.documentElement.lang = wanted;
}

export async function load_more_words(): Promise<void> {
  rest_wanted = true;
  if (!rest.value) rest.value = await load_rest(language.value);
}

/** The language to begin with: the one chosen before, else the phone's own. */
export function first_language(chosen: string | null, phone: readonly string[]): Language {
  if (chosen === "en" || chosen === "es") return chosen;
  const known = phone.map(tag => tag.slice(0, 2)).find(tag => tag === "en" || tag === "es");
  return known === "es" ? "es" : "en";
}

async function load_core(wanted: Language): Promise<Words> {
  return wanted === "es" ? (await import("./es.ts")).es : (await import("./en.ts")).en;
}

async function load_rest(wanted: Language): Promise<MoreWords> {
  return wanted === "es" ? (await import("./es_more.ts")).es_more : (await import("./en_more.ts")).en_more;
}
