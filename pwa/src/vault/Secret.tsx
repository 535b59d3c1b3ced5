/** The box for a passphrase or a PIN: it can be shown, pasted, and filled by a password manager. */
import { useState } from "preact/hooks";
import { more } from "../i18n/language.ts";
import { Button } from "../ui/Button.tsx";
import { TextField } from "../ui/Field.tsx";

interface SecretProps {
  kind: "passphrase" | "pin";
  id: string;
  label: string;
  hint?: string;
  /** A new one is chosen, not an old one asked for. */
  fresh?: boolean;
  value: string;
  wrong?: string | undefined;
  onInput: (value: string) => void;
}

export function Secret({ kind, id, label, hint, fresh = false, value, wrong, onInput }: SecretProps) {
  const { vault: say } = more();
  const [shown, show] = useState(fresh);
  return (
    <TextField id={id} label={label} {...(hint ? { hint } : {})} value={value} onInput={onInput} secret={!shown} wrong={wrong}
      inputMode={kind === "pin" ? "numeric" : "text"} autocomplete={fresh ? "new-password" : "current-password"}
      end={<div><Button kind="plain" onPress={() => { show(!shown); }}>{shown ? say.hide : say.show}</Button></div>} />
  );
}
