/** Two ways to sign out, and a question first when something written here would be lost. */
import { count_unsent } from "../documents/shelf.ts";
import { count } from "../i18n/fill.ts";
import { useState } from "preact/hooks";
import { more } from "../i18n/language.ts";
import type { Params } from "../routes.ts";
import { sign_out, state } from "../store/live.ts";
import { Button, Buttons } from "../ui/Button.tsx";
import { Card } from "../ui/Card.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { go } from "../ui/router.ts";
import { Screen } from "../ui/Screen.tsx";
import { back_to_more } from "./back.ts";

export function SignOut(_: { params: Params }) {
  const { sign_out: say } = more();
  const [busy, work] = useState(false);
  const [unsent, ask] = useState(0);
  const out = async (how: { forget: boolean; anyway?: boolean }) => {
    work(true);
    const files = how.forget && !how.anyway ? await count_unsent() : 0;
    const result = files > 0 ? { done: false, unsent: files + state.value.unsent } : await sign_out(how);
    work(false);
    if (result.done) go("/", "replace");
    else ask(result.unsent);
  };
  return (
    <Screen title={say.title} lead={say.lead} back={back_to_more()}>
      <Card>
        <p>{say.only_why}</p>
        <div><Button kind="primary" icon="sign_out" busy={busy} onPress={() => { void out({ forget: false }); }}>{busy ? say.busy : say.only}</Button></div>
      </Card>
      <Card>
        <p>{say.forget_why}</p>
        <div><Button kind="danger" icon="mobile" busy={busy} onPress={() => { void out({ forget: true }); }}>{say.forget}</Button></div>
      </Card>
      {unsent > 0 && (
        <Dialog title={say.ask_title} onClose={() => { ask(0); }}>
          <p>{count(say.ask, unsent)}</p>
          <Buttons>
            <Button kind="primary" onPress={() => { ask(0); }}>{say.ask_wait}</Button>
            <Button kind="danger" onPress={() => { ask(0); void out({ forget: true, anyway: true }); }}>{say.ask_anyway}</Button>
          </Buttons>
        </Dialog>
      )}
    </Screen>
  );
}
