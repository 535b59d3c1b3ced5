/** What has happened in a case, the newest first; each with why, and what a person can do. */
import { useState } from "preact/hooks";
import { say_code } from "../i18n/codes.ts";
import { more } from "../i18n/language.ts";
import type { CaseBox } from "../store/model.ts";
import { Button } from "../ui/Button.tsx";
import { Card, Section } from "../ui/Card.tsx";
import { Icon } from "../ui/Icon.tsx";
import { Moment, Timeline } from "../ui/Timeline.tsx";
import { OnDay } from "../ui/When.tsx";

const FIRST = 5;
const MOST = 40;

export function Events({ events }: { events: CaseBox["events"] }) {
  const say = more().case;
  const [all, show_all] = useState(false);
  const ordered = newest_events(events);
  return (
    <Section title={say.events}>
      <Card>
        {ordered.length === 0 && <p>{say.no_events}</p>}
        <Timeline>{ordered.slice(0, all ? MOST : FIRST).map(event => <OneEvent key={event.id} event={event} />)}</Timeline>
        {!all && ordered.length > FIRST && <div><Button kind="plain" onPress={() => { show_all(true); }}>{say.older}</Button></div>}
      </Card>
    </Section>
  );
}

export function newest_events(events: CaseBox["events"]): CaseBox["events"] {
  return [...events].sort((one, other) => (one.happened_on < other.happened_on ? 1 : one.happened_on > other.happened_on ? -1 : 0));
}

function OneEvent({ event }: { event: CaseBox["events"][number] }) {
  const { case: say, events } = more();
  const { title, why, can } = say_code(events, event.code);
  return (
    <Moment>
      <p class="soft"><OnDay day={event.happened_on} /></p>
      <h3>{title}</h3>
      <details>
        <summary><Icon name="next" size={18} />{can ? `${say.why} · ${say.can}` : say.why}<span class="unseen"> {title}</span></summary>
        <div class="aside">
          <p>{why}</p>
          {can && <p><strong>{say.can}:</strong> {can}</p>}
        </div>
      </details>
    </Moment>
  );
}
