/** Two values for one field: what stands now, and what this person wrote. One tap decides. */
import { fill } from "../i18n/fill.ts";
import { more } from "../i18n/language.ts";
import { discard } from "../store/live.ts";
import type { OutboxItem } from "../store/model.ts";
import { Button, Buttons } from "../ui/Button.tsx";
import { change_contact } from "./actions.ts";
import { both_values } from "./rules.ts";

export function BothValues({ item }: { item: OutboxItem }) {
  const { contact: say } = more();
  const both = both_values(item);
  if (!both) return null;
  const { field, stands, wanted, args } = both;
  const mine = async () => {
    await change_contact(item.scope ?? "", { thread: args.thread, field, was: stands, now: wanted });
    await discard(item.id);
  };
  return (
    <div class="stack-tight">
      <p><strong>{fill(say.met, { field: say.field[field] })}</strong></p>
      <p>{say.stands}: <strong>{stands ?? say.nothing}</strong><br />{say.yours_is}: <strong>{wanted ?? say.nothing}</strong></p>
      <Buttons>
        <Button kind="primary" onPress={() => { void mine(); }}>{say.use_mine}</Button>
        <Button onPress={() => { void discard(item.id); }}>{say.keep_theirs}</Button>
      </Buttons>
    </div>
  );
}
