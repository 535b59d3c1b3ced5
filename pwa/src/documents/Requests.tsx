/** What the case team asks for: what, why, by when, how far it is; the parent answers it, the team may let go of it. */
import { useState } from "preact/hooks";
import { full_name, part_in } from "../cases/box.ts";
import { say_code } from "../i18n/codes.ts";
import { fill } from "../i18n/fill.ts";
import { language, more, words } from "../i18n/language.ts";
import { say_day } from "../i18n/say.ts";
import type { CaseBox, HeldRequest } from "../store/model.ts";
import { Button, Buttons, LinkButton } from "../ui/Button.tsx";
import { Card, Mark, Section } from "../ui/Card.tsx";
import { today } from "../ui/clock.ts";
import { Dialog } from "../ui/Dialog.tsx";
import type { IconName } from "../ui/Icon.tsx";
import { cancel_ask } from "./actions.ts";
import { how_far, is_wanted, requests_in_order, type Stage } from "./rules.ts";

const LOOKS: Record<Stage, ["plain" | "good" | "care" | "bad", IconName]> = {
  saved: ["care", "mobile"], sending: ["plain", "refresh"], needs_you: ["bad", "alert"], asked: ["care", "clock"], coming: ["plain", "refresh"],
  received: ["plain", "paper"], accepted: ["good", "check"], again: ["bad", "alert"], cancelled: ["plain", "check"],
};

export function Requests({ box }: { box: CaseBox }) {
  const { documents: say } = more();
  const staff = part_in(box) === "staff";
  const all = requests_in_order(box.document_requests, box.documents);
  const first = all.find(one => is_wanted(one, box.documents));
  if (all.length === 0) return null;
  return (
    <Section title={staff ? say.asked_for_staff : say.asked_for}>
      <div class="stack">{all.map(one => <Request key={one.id} one={one} box={box} staff={staff} first={one === first} />)}</div>
    </Section>
  );
}

function Request({ one, box, staff, first }: { one: HeldRequest; box: CaseBox; staff: boolean; first: boolean }) {
  const { documents: say, attention } = more();
  const stands = how_far(one, box.documents);
  const [tone, icon] = LOOKS[stands];
  const open = is_wanted(one, box.documents);
  const late = open && one.by_on < today.value;
  const who = staff ? full_name(box.participants.find(person => person.id === one.thread)) : "";
  const mark = staff ? say.stage_staff[stands] : (say.stage as Partial<Record<Stage, string>>)[stands] ?? say.stage_staff[stands];
  return (
    <article data-request={one.id}>
      <Card>
        <div class="stack-tight">
          <h3 class="hearing-title">{words().codes.paper[one.kind]}</h3>
          {who && <p class="soft">{[who, one.asked_by && fill(say.asked_by, { name: one.asked_by })].filter(Boolean).join(" · ")}</p>}
          <p class="big"><strong>{fill(late ? say.was_by : say.by_day, { day: say_day(language.value, one.by_on, today.value) })}</strong></p>
          <div><Mark tone={tone} icon={icon}>{mark}</Mark></div>
        </div>
        {late && !staff && <p>{say.still_can}</p>}
        {stands === "needs_you" && <p><strong>{say_code(attention.why, one.outbox?.say?.key ?? one.outbox?.code)}</strong> <a href="/attention">{attention.title}</a></p>}
        <blockquote class="quote" dir="auto">{one.why}</blockquote>
        {open && (staff ? <LetGo one={one} scope={box.scope} />
          : <div><LinkButton kind={first ? "primary" : "quiet"} icon="paper" href={`/documents/${box.scope}/send/${one.id}`}>{say.send_it}</LinkButton></div>)}
      </Card>
    </article>
  );
}

function LetGo({ one, scope }: { one: HeldRequest; scope: string }) {
  const { documents: say } = more();
  const [asked, ask] = useState(false);
  return (
    <>
      <div><Button onPress={() => { ask(true); }}>{say.ask_off}</Button></div>
      {asked && (
        <Dialog title={say.ask_off_title} onClose={() => { ask(false); }}>
          <p>{say.ask_off_why}</p>
          <Buttons>
            <Button kind="primary" onPress={() => { ask(false); }}>{say.ask_keep}</Button>
            <Button kind="danger" onPress={() => { ask(false); void cancel_ask(scope, one.id); }}>{say.ask_off}</Button>
          </Buttons>
        </Dialog>
      )}
    </>
  );
}
