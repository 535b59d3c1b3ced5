/** In the brief: what a party says of their contact and the system of record does not have yet. */
import { more } from "../i18n/language.ts";
import type { CaseBox } from "../store/model.ts";
import { Banner } from "../ui/Banner.tsx";
import { Button } from "../ui/Button.tsx";
import { take_up } from "./actions.ts";
import { to_take_up } from "./rules.ts";

export function ToTakeUp({ person, box }: { person: CaseBox["participants"][number]; box: CaseBox }) {
  const { contact: say } = more();
  const changes = to_take_up(person, box.contact_changes);
  if (changes.length === 0) return null;
  return (
    <Banner tone="care" icon="person">
      <p><strong>{say.told_us}</strong></p>
      {changes.map(({ id, field, was, now }) => (
        <div key={id} class="stack-tight" data-change={id}>
          <p>{say.field[field]}: <s>{was ?? say.nothing}</s> → <strong>{now ?? say.nothing}</strong></p>
          <div class="no-print"><Button onPress={() => { void take_up(box.scope, id); }}>{say.take_up}</Button></div>
        </div>
      ))}
    </Banner>
  );
}
