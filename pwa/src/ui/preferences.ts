/** How this phone wants the app to look and act. Nothing personal: it stays when a person signs out. */
import { effect, signal } from "@preact/signals";

export type TextSize = "normal" | "large" | "larger" | "largest";
export type LeaveSite = "weather" | "search" | "blank";

interface Preferences {
  language: string | null;
  text: TextSize;
  leave: LeaveSite;
  /** A neutral name and picture, and no count on the icon. */
  discreet: boolean;
}

/** Says nothing in either language. */
const PLAIN = "Agenda";
const KEY = "porchlight.preferences";
const FIRST: Preferences = { language: null, text: "normal", leave: "weather", discreet: false };

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
  effect(() => { look_like(preferences.value.discreet); });
}

/** What the browser shows of the app, and what an install from now on is called. */
function look_like(discreet: boolean): void {
  const at = (link: string) => document.querySelector<HTMLLinkElement>(`link[rel="${link}"]`);
  const [manifest, icon, name] = [at("manifest"), at("icon"), document.querySelector<HTMLMetaElement>('meta[name="apple-mobile-web-app-title"]')];
  if (manifest) manifest.href = discreet ? "/plain.webmanifest" : "/manifest.webmanifest";
  if (icon) icon.href = discreet ? "/icons/plain.svg" : "/icons/icon.svg";
  if (name) name.content = app_name();
  document.title = app_name();
}

/** What the app is called on this phone. */
export function app_name(): string {
  return preferences.peek().discreet ? PLAIN : "Porchlight";
}

function read(): Preferences {
  try {
    return { ...FIRST, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Preferences>) };
  } catch {
    return FIRST;
  }
}
