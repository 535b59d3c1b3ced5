/** Before what matters: show once more that it is you. The act that was begun goes on by itself afterwards. */
import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { more } from "../i18n/language.ts";
import { Button, Buttons } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { TextField } from "../ui/Field.tsx";
import { ask, prove_by_passkey, type Told } from "./server.ts";
import { say_refusal } from "./words.ts";

interface Asked {
  operation: string;
  end: (proved: boolean) => void;
}

const asked = signal<Asked | null>(null);

/** Do it; where the server asks for a proof, ask the person for one and do it again. */
export async function with_proof<T>(act: () => Promise<Told<T>>): Promise<Told<T>> {
  const first = await act();
  if (!("refusal" in first) || first.refusal !== "step_up") return first;
  const operation = first.operation ?? "";
  const proved = await new Promise<boolean>(end => { asked.value = { operation, end }; });
  asked.value = null;
  return proved ? act() : { refusal: "cancelled" };
}

/** Stands in every screen that calls `with_proof`. */
export function Proof() {
  return asked.value && <Ask key={asked.value.operation} {...asked.value} />;
}

function Ask({ operation, end }: Asked) {
  const { proof: say } = more();
  const [busy, work] = useState(false);
  const [refusal, refuse] = useState<string | null>(null);
  const [typing, type] = useState(false);
  const attempt = async (by: () => Promise<Told<unknown>>) => {
    if (busy) return;
    work(true);
    const answer = await by();
    work(false);
    if ("refusal" in answer) refuse(answer.refusal);
    else end(true);
  };
  return (
    <Dialog title={say.title} onClose={() => { end(false); }}>
      <p>{say.why}</p>
      {refusal && <p role="alert" class="wrong">{say_refusal(refusal)}</p>}
      {typing
        ? <Typed busy={busy} go={(password, code) => { void attempt(() => ask("POST", "/v1/account/proof", { operation, password, ...(code ? { code } : {}) })); }} />
        : (
          <Buttons>
            <Button kind="primary" icon="lock" busy={busy} onPress={() => { void attempt(() => prove_by_passkey(operation)); }}>{say.passkey}</Button>
            <Button onPress={() => { type(true); }}>{say.password}</Button>
            <Button kind="plain" onPress={() => { end(false); }}>{say.not_now}</Button>
          </Buttons>
        )}
    </Dialog>
  );
}

function Typed({ busy, go }: { busy: boolean; go: (password: string, code: string) => void }) {
  const { proof: say, signin } = more();
  const [password, set_password] = useState("");
  const [code, set_code] = useState("");
  return (
    <form class="stack" onSubmit={event => { event.preventDefault(); if (password) go(password, code.trim()); }} noValidate>
      <TextField id="proof-password" label={signin.password} value={password} onInput={set_password} autocomplete="current-password" secret />
      <TextField id="proof-code" label={signin.code} hint={say.code_hint} value={code} onInput={set_code} autocomplete="one-time-code" inputMode="numeric" />
      <Button kind="primary" type="submit" busy={busy}>{say.go}</Button>
    </form>
  );
}
