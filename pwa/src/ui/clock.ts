/** The one place where screens learn the time: an instant that ticks while someone is looking, and today in the agency's zone. */
import { computed, signal } from "@preact/signals";
import { agency } from "../store/live.ts";
import { type Day, day_in } from "./when.ts";

const TICK_MS = 30_000;

export const now = signal(Date.now());

/** The zone of this phone. */
export const own_zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Today's civil date where the agency is: what "due" and "as of" are measured against. */
export const today = computed<Day>(() => day_in(agency.value?.time_zone ?? own_zone, now.value));

export function keep_time(): void {
  const look = () => {
    if (document.visibilityState === "visible") now.value = Date.now();
  };
  setInterval(look, TICK_MS);
  document.addEventListener("visibilitychange", look);
}
