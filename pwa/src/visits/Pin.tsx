/** The button that keeps a case at hand. */
import { more } from "../i18n/language.ts";
import { own } from "../store/live.ts";
import { Button } from "../ui/Button.tsx";
import { pin_visit } from "./actions.ts";

export function Pin({ scope }: { scope: string }) {
  const { visits: say } = more();
  const pinned = own.value.pins.some(pin => pin.case_id === scope);
  return <Button kind="plain" icon={pinned ? "check" : "place"} onPress={() => { void pin_visit(scope, !pinned); }}>{pinned ? say.pinned : say.pin}</Button>;
}
