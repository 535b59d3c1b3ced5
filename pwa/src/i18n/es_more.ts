/** Español más allá de las primeras pantallas, reunido. */
import type { MoreWords } from "./en_more.ts";
import { es_case } from "./es_case.ts";
import { es_events } from "./es_events.ts";
import { es_money } from "./es_money.ts";
import { es_settings } from "./es_settings.ts";
import { es_talk } from "./es_talk.ts";

export const es_more: MoreWords = { events: es_events, ...es_case, ...es_money, ...es_talk, ...es_settings };
