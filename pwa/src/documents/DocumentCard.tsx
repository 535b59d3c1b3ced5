/** One document: what it is, how it stands, what can be done about it. */
import { useState } from "preact/hooks";
import { full_name, part_in } from "../cases/box.ts";
import { count, fill } from "../i18n/fill.ts";
import { say_code } from "../i18n/codes.ts";
import { language, more, words } from "../i18n/language.ts";
import { say_instant } from "../i18n/say.ts";
import { blob_id } from "../store/blobs.ts";
import type { CaseBox, HeldDocument } from "../store/model.ts";
import { Button, Buttons, LinkButton } from "../ui/Button.tsx";
import { Card, Mark } from "../ui/Card.tsx";
import { now } from "../ui/clock.ts";
import { Dialog } from "../ui/Dialog.tsx";
import type { IconName } from "../ui/Icon.tsx";
import { withdraw } from "./actions.ts";
import { Decide } from "./Decide.tsx";
import { Pages } from "./Pages.tsx";
import { type Fate, fate, is_checked, may_withdraw } from "./rules.ts";
import { notes, sent, waiting } from "./shelf.ts";

const TONES: Record<Fate, "plain" | "good" | "care" | "bad"> = {
  saved: "care", sending: "plain", needs_you: "bad", uploading: "care", elsewhere: "care", held: "plain", ready: "plain", unfit: "bad", accepted: "good", sent_back: "bad",
};
const ICONS: Record<Fate, IconName> = {
  saved: "mobile", sending: "refresh", needs_you: "alert", uploading: "refresh", elsewhere: "mobile", held: "shield", ready: "clock", unfit: "alert", accepted: "check", sent_back: "alert",
};

interface DocumentProps {
  one: HeldDocument;
  box: CaseBox;
}

export function DocumentCard({ one, box }: DocumentProps) {
  const { documents: say, attention } = more();
  const staff = part_in(box) === "staff";
  const who = staff ? full_name(box.participants.find(person => person.id === one.thread)) : "";
  const stands = fate(one, waiting(one.id).length);
  const why = one.state === "unfit" ? say_code(say.unfit, one.reason) : one.state === "sent_back" ? say_code(say.back, one.reason) : "";
  return (
    <article data-document={one.id}>
      <Card>
        <div class="stack-tight">
          <h2 class="hearing-title">{words().codes.paper[one.kind]}</h2>
          <p class="soft">{[who, say_instant(language.value, Date.parse(one.received_at), now.value), count(say.pages, one.pages), one.request && say.for_request].filter(Boolean).join(" · ")}</p>
          <div><Mark tone={staff && stands === "ready" ? "care" : TONES[stands]} icon={ICONS[stands]}>{staff ? say.fate_staff[stands] : say.fate[stands]}</Mark></div>
        </div>
        {stands === "uploading" && <Progress one={one} />}
        {stands === "elsewhere" && !staff && <p>{say.elsewhere}</p>}
        {stands === "needs_you" && <p><strong>{say_code(attention.why, one.outbox?.say?.key ?? one.outbox?.code)}</strong> <a href="/attention">{attention.title}</a></p>}
        {one.note && <blockquote class="quote" dir="auto">{one.note}</blockquote>}
        {why && <p><strong>{why}</strong></p>}
        {one.said && <blockquote class="quote" dir="auto">{one.said}</blockquote>}
        {is_checked(one) && <Pages one={one} scope={box.scope} staff={staff} />}
        {staff ? one.state === "ready" && <Decide one={one} scope={box.scope} /> : <Own one={one} box={box} />}
      </Card>
    </article>
  );
}

/** How much of it the office has. */
function Progress({ one }: { one: HeldDocument }) {
  const { documents: say } = more();
  const own = waiting(one.id);
  const left = own.reduce((sum, note) => sum + note.size, 0);
  const here = own.reduce((sum, note) => sum + (sent.value.get(blob_id(one.id, note.place)) ?? 0), 0);
  const part = one.arrived / one.files + (left > 0 ? (here / left) * (own.length / one.files) : 0);
  const percent = Math.min(100, Math.round(part * 100));
  return (
    <div class="stack-tight">
      <progress class="progress" max={100} value={percent} aria-label={say.progress} />
      <p class="soft">{fill(say.percent, { n: percent })}</p>
    </div>
  );
}

function Own({ one, box }: DocumentProps) {
  const { documents: say } = more();
  const [asked, ask] = useState(false);
  const anew = one.state === "unfit" || one.state === "sent_back" || (may_withdraw(one) && one.state !== "held" && !notes.value.some(note => note.document === one.id));
  return (
    <>
      {(anew || may_withdraw(one)) && (
        <Buttons>
          {anew && <LinkButton icon="paper" href={`/documents/${box.scope}/send${one.request ? `/${one.request}` : ""}`}>{say.send_anew}</LinkButton>}
          {may_withdraw(one) && <Button kind="danger" onPress={() => { ask(true); }}>{say.withdraw}</Button>}
        </Buttons>
      )}
      {asked && (
        <Dialog title={say.withdraw_title} onClose={() => { ask(false); }}>
          <p>{say.withdraw_why}</p>
          <Buttons>
            <Button kind="primary" onPress={() => { ask(false); }}>{say.keep}</Button>
            <Button kind="danger" onPress={() => { ask(false); void withdraw(box.scope, one.id); }}>{say.withdraw}</Button>
          </Buttons>
        </Dialog>
      )}
    </>
  );
}
