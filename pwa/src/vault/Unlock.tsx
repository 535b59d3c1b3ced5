/** What this phone holds is locked: the way back in, with or without a signal. Nothing here says whose it is. */
import { useEffect, useState } from "preact/hooks";
import { count } from "../i18n/fill.ts";
import { more } from "../i18n/language.ts";
import type { Gate } from "../keeper/protocol.ts";
import type { Params } from "../routes.ts";
import { gate, start_over, to_door, unlock } from "../store/live.ts";
import { Banner } from "../ui/Banner.tsx";
import { Button, Buttons } from "../ui/Button.tsx";
import { Card, Section } from "../ui/Card.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { ErrorSummary, type Fault } from "../ui/ErrorSummary.tsx";
import { Screen } from "../ui/Screen.tsx";
import { ask_passkey } from "./passkey.ts";
import { Secret } from "./Secret.tsx";
import type { NotUnlocked, Way } from "./vault.ts";

type Locked = Gate & { at: "locked" };

export function Unlock(_: { params: Params }) {
  const { vault: say } = more();
  const now = gate.value;
  const [faults, fault] = useState<readonly Fault[]>([]);
  const [busy, work] = useState(false);
  const enter: Enter = async (way, field) => {
    if (busy) return null;
    work(true);
    fault([]);
    const given = await way;
    const because = given ? await unlock(given).catch((): NotUnlocked => ({ code: "network" })) : null;
    work(false);
    if (!given) fault([{ say: say.no_passkey }]);
    else if (because) fault([{ say: not_unlocked(because), ...(field ? { field } : {}) }]);
    return because;
  };
  if (now.at !== "locked") return null;
  return (
    <Screen title={say.locked} lead={say.locked_lead}>
      {now.why !== "fine" && <Banner tone="care"><p>{say.why[now.why]}</p></Banner>}
      <ErrorSummary title={say.faults} faults={faults} to={faults[0]?.field} />
      <Card>
        {now.passkey && <Passkey at={now.passkey} busy={busy} enter={enter} />}
        {now.kinds.includes("passphrase") && <Typed kind="passphrase" busy={busy} enter={enter} />}
        {now.kinds.includes("pin") && <Typed kind="pin" busy={busy} enter={enter} />}
      </Card>
      <Otherwise now={now} />
    </Screen>
  );
}

export function not_unlocked(because: NotUnlocked): string {
  const { vault: say } = more();
  if (because.code === "wrong") return count(say.wrong, because.left);
  if (because.code === "wait") return count(say.wait, Math.max(1, Math.ceil(because.wait_ms / 60_000)));
  return say.not[because.code];
}

/** Tries a way in; answers why it did not open, none when it did or when nothing was tried. */
type Enter = (way: Promise<Way | null>, field?: string) => Promise<NotUnlocked | null>;

interface WayProps {
  busy: boolean;
  enter: Enter;
}

function Passkey({ at, busy, enter }: WayProps & { at: { credential: string; salt: string } }) {
  const { vault: say } = more();
  return <div><Button kind="primary" icon="lock" full busy={busy} onPress={() => { void enter(ask_passkey(at)); }}>{say.use_passkey}</Button></div>;
}

function Typed({ kind, busy, enter }: WayProps & { kind: "passphrase" | "pin" }) {
  const { vault: say } = more();
  const [typed, type] = useState("");
  const id = `unlock-${kind}`;
  const submit = async () => {
    if (!typed) return;
    const because = await enter(Promise.resolve(kind === "pin" ? { kind, pin: typed } : { kind, text: typed }), id);
    if (because?.code === "wrong") type(""); // whoever picks the phone up next shall not find half of a secret
  };
  return (
    <form class="stack" onSubmit={event => { event.preventDefault(); void submit(); }} noValidate>
      <Secret kind={kind} id={id} label={say.type[kind]} {...(kind === "pin" ? { hint: say.pin_online } : {})} value={typed} onInput={type} />
      <Button kind="primary" type="submit" icon="lock" full busy={busy}>{busy ? say.opening : say.unlock}</Button>
    </form>
  );
}

function Otherwise({ now }: { now: Locked }) {
  const { vault: say } = more();
  const [asked, ask] = useState(false);
  useEffect(() => { ask(false); }, [now.fresh]);
  return (
    <Section title={say.otherwise}>
      {now.fresh ? <p>{say.forgot}</p> : <p>{say.forgot_sign_in}</p>}
      <Buttons>
        {now.fresh && <Button onPress={() => { ask(true); }}>{say.start_over}</Button>}
        <Button onPress={() => { void to_door(); }}>{now.fresh ? say.someone_else : say.sign_in}</Button>
      </Buttons>
      {asked && (
        <Dialog title={say.start_over} onClose={() => { ask(false); }}>
          <p>{say.start_over_why}</p>
          <Buttons>
            <Button kind="primary" onPress={() => { ask(false); }}>{say.back}</Button>
            <Button kind="danger" onPress={() => { void start_over(); }}>{say.start_over}</Button>
          </Buttons>
        </Dialog>
      )}
    </Section>
  );
}
