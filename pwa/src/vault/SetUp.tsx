/** Right after the first sign-in on a phone: how shall it keep what it gets? */
import { useState } from "preact/hooks";
import { fill } from "../i18n/fill.ts";
import { more } from "../i18n/language.ts";
import type { Params } from "../routes.ts";
import { gate, set_up } from "../store/live.ts";
import { ErrorSummary, type Fault } from "../ui/ErrorSummary.tsx";
import type { NotMade } from "../keeper/protocol.ts";
import { Screen } from "../ui/Screen.tsx";
import { ChooseWay } from "./ChooseWay.tsx";
import type { Way } from "./vault.ts";

export function SetUp(_: { params: Params }) {
  const { vault: say } = more();
  const now = gate.value;
  const [faults, fault] = useState<readonly Fault[]>([]);
  const [busy, work] = useState(false);
  const chosen = async (way: Way | null) => {
    if (busy) return;
    work(true);
    fault([]);
    const because = await set_up(way).catch((): NotMade => ({ code: "network" }));
    work(false);
    if (because) fault([{ say: say.not_made[because.code] }]);
  };
  if (now.at !== "set_up") return null;
  return (
    <Screen title={say.set_up} tab_title={say.set_up} lead={fill(say.set_up_lead, { name: now.name })}>
      <ErrorSummary title={say.faults} faults={faults} />
      <ChooseWay nothing={!now.staff} busy={busy} say_fault={text => { fault([{ say: text }]); }} chosen={way => { void chosen(way); }} />
      <p class="soft">{say.honest}</p>
    </Screen>
  );
}
