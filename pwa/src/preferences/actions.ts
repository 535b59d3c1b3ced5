/** A choice for this phone at once, and for every phone of the person who is signed in. */
import { effect } from "@preact/signals";
import { type Language, speak } from "../i18n/language.ts";
import { enqueue, own, session } from "../store/live.ts";
import { prefer, preferences, type TextSize } from "../ui/preferences.ts";
import { chosen } from "./rules.ts";

export function choose_language(wanted: Language): void {
  prefer({ language: wanted });
  void speak(wanted);
  void send("language", wanted);
}

export function choose_text(text: TextSize): void {
  prefer({ text });
  void send("text", text);
}

/** What was chosen on another phone is followed here. What this phone chose stands until the person chooses again. */
export function follow_own_choices(): void {
  effect(() => {
    if (!session.value) return;
    const change = chosen(own.value.preferences, preferences.peek());
    if (Object.keys(change).length > 0) prefer(change);
  });
}

async function send(name: "language" | "text", value: Language | TextSize): Promise<void> {
  const account = session.peek()?.account_id;
  if (account) await enqueue("preference.set", 1, account, { name, value }).catch(() => undefined);
}
