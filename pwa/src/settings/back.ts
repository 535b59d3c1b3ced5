/** The way back from a page of settings. */
import { more } from "../i18n/language.ts";

export function back_to_more(): { href: string; label: string } {
  return { href: "/more", label: more().more.title };
}
