/** For supervisors: what was written on devices that are no longer trusted, to be read and handed on or thrown away, each by itself. */
import { useState } from "preact/hooks";
import { ask } from "../account/server.ts";
import { fill } from "../i18n/fill.ts";
import { language } from "../i18n/language.ts";
import { say_instant } from "../i18n/say.ts";
import type { Params } from "../routes.ts";
import { Button, Buttons } from "../ui/Button.tsx";
import { Card } from "../ui/Card.tsx";
import { now } from "../ui/clock.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { Nothing } from "../ui/States.tsx";
import { Asked } from "./Asked.tsx";
import { useAsking } from "./asking.ts";
import { agency_words, say_name, say_why } from "./words.ts";

interface Item {
  id: string;
  person: string;
  name: string;
  kept_at: string;
}

interface Page {
  items: Item[];
  after: string | null;
}

/** What may be text in a change. */
const TEXTS = ["body", "now", "note", "said", "reason"] as const;

export function Kept(_: { params: Params }) {
  const { kept: say, unit } = agency_words();
  const [after, go_on] = useState<string | null>(null);
  const [told, tell] = useState("");
  const { found, refusal, act, look } = useAsking<Page>(`/v1/quarantine${after ? `?after=${after}` : ""}`);
  const decide = async (item: Item, how: "released" | "discarded") => {
    tell("");
    await act(async () => {
      const answer = await ask<{ outcome: string } | null>("POST", `/v1/quarantine/${item.id}/${how}`, {});
      if ("body" in answer && answer.body) tell(answer.body.outcome === "ok" ? say.done : fill(say.refused, { person: item.person }));
      return answer;
    });
  };
  return (
    <Asked title={say.title} lead={say.lead} back={{ href: "/operators/unit", label: unit.title }} refusal={refusal} ready={found !== null} again={() => { void look(); }}>
      <p role="status">{told}</p>
      {found?.items.length === 0 && <Nothing icon="inbox" title={say.none_title}>{say.none}</Nothing>}
      {found?.items.map(item => <One key={item.id} item={item} decide={how => { void decide(item, how); }} />)}
      {found?.after && <div><Button onPress={() => { go_on(found.after); }}>{say.more}</Button></div>}
    </Asked>
  );
}

function One({ item, decide }: { item: Item; decide: (how: "released" | "discarded") => void }) {
  const { kept: say, not_now } = agency_words();
  const [text, show] = useState<string | null>(null);
  const [sure, ask_sure] = useState(false);
  const read = async () => {
    const answer = await ask<{ content: { args?: Record<string, unknown> } }>("GET", `/v1/quarantine/${item.id}`);
    if ("refusal" in answer) show(say_why(answer.refusal));
    else show(TEXTS.map(name => answer.body.content.args?.[name]).filter(Boolean).join("\n") || say.no_text);
  };
  return (
    <Card>
      <div class="stack-tight" data-kept={item.id}>
        <h2>{say_name(say.kind, item.name.replace(/\..*/, ""))}</h2>
        <p class="soft">{item.person} · {say_instant(language.value, Date.parse(item.kept_at), now.value)}</p>
        {text !== null && <p class="breaks" role="status">{text}</p>}
      </div>
      <Buttons>
        {text === null
          ? <Button kind="primary" online onPress={() => { void read(); }}>{say.read}</Button>
          : <><Button kind="primary" online onPress={() => { decide("released"); }}>{say.hand_on}</Button><Button kind="danger" online onPress={() => { ask_sure(true); }}>{say.discard}</Button></>}
      </Buttons>
      {sure && (
        <Dialog title={say.discard_title} onClose={() => { ask_sure(false); }}>
          <p>{say.discard_why}</p>
          <Buttons><Button kind="primary" onPress={() => { ask_sure(false); }}>{not_now}</Button><Button kind="danger" onPress={() => { ask_sure(false); decide("discarded"); }}>{say.discard}</Button></Buttons>
        </Dialog>
      )}
    </Card>
  );
}
