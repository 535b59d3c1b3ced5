/** The times that were free when the one wanted was not: one tap asks for it instead. */
import { language, more } from "../i18n/language.ts";
import { say_day, say_time } from "../i18n/say.ts";
import { discard } from "../store/live.ts";
import type { OutboxItem } from "../store/model.ts";
import { Button, Buttons } from "../ui/Button.tsx";
import { today } from "../ui/clock.ts";
import type { Mutations } from "../wire.ts";
import { ask_other_time, begin_again } from "./actions.ts";

export function FreeTimes({ item }: { item: OutboxItem }) {
  const { appointments: say } = more();
  const free = free_in(item);
  if (free.length === 0) return null;
  return (
    <>
      <p>{say.free}</p>
      <Buttons>
        {free.map(at => <Button key={at} icon="clock" onPress={() => { void take(item, at); }}>{`${say_day(language.value, at.slice(0, 10), today.value)}, ${say_time(language.value, at)}`}</Button>)}
      </Buttons>
    </>
  );
}

export function free_in(item: OutboxItem): string[] {
  const free = item.say?.args?.["free"];
  return Array.isArray(free) ? free.filter(at => typeof at === "string") : [];
}

/** The same wish for this time; only when it is safe on this phone does the old one go. */
async function take(item: OutboxItem, starts_local: string): Promise<void> {
  const scope = item.scope ?? "";
  if (item.name !== "appointment.ask_move") {
    await begin_again(item, starts_local);
  } else {
    const { appointment, seen_local } = item.args as Mutations["appointment.ask_move"]["args"];
    await ask_other_time(scope, appointment, seen_local, starts_local);
  }
  await discard(item.id);
}
