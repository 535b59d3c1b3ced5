/** How this phone is locked: lock it now, or choose another way in, for whoever knows the present one. */
import { useState } from "preact/hooks";
import { more } from "../i18n/language.ts";
import type { NotMade } from "../keeper/protocol.ts";
import type { Params } from "../routes.ts";
import { change_way, gate, lock } from "../store/live.ts";
import { Banner } from "../ui/Banner.tsx";
import { Button } from "../ui/Button.tsx";
import { Card, Section } from "../ui/Card.tsx";
import { ErrorSummary, type Fault } from "../ui/ErrorSummary.tsx";
import { Screen } from "../ui/Screen.tsx";
import { ChooseWay } from "../vault/ChooseWay.tsx";
import { ask_passkey } from "../vault/passkey.ts";
import { Secret } from "../vault/Secret.tsx";
import { not_unlocked } from "../vault/Unlock.tsx";
import type { NotUnlocked, Way } from "../vault/vault.ts";
import { back_to_more } from "./back.ts";

export function LockScreen(_: { params: Params }) {
  const { vault: say } = more();
  const now = gate.value;
  if (now.at !== "open") return null;
  return (
    <Screen title={say.title} back={back_to_more()}>
      {now.memory ? <Banner tone="note" icon="lock"><p>{say.memory}</p></Banner> : (
        <>
          <Card>
            <p>{say.how_now[now.kinds[0] ?? "passphrase"]}</p>
            <p class="soft">{say.locks_itself}</p>
            <div><Button kind="primary" icon="lock" onPress={() => { void lock(true); }}>{say.lock_now}</Button></div>
          </Card>
          <Another now={now} />
        </>
      )}
    </Screen>
  );
}

function Another({ now }: { now: { kinds: readonly Way["kind"][]; passkey: { credential: string; salt: string } | null } }) {
  const { vault: say } = more();
  const [faults, fault] = useState<readonly Fault[]>([]);
  const [busy, work] = useState(false);
  const [typed, type] = useState("");
  const [done, tell] = useState("");
  const kind = now.kinds[0] ?? "passphrase";
  const chosen = async (next: Way | null) => {
    if (!next || busy) return;
    work(true);
    fault([]);
    const present = kind === "passkey" ? now.passkey && await ask_passkey(now.passkey) : kind === "pin" ? { kind, pin: typed } : { kind, text: typed };
    const because = present ? await change_way(present, next).catch((): NotMade => ({ code: "network" })) : { code: "wrong", left: 1 } satisfies NotUnlocked;
    work(false);
    tell(because ? "" : say.changed);
    if (because) fault([{ say: because.code === "weak" ? say.not_made.weak : not_unlocked(because as NotUnlocked) }]);
  };
  return (
    <Section title={say.another}>
      <ErrorSummary title={say.faults} faults={faults} />
      <p role="status">{done}</p>
      {kind !== "passkey" && <Card><Secret kind={kind} id="present" label={say.present[kind]} value={typed} onInput={type} /></Card>}
      <ChooseWay nothing={false} busy={busy} say_fault={text => { fault([{ say: text }]); }} chosen={way => { void chosen(way); }} />
    </Section>
  );
}
