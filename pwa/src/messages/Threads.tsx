/** A parent's conversations: one for each case. */
import { count, fill } from "../i18n/fill.ts";
import { names_of } from "../cases/names.ts";
import type { CaseListItem } from "../cases/rules.ts";
import { language, more, words } from "../i18n/language.ts";
import { say_day } from "../i18n/say.ts";
import type { Params } from "../routes.ts";
import { cases, own, pending } from "../store/live.ts";
import { LinkRow, Mark, Rows } from "../ui/Card.tsx";
import { today } from "../ui/clock.ts";
import { Fresh } from "../ui/Fresh.tsx";
import { Screen } from "../ui/Screen.tsx";
import { Nothing } from "../ui/States.tsx";
import { is_unread } from "./rules.ts";

export function Threads(_: { params: Params }) {
  const { messages: say } = more();
  return (
    <Screen title={say.title} lead={say.lead}>
      {cases.value.length === 0
        ? <Nothing icon="messages" title={words().home.empty_title}>{say.none}</Nothing>
        : <Rows>{cases.value.map(item => <OneThread key={item.scope} item={item} />)}</Rows>}
      <Fresh />
    </Screen>
  );
}

function OneThread({ item }: { item: CaseListItem }) {
  const { messages: say } = more();
  const { home, status } = words();
  const thread = item.threads[0];
  const unsent = pending.value.filter(one => one.scope === item.scope && one.name === "message.send" && (one.state === "saved" || one.state === "sending")).length;
  const fresh = thread !== undefined && is_unread(thread, false, own.value.reads);
  const children = names_of(item.children, home.and);
  return (
    <LinkRow href={`/messages/${item.scope}`} icon="messages" title={children ? fill(home.support_for, { names: children }) : fill(home.case_number, { number: item.case_number })}
      end={fresh && <Mark tone="good">{say.new}</Mark>}
      detail={<>
        {thread ? <span class="snippet">{thread.last_from_party ? say.you : say.team}: {thread.snippet}</span> : say.start}
        {thread?.due_on && <span class="line"><Mark tone={thread.due_on < today.value ? "care" : "good"} icon="clock">{fill(say.due_by, { day: say_day(language.value, thread.due_on, today.value) })}</Mark></span>}
        {unsent > 0 && <span class="line"><Mark tone="care" icon="mobile">{count(status.unsent, unsent)}</Mark></span>}
      </>} />
  );
}
