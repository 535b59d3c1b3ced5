/** The truth about what this phone holds: what can be read offline, when it last checked, what is not sent. */
import { notes } from "../documents/shelf.ts";
import { count, fill } from "../i18n/fill.ts";
import { language, more, words } from "../i18n/language.ts";
import { say_instant } from "../i18n/say.ts";
import type { Params } from "../routes.ts";
import { agency, gate, is_quiet, pending, session, set_field_mode, state, sync_now } from "../store/live.ts";
import type { OutboxItem, SyncState } from "../store/model.ts";
import { Banner } from "../ui/Banner.tsx";
import { Button } from "../ui/Button.tsx";
import { Card, Fact, Facts, PlainRow, Section } from "../ui/Card.tsx";
import { now } from "../ui/clock.ts";
import { Screen } from "../ui/Screen.tsx";
import { back_to_more } from "./back.ts";
import { in_words } from "./tried.ts";

export function ThisPhone(_: { params: Params }) {
  const { phone: say } = more();
  const sync = state.value;
  const waiting = pending.value.filter(item => (item.state === "saved" || item.state === "sending") && !is_quiet(item));
  return (
    <Screen title={say.title} back={back_to_more()}>
      <Section title={say.now}>
        <Card>
          <p role="status">{phase_text(sync)}</p>
          <ul class="bullets">{[...held_lines(sync), ...file_lines()].map(line => <li key={line}>{line}</li>)}</ul>
          <Times />
          <div><Button kind="primary" icon="refresh" busy={sync.phase === "syncing"} onPress={sync_now}>{sync.field ? say.send_now : say.check}</Button></div>
        </Card>
      </Section>
      {sync.needs_you > 0 && <Banner tone="care"><p><a href="/attention">{count(say.needs_you, sync.needs_you)}</a></p></Banner>}
      {waiting.length > 0 && <Section title={say.waiting_list}><ul class="card rows">{waiting.map(item => <Waiting key={item.id} item={item} />)}</ul></Section>}
      <FieldMode />
      <Kept />
    </Screen>
  );
}

/** For dead spots: the switch says what it does, the button what comes next. */
function FieldMode() {
  const { phone: { field: say } } = more();
  const { field } = state.value;
  return (
    <Section title={say.title}>
      <Card>
        <p>{say.why}</p>
        <div><Button icon="offline" onPress={() => { set_field_mode(!field); }}>{field ? say.off : say.on}</Button></div>
      </Card>
    </Section>
  );
}

function Kept() {
  const { phone: say } = more();
  const memory = gate.value.at === "open" && gate.value.memory;
  return <Banner tone="note" icon="lock"><p>{memory ? say.memory : say.sealed} <a href="/more/lock">{say.lock}</a></p></Banner>;
}

function phase_text({ phase, trouble }: SyncState): string {
  const { phone: say } = more();
  return phase === "trouble" ? `${say.phase.trouble} ${say.trouble[trouble ?? "other"]}` : say.phase[phase];
}

function held_lines({ held, wanted, unsent, needs_you }: SyncState): string[] {
  const { phone: say } = more();
  const own = Math.max(0, held - own_boxes());
  const sent = unsent > 0 ? count(say.unsent, unsent) : needs_you > 0 ? say.unsent_but : say.unsent_none;
  return [own > 0 ? count(say.held, own) : say.held_none, ...(wanted > 0 ? [count(say.wanted, wanted)] : []), sent];
}

/** Files travel apart from everything else, so they are told apart. */
function file_lines(): string[] {
  const { phone: say } = more();
  const lines = [["sending", say.files_sending], ["pinned", say.files_pinned]] as const;
  return lines.flatMap(([why, line]) => {
    const n = notes.value.filter(note => note.why === why).length;
    return n > 0 ? [count(line, n)] : [];
  });
}

/** The agency and the account are held too, and are nobody's case. */
function own_boxes(): number {
  return (agency.value ? 1 : 0) + (session.value ? 1 : 0);
}

function Times() {
  const { phone: say } = more();
  const { checked_at } = state.value;
  const as_of = agency.value?.as_of;
  const when = (at: number) => say_instant(language.value, at, now.value);
  return (
    <Facts>
      <Fact name={say.checked}>{checked_at === null ? words().status.never : when(checked_at)}</Fact>
      <Fact name={say.as_of}>{as_of ? when(Date.parse(as_of)) : say.unknown}</Fact>
    </Facts>
  );
}

function Waiting({ item }: { item: OutboxItem }) {
  const { messages, attention } = more();
  const status = item.state === "sending" ? messages.state.sending : messages.state.saved;
  return <PlainRow icon="mobile" title={<span class="snippet">{in_words(item, null) || attention.other}</span>} detail={`${status} · ${fill(attention.written, { when: say_instant(language.value, Date.parse(item.at), now.value) })}`} />;
}
