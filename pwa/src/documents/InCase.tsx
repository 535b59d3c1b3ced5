/** The way from a case to its documents. */
import { part_in } from "../cases/box.ts";
import { count } from "../i18n/fill.ts";
import { more } from "../i18n/language.ts";
import type { CaseBox } from "../store/model.ts";
import { LinkRow, Rows, Section } from "../ui/Card.tsx";

export function DocumentsInCase({ box }: { box: CaseBox }) {
  const { documents: say } = more();
  const n = box.documents.length;
  return (
    <Section title={say.title}>
      <Rows><LinkRow href={`/documents/${box.scope}`} icon="paper" title={part_in(box) === "staff" ? say.see_staff : say.see} detail={n === 0 ? say.none_title : count(say.how_many, n)} /></Rows>
    </Section>
  );
}
