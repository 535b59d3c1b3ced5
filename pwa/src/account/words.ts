/** Why something could not be done, in the person's words. */
import { more } from "../i18n/language.ts";
import type { Refusal } from "./server.ts";

export function say_refusal(refusal: Refusal): string {
  const { refused } = more();
  return Object.hasOwn(refused, refusal) ? refused[refusal as keyof typeof refused] : refused.other;
}
