/** Words of hearings that other screens say too. */
import { fill } from "../i18n/fill.ts";
import { more } from "../i18n/language.ts";

/** Courts write "Courtroom 4" or just "4". */
export function room_text(room: string): string {
  return /^\d/.test(room) ? fill(more().calendar.room, { room }) : room;
}
