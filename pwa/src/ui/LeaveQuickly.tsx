/** A way out for people who are watched: hides everything at once and puts a neutral page in this one's place in the history. */
import { words } from "../i18n/language.ts";
import { Icon } from "./Icon.tsx";
import { type LeaveSite, preferences } from "./preferences.ts";

const SITES: Record<LeaveSite, string> = {
  weather: "https://www.weather.gov/",
  search: "https://duckduckgo.com/",
  blank: "about:blank",
};
const PRESSES = 3;
const WITHIN_MS = 1500;

export function leave_now(): void {
  document.documentElement.hidden = true;
  document.title = "";
  location.replace(navigator.onLine ? SITES[preferences.value.leave] : SITES.blank);
}

export function LeaveQuickly() {
  const { leave } = words().app;
  const press = (event: Event) => {
    event.preventDefault();
    leave_now();
  };
  return (
    <a class="leave" href={SITES[preferences.value.leave]} rel="noreferrer nofollow" onClick={press}>
      <Icon name="leave" size={20} /><span>{leave}</span>
    </a>
  );
}

/** Three presses of Shift with nothing in between leave, too. */
export function watch_shift(): void {
  let presses: number[] = [];
  addEventListener("keydown", event => {
    if (event.key !== "Shift") presses = [];
    else if (!event.repeat) {
      presses = [...presses.filter(at => event.timeStamp - at < WITHIN_MS), event.timeStamp];
      if (presses.length >= PRESSES) leave_now();
    }
  });
}
