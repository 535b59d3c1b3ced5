/** Choosing how this phone is locked: the choices, each with what it means, and the one step that each needs. */
import { useEffect, useState } from "preact/hooks";
import { language, more, words } from "../i18n/language.ts";
import { Button, Buttons } from "../ui/Button.tsx";
import { Card } from "../ui/Card.tsx";
import { Choice } from "../ui/Field.tsx";
import { can_passkey, new_passkey } from "./passkey.ts";
import { Secret } from "./Secret.tsx";
import { is_good_pin, is_strong } from "./slots.ts";
import type { Way } from "./vault.ts";
import { suggest } from "./words.ts";

type Kind = Way["kind"] | "nothing";

interface ChooseProps {
  /** Is "keep nothing" one of the choices? */
  nothing: boolean;
  busy: boolean;
  say_fault: (text: string) => void;
  chosen: (way: Way | null) => void;
}

export function ChooseWay({ nothing, busy, say_fault, chosen }: ChooseProps) {
  const { vault: say } = more();
  const [kind, choose] = useState<Kind>("passphrase");
  const [passkeys, allow] = useState(false);
  useEffect(() => { void can_passkey().then(allow); }, []);
  const kinds: Kind[] = [...(passkeys ? ["passkey"] as const : []), "passphrase", "pin", ...(nothing ? ["nothing"] as const : [])];
  const make_passkey = async () => {
    const way = await new_passkey(words().app.name);
    if (way) chosen(way);
    else say_fault(say.no_passkey_made);
  };
  return (
    <div class="stack">
      <Choice legend={say.choose} name="way" value={kind} options={kinds.map(value => ({ value, label: say.way[value], hint: say.means[value] }))} onChange={choose} />
      <Card>
        {kind === "passkey" && <div><Button kind="primary" icon="lock" full busy={busy} onPress={() => { void make_passkey(); }}>{say.make_passkey}</Button></div>}
        {kind === "passphrase" && <NewPassphrase busy={busy} say_fault={say_fault} chosen={chosen} />}
        {kind === "pin" && <NewPin busy={busy} say_fault={say_fault} chosen={chosen} />}
        {kind === "nothing" && <div><Button kind="primary" full busy={busy} onPress={() => { chosen(null); }}>{say.keep_nothing}</Button></div>}
      </Card>
    </div>
  );
}

type StepProps = Omit<ChooseProps, "nothing">;

function NewPassphrase({ busy, say_fault, chosen }: StepProps) {
  const { vault: say } = more();
  const [typed, type] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    if (is_strong(typed)) chosen({ kind: "passphrase", text: typed });
    else say_fault(say.weak_passphrase);
  };
  return (
    <form class="stack" onSubmit={submit} noValidate>
      <Secret kind="passphrase" id="new-passphrase" fresh label={say.new_passphrase} hint={say.passphrase_hint} value={typed} onInput={type} />
      <Buttons>
        <Button icon="refresh" onPress={() => { void suggest(language.value).then(type); }}>{say.suggest}</Button>
        <Button kind="primary" type="submit" icon="lock" busy={busy}>{busy ? say.working : say.use_this}</Button>
      </Buttons>
      <p class="soft">{say.write_down}</p>
    </form>
  );
}

function NewPin({ busy, say_fault, chosen }: StepProps) {
  const { vault: say } = more();
  const [typed, type] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    if (is_good_pin(typed)) chosen({ kind: "pin", pin: typed });
    else say_fault(say.weak_pin);
  };
  return (
    <form class="stack" onSubmit={submit} noValidate>
      <Secret kind="pin" id="new-pin" fresh label={say.new_pin} hint={say.pin_hint} value={typed} onInput={type} />
      <Button kind="primary" type="submit" icon="lock" full busy={busy}>{busy ? say.working : say.use_this}</Button>
    </form>
  );
}
