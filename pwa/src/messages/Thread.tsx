/** One conversation between a party and the case team, with the reply clock and what has become of each message. */
import { count, fill } from "../i18n/fill.ts";
import { useEffect, useRef, useState } from "preact/hooks";
import { full_name, own_thread, part_in } from "../cases/box.ts";
import { WithCase } from "../cases/Held.tsx";
import { language, more, words } from "../i18n/language.ts";
import { say_day, say_instant } from "../i18n/say.ts";
import type { Params } from "../routes.ts";
import { agency, own } from "../store/live.ts";
import type { CaseBox } from "../store/model.ts";
import { Banner } from "../ui/Banner.tsx";
import { Button, Buttons, LinkButton } from "../ui/Button.tsx";
import { Pieces } from "../ui/Card.tsx";
import { now, today } from "../ui/clock.ts";
import { Icon, type IconName } from "../ui/Icon.tsx";
import { Screen } from "../ui/Screen.tsx";
import { Nothing } from "../ui/States.tsx";
import { OnDay } from "../ui/When.tsx";
import { mark_read } from "./actions.ts";
import { Composer } from "./Composer.tsx";
import { last_heard, type MessageState, reply_clock, thread_lines, type ThreadLine } from "./rules.ts";

const DRAWN = 40;
/** From so many messages on, a conversation opens at its end. */
const LONG = 4;
const ICONS: Record<MessageState, IconName> = { saved: "mobile", sending: "refresh", received: "check", answered: "check", needs_you: "alert" };
const LATER_MS = 120_000;

export function Thread({ params }: { params: Params }) {
  return <WithCase scope={params.scope} title={more().messages.title}>{box => <Opened box={box} wanted={params.thread} />}</WithCase>;
}

function Opened({ box, wanted }: { box: CaseBox; wanted: string }) {
  const { messages: say } = more();
  const staff = part_in(box) === "staff";
  const thread = staff ? wanted : own_thread(box);
  const name = full_name(box.participants.find(person => person.id === thread));
  const heard = thread ? last_heard(box.messages, thread, staff) : null;
  useEffect(() => {
    const seen = own.peek().reads.find(mark => mark.thread === thread)?.read_at ?? "";
    if (thread && heard && heard > seen) void mark_read(thread, heard).catch(() => undefined);
  }, [thread, heard]);
  const back = staff ? { href: `/case/${box.scope}`, label: box.case.case_number } : { href: "/messages", label: say.title };
  return (
    <Screen title={staff ? fill(say.thread_with, { name }) : say.thread_title} tab_title={say.title} back={back} lead={fill(words().home.case_number, { number: box.case.case_number })}>
      {thread && <Clock box={box} thread={thread} staff={staff} />}
      {thread ? <Lines lines={thread_lines(box.messages, thread)} staff={staff} name={name} /> : <Banner tone="care"><p>{say.no_thread} {agency.value?.phone}</p></Banner>}
      {thread && <Composer key={thread} scope={box.scope} thread={thread} hint={staff ? fill(say.hint_staff, { name }) : say.hint_parent} />}
      {thread && staff && <Further scope={box.scope} thread={thread} />}
      {!staff && <p class="soft">{say.call_now} <a href={`tel:${agency.value?.phone ?? ""}`}>{agency.value?.phone}</a>.</p>}
    </Screen>
  );
}

/** What a worker may want of this parent besides writing. */
function Further({ scope, thread }: { scope: string; thread: string }) {
  const { documents, appointments } = more();
  return (
    <Buttons>
      <LinkButton icon="paper" href={`/documents/${scope}/ask/${thread}`}>{documents.ask}</LinkButton>
      <LinkButton icon="calendar" href={`/calendar/offer/${scope}/${thread}`}>{appointments.offer}</LinkButton>
    </Buttons>
  );
}

function Clock({ box, thread, staff }: { box: CaseBox; thread: string; staff: boolean }) {
  const { messages: say } = more();
  const clock = reply_clock(box.messages, thread, today.value);
  if (!clock) return null;
  const day = say_day(language.value, clock.due_on, today.value);
  const late = staff ? fill(say.overdue_staff, { day }) : fill(say.overdue_by, { day });
  return (
    <Banner tone={clock.overdue ? "care" : "note"} icon="clock">
      <p><strong>{clock.overdue ? late : fill(say.due_by, { day })}</strong>{staff && <> · {count(say.waiting_for, clock.waiting)}</>}</p>
    </Banner>
  );
}

function Lines({ lines, staff, name }: { lines: readonly ThreadLine[]; staff: boolean; name: string }) {
  const { messages: say } = more();
  const [behind, go_back] = useState(0);
  const end = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (lines.length > LONG) end.current?.scrollIntoView({ block: "center" });
  }, []);
  const until = lines.length - behind;
  if (lines.length === 0) return <Nothing icon="messages" title={say.none_title}>{staff ? say.none_staff : say.none}</Nothing>;
  return (
    <>
      {until > DRAWN && <div><Button onPress={() => { go_back(behind + DRAWN); }}>{say.earlier}</Button></div>}
      <ol class="thread">{lines.slice(Math.max(0, until - DRAWN), until).map(line => <Line key={line.message.id} line={line} staff={staff} name={name} />)}<li ref={end} /></ol>
      {behind > 0 && <div><Button onPress={() => { go_back(Math.max(0, behind - DRAWN)); }}>{say.later}</Button></div>}
    </>
  );
}

function Line({ line: { message, state, opens_day }, staff, name }: { line: ThreadLine; staff: boolean; name: string }) {
  const { messages: say } = more();
  const mine = message.from_party !== staff;
  const at = Date.parse(message.outbox ? message.outbox.at : message.received_at);
  const who = mine ? message.author_name && staff ? message.author_name : say.you : message.from_party ? name : say.team;
  return (
    <>
      {opens_day && <li class="thread-day"><OnDay day={local_day(at)} /></li>}
      <li class="bubble" data-mine={mine ? "" : undefined} data-state={state}>
        <p class="bubble-who">{who} <span class="soft">· {say_instant(language.value, at, at)}</span></p>
        <p class="bubble-body" dir="auto">{message.body}</p>
        {message.from_party !== staff && <Fate message={message} state={state} at={at} />}
      </li>
    </>
  );
}

function Fate({ message, state, at }: { message: ThreadLine["message"]; state: MessageState; at: number }) {
  const { messages: say } = more();
  const written = message.written_at ? Date.parse(message.written_at) : at;
  return (
    <p class="fate soft">
      <Icon name={ICONS[state]} size={18} />
      <Pieces>{[
        state === "needs_you" ? <a key="why" href="/attention">{say.state.needs_you}</a> : say.state[state],
        message.receipt && fill(say.receipt, { number: message.receipt }),
        state === "received" && message.answer_due_on && fill(say.due_by, { day: say_day(language.value, message.answer_due_on, today.value) }),
        at - written > LATER_MS && fill(say.written_later, { written: say_instant(language.value, written, now.value) }),
      ]}</Pieces>
    </p>
  );
}

function local_day(at: number): string {
  const day = new Date(at);
  return `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, "0")}-${String(day.getDate()).padStart(2, "0")}`;
}
