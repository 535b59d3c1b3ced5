/** The way back from a page of settings; a page that is somebody's first one has none. */
import { more } from "../i18n/language.ts";
import { path } from "../ui/router.ts";

export function back_to_more(): { href: string; label: string } | undefined {
  return path.value === "/" ? undefined : { href: "/more", label: more().more.title };
}
