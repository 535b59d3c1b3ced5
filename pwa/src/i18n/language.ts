/** Which language the app speaks, and how that language writes money, days and times. */
import { signal } from "@preact/signals";
import type en from "./en.json";
import type en_more from "./en_more.json";

export type Language = "en" | "es";

/** Each language in its own name, for the switch. */
export const LANGUAGES: Record<Language, string> = { en: "English", es: "Español" };

/** The catalogues are data, not script: a phone reads them faster, and translators can read them too. */
export type Words = typeof en;
export type MoreWords = typeof en_more;

const FILES = {
  en: new URL("./en.json", import.meta.url), es: new URL("./es.json", import.meta.url),
  en_more: new URL("./en_more.json", import.meta.url), es_more: new URL("./es_more.json", import.meta.url),
};

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

/** The words of a language that need not be the one spoken here: for what another person is to read. */
export function words_in(wanted: Language): Promise<MoreWords> {
  return load_rest(wanted);
}

async function load_core(wanted: Language): Promise<Words> {
  return await (await fetch(FILES[wanted])).json() as Words;
}

async function load_rest(wanted: Language): Promise<MoreWords> {
  return await (await fetch(FILES[`${wanted}_more`])).json() as MoreWords;
}
