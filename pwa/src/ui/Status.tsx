/**
 * The chip that is on every screen and always true: what needs the person comes first, then what is unsent, then the network.
 * Readers hear it only when something is amiss: a successful check each minute is not worth an interruption.
 */
import { count, fill } from "../i18n/fill.ts";
import { language, words } from "../i18n/language.ts";
import { say_instant } from "../i18n/say.ts";
import type { SyncState } from "../store/model.ts";
import { state } from "../store/live.ts";
import { now } from "./clock.ts";

type Tone = "good" | "wait" | "off" | "care";

export function Status() {
  const { tone, text } = status_text(state.value);
  return (
    <a class="status" data-tone={tone} href={state.value.needs_you > 0 ? "/attention" : "/more/phone"}>
      <span class="status-dot" aria-hidden="true" />
      <span>{text}</span>
      <span class="unseen" role="status">{tone === "care" || tone === "off" ? text : ""}</span>
    </a>
  );
}

/** Never "all sent" while anything is not: the worst news wins. */
export function status_text(sync: SyncState): { tone: Tone; text: string } {
  const say = words().status;
  const unsent = sync.unsent > 0 ? count(say.unsent, sync.unsent) : "";
  if (sync.needs_you > 0) return { tone: "care", text: count(say.needs_you, sync.needs_you) };
  if (sync.phase === "field") return { tone: "off", text: unsent ? fill(say.field_unsent, { unsent }) : say.field };
  if (unsent && sync.phase === "syncing") return { tone: "wait", text: count(say.sending, sync.unsent) };
  if (unsent) return { tone: "care", text: unsent };
  if (sync.phase === "offline") return { tone: "off", text: say.offline };
  if (sync.phase === "trouble") return { tone: "care", text: say.trouble };
  if (sync.wanted > 0) return { tone: "wait", text: fill(say.loading, { held: sync.held, all: sync.held + sync.wanted }) };
  return quiet_text(sync);
}

function quiet_text({ phase, checked_at }: SyncState): { tone: Tone; text: string } {
  const say = words().status;
  if (phase === "starting") return { tone: "wait", text: say.starting };
  if (checked_at !== null) return { tone: phase === "syncing" ? "wait" : "good", text: fill(say.checked, { time: say_instant(language.value, checked_at, now.value) }) };
  return { tone: "wait", text: phase === "syncing" ? say.checking : say.never };
}
