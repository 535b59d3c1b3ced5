/** Words of the screens that only ask the server: fetched with them, and not kept for times without a network. */
import { effect, signal } from "@preact/signals";
import { say_refusal } from "../account/words.ts";
import type en from "../i18n/en_agency.json";
import { type Language, language } from "../i18n/language.ts";

export type AgencyWords = typeof en;

const FILES = { en: new URL("../i18n/en_agency.json", import.meta.url), es: new URL("../i18n/es_agency.json", import.meta.url) };

const held = signal<AgencyWords | null>(null);
let following = false;

/** `load_agency_words` comes before. */
export function agency_words(): AgencyWords {
  if (!held.value) throw new Error("load_agency_words() was not awaited");
  return held.value;
}

export async function load_agency_words(): Promise<void> {
  if (following) return;
  held.value = await fetch_words(language.peek());
  following = true;
  effect(() => {
    const wanted = language.value;
    void fetch_words(wanted).then(found => { if (wanted === language.peek()) held.value = found; }, () => undefined);
  });
}

/** Why not, in words of these screens where there are any. */
export function say_why(refusal: string): string {
  const { refused } = agency_words();
  return Object.hasOwn(refused, refusal) ? refused[refusal as keyof typeof refused] : say_refusal(refusal);
}

/** A word for a name that the server sent; `other` for one that came after this version. */
export function say_name(of: Readonly<Record<string, string>> & { other: string }, name: string): string {
  return (Object.hasOwn(of, name) ? of[name] : undefined) ?? of.other;
}

async function fetch_words(wanted: Language): Promise<AgencyWords> {
  return await (await fetch(FILES[wanted])).json() as AgencyWords;
}
