/** Ten codes that are shown once: to be written down, copied or printed. */
import { useState } from "preact/hooks";
import { fill } from "../i18n/fill.ts";
import { more } from "../i18n/language.ts";
import { Button, Buttons } from "../ui/Button.tsx";
import { Card } from "../ui/Card.tsx";

export function RecoveryCodes({ login, codes, done }: { login: string; codes: readonly string[]; done: () => void }) {
  const { recovery_codes: say } = more();
  const [copied, copy] = useState(false);
  const whole = [fill(say.of, { login }), ...codes].join("\n");
  return (
    <Card>
      <h2>{say.title}</h2>
      <p>{say.lead}</p>
      <p>{fill(say.of, { login })}</p>
      <ul class="codes">{codes.map(code => <li key={code}><code>{code}</code></li>)}</ul>
      <Buttons>
        <Button icon="print" onPress={() => { print(); }}>{say.print}</Button>
        <Button onPress={() => { void navigator.clipboard.writeText(whole).then(() => { copy(true); }, () => undefined); }}>{copied ? say.copied : say.copy}</Button>
      </Buttons>
      <Button kind="primary" full onPress={done}>{say.kept}</Button>
    </Card>
  );
}
