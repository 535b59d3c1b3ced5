/** How this person wants to be told: by kind, by channel, when not, and how much a lock screen may say. For all of their phones. */
import { useState } from "preact/hooks";
import { more } from "../i18n/language.ts";
import { session } from "../store/live.ts";
import { Card, Section } from "../ui/Card.tsx";
import { Choice } from "../ui/Field.tsx";
import type { Preference } from "../wire.ts";
import { choose, chosen } from "./actions.ts";
import { is_open } from "./reach.ts";
import type { Kind } from "./rules.ts";
import { Ways } from "./Ways.tsx";

const PARENTS: readonly Kind[] = [
  "payment", "disbursement", "missed", "hearing", "hearing_reminder", "appointment", "reminder", "deadline", "message", "document", "device",
];
const STAFF: readonly Kind[] = ["message", "overdue", "missed", "appointment", "document", "device", "oversight"];
const CHANNELS = ["push", "text", "email", "none"] as const;
const NIGHT = "21:00-08:00";

export function Choices() {
  const { choices: say } = more();
  return (
    <>
      <Section title={say.kinds_title}>
        <p class="soft">{say.kinds}</p>
        <Card><div class="stack">{(session.value?.role === "parent" ? PARENTS : STAFF).filter(kind => kind !== "oversight" || session.value?.role === "supervisor").map(kind => <ByKind key={kind} kind={kind} />)}</div></Card>
      </Section>
      <Ways />
      <Quiet />
      <Choice legend={say.digest_title} name="digest" value={chosen("notice_digest", "off") as "off" | "daily"} onChange={value => { void choose("notice_digest", value); }}
        options={[{ value: "off", label: say.digest.off }, { value: "daily", label: say.digest.daily, hint: say.digest.hint }]} />
      <Choice legend={say.detail_title} name="detail" value={chosen("notice_detail", "generic") as "generic" | "kind"} onChange={value => { void choose("notice_detail", value); }}
        options={[{ value: "generic", label: say.detail.generic, hint: say.detail.generic_hint }, { value: "kind", label: say.detail.kind, hint: say.detail.kind_hint }]} />
    </>
  );
}

function ByKind({ kind }: { kind: Kind }) {
  const { choices: say, told } = more();
  const name: Preference["name"] = `notice.${kind}`;
  const now = chosen(name, "push");
  return (
    <div class="field">
      <label for={name}>{told.kind[kind]}</label>
      <select class="input" id={name} value={now} onChange={event => { void choose(name, event.currentTarget.value); }}>
        {CHANNELS.filter(channel => channel === "push" || channel === "none" || channel === now || is_open(channel)).map(channel => <option key={channel} value={channel}>{say.channel[channel]}</option>)}
      </select>
    </div>
  );
}

function Quiet() {
  const { choices: say } = more();
  const now = chosen("notice_quiet", NIGHT);
  const [from, to] = (now === "never" ? NIGHT : now).split("-") as [string, string];
  const [wrong, tell] = useState("");
  const set = (begins: string, ends: string) => {
    tell(begins && ends && begins !== ends ? "" : say.quiet_wrong);
    if (begins && ends && begins !== ends) void choose("notice_quiet", `${begins}-${ends}`);
  };
  return (
    <>
      <Choice legend={say.quiet_title} name="quiet" value={now === "never" ? "never" : "some"}
        onChange={value => { void choose("notice_quiet", value === "never" ? "never" : NIGHT); }}
        options={[{ value: "some", label: say.quiet.some, hint: say.quiet.hint }, { value: "never", label: say.quiet.never }]} />
      {now !== "never" && (
        <Card>
          <div class="stack">
            <Clock id="quiet-from" label={say.quiet.from} value={from} onChange={value => { set(value, to); }} />
            <Clock id="quiet-to" label={say.quiet.to} value={to} onChange={value => { set(from, value); }} />
            {wrong && <p class="wrong" role="alert">{wrong}</p>}
          </div>
        </Card>
      )}
    </>
  );
}

function Clock({ id, label, value, onChange }: { id: string; label: string; value: string; onChange: (value: string) => void }) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input class="input" id={id} type="time" value={value} onChange={event => { onChange(event.currentTarget.value); }} />
    </div>
  );
}
