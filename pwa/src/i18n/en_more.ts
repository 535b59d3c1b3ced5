/** English beyond the first screens, put together. */
import { en_case } from "./en_case.ts";
import { en_events } from "./en_events.ts";
import { en_money } from "./en_money.ts";
import { en_settings } from "./en_settings.ts";
import { en_talk } from "./en_talk.ts";

export const en_more = { events: en_events, ...en_case, ...en_money, ...en_talk, ...en_settings };

export type MoreWords = typeof en_more;
