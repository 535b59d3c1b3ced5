/** How this phone wants the app to look and act. Nothing personal: it stays when a person signs out. */
import { effect, signal } from "@preact/signals";

export type TextSize = "normal" | "large" | "larger" | "largest";
export type LeaveSite = "weather" | "search" | "blank";

interface Preferences {
  language: string | null;
  text: TextSize;
  leave: LeaveSite;
}

const KEY = "porchlight.preferences";
const FIRST: Preferences = { language: null, text: "normal", leave: "weather" };

export const preferences = signal<Preferences>(read());

export function prefer(change: Partial<Preferences>): void {
  preferences.value = { ...preferences.value, ...change };
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences.value));
  } catch {
    // A browser that keeps nothing still follows the choice until it closes.
  }
}

/** Keep the page in step with the choices. */
export function follow_preferences(): void {
  effect(() => {
    document.documentElement.dataset["text"] = preferences.value.text;
  });
}

function read(): Preferences {
  try {
    return { ...FIRST, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Preferences>) };
  } catch {
    return FIRST;
  }
}
