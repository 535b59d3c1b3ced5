/** The way from a case to its documents. */
import { part_in } from "../cases/box.ts";
import { count } from "../i18n/fill.ts";
import { more } from "../i18n/language.ts";
import type { CaseBox } from "../store/model.ts";
import { LinkRow, Rows, Section } from "../ui/Card.tsx";
import { is_wanted } from "./rules.ts";

export function DocumentsInCase({ box }: { box: CaseBox }) {
  const { documents: say } = more();
  const n = box.documents.length;
  const asked = box.document_requests.filter(one => is_wanted(one, box.documents)).length;
  const detail = [asked > 0 && count(say.how_many_asked, asked), n > 0 && count(say.how_many, n)].filter(Boolean).join(" · ");
  return (
    <Section title={say.title}>
      <Rows><LinkRow href={`/documents/${box.scope}`} icon="paper" title={part_in(box) === "staff" ? say.see_staff : say.see} detail={detail || say.none_title} /></Rows>
    </Section>
  );
}
