/** Every conversation in a worker's cases, those whose answer is due first on top. */
import { Requests } from "../appointments/Requests.tsx";
import { ToRead } from "../documents/ToRead.tsx";
import { count, fill } from "../i18n/fill.ts";
import { signal } from "@preact/signals";
import { language, more, words } from "../i18n/language.ts";
import { say_day } from "../i18n/say.ts";
import type { Params } from "../routes.ts";
import { cases, own } from "../store/live.ts";
import { Mark, Pieces } from "../ui/Card.tsx";
import { today } from "../ui/clock.ts";
import { Fresh } from "../ui/Fresh.tsx";
import { Pages } from "../ui/Pages.tsx";
import { Screen } from "../ui/Screen.tsx";
import { Nothing } from "../ui/States.tsx";
import { AtInstant } from "../ui/When.tsx";
import { inbox, type InboxRow, is_unread } from "./rules.ts";

const DRAWN = 50;

const from = signal(0);

export function Inbox(_: { params: Params }) {
  const { messages: say } = more();
  const rows = inbox(cases.value);
  const waiting = rows.filter(row => row.thread.due_on).length;
  return (
    <Screen title={words().nav.inbox} wide lead={rows.length > 0 && (waiting > 0 ? count(say.waiting_for, waiting) : say.answered_all)}>
      <Requests />
      <ToRead />
      {rows.length === 0
        ? <Nothing icon="inbox" title={say.inbox_none_title}>{say.inbox_none}</Nothing>
        : (
          <Pages items={rows} size={DRAWN} from={from.value} onTurn={turn}>
            {part => <ul class="card rows">{part.map(row => <Row key={row.thread.thread} row={row} />)}</ul>}
          </Pages>
        )}
      <Fresh />
    </Screen>
  );
}

function turn(to: number): void {
  from.value = to;
}

function Row({ row: { item, thread } }: { row: InboxRow }) {
  const { messages: say } = more();
  const { codes, caseload } = words();
  const role = thread.name === item.receiving ? codes.person.CP : codes.person.NCP;
  const late = thread.due_on !== null && thread.due_on < today.value;
  const due = thread.due_on && say_day(language.value, thread.due_on, today.value);
  return (
    <li>
      <a class="row case-row" href={`/messages/${item.scope}/${thread.thread}`}>
        <span class="row-text">
          <span class="row-title">{thread.name || caseload.no_name} <span class="soft role">{role}</span></span>
          <span class="snippet">{!thread.last_from_party && `${say.team}: `}{thread.snippet}</span>
          <span class="soft"><Pieces>{[item.case_number, <AtInstant key="at" at={Date.parse(thread.last_at)} />]}</Pieces></span>
        </span>
        {is_unread(thread, true, own.value.reads) && <Mark tone="good">{say.new}</Mark>}
        {due && <Mark tone={late ? "bad" : "care"} icon="clock">{late ? fill(say.overdue_staff, { day: due }) : fill(say.due_by, { day: due })}</Mark>}
      </a>
    </li>
  );
}
