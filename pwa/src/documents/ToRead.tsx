/** What waits for a worker: documents that were checked and that nobody has answered, the oldest first. */
import { more, words } from "../i18n/language.ts";
import { cases } from "../store/live.ts";
import { Mark, Pieces, Section } from "../ui/Card.tsx";
import { AtInstant } from "../ui/When.tsx";

export function ToRead() {
  const { documents: say } = more();
  const waiting = cases.value.flatMap(item => item.documents.map(one => ({ item, one }))).sort((a, b) => (a.one.received_at < b.one.received_at ? -1 : 1));
  if (waiting.length === 0) return null;
  return (
    <Section title={say.to_read}>
      <ul class="card rows">
        {waiting.map(({ item, one }) => (
          <li key={one.id}>
            <a class="row case-row" href={`/documents/${item.scope}`}>
              <span class="row-text">
                <span class="row-title">{one.name || words().caseload.no_name}</span>
                <span>{words().codes.paper[one.kind]}</span>
                <span class="soft"><Pieces>{[item.case_number, <AtInstant key="at" at={Date.parse(one.received_at)} />]}</Pieces></span>
              </span>
              <Mark tone="care" icon="paper">{say.fate_staff.ready}</Mark>
            </a>
          </li>
        ))}
      </ul>
    </Section>
  );
}
