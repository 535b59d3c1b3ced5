/** The documents of a case: what a parent sent and how it stands, what the team has to read. With or without a connection. */
import { own_thread, part_in } from "../cases/box.ts";
import { WithCase } from "../cases/Held.tsx";
import { fill } from "../i18n/fill.ts";
import { more, words } from "../i18n/language.ts";
import type { Params } from "../routes.ts";
import type { CaseBox } from "../store/model.ts";
import { LinkButton } from "../ui/Button.tsx";
import { Fresh } from "../ui/Fresh.tsx";
import { Screen } from "../ui/Screen.tsx";
import { Nothing } from "../ui/States.tsx";
import { DocumentCard } from "./DocumentCard.tsx";
import { Requests } from "./Requests.tsx";
import { in_order, is_wanted } from "./rules.ts";

export function Documents({ params }: { params: Params }) {
  return <WithCase scope={params.scope} title={more().documents.title}>{box => <Opened box={box} />}</WithCase>;
}

function Opened({ box }: { box: CaseBox }) {
  const { documents: say, brief, case: one } = more();
  const staff = part_in(box) === "staff";
  const all = in_order(box.documents);
  const mine = own_thread(box);
  const wanted = box.document_requests.some(each => is_wanted(each, box.documents));
  const action = mine && <div><LinkButton kind={wanted ? "quiet" : "primary"} icon="paper" href={`/documents/${box.scope}/send`}>{say.send_one}</LinkButton></div>;
  return (
    <Screen title={say.title} back={{ href: `/case/${box.scope}`, label: staff ? brief.title : one.title }} lead={fill(words().home.case_number, { number: box.case.case_number })}>
      {staff && <div><LinkButton kind="primary" icon="paper" href={`/documents/${box.scope}/ask`}>{say.ask}</LinkButton></div>}
      <Requests box={box} />
      {!staff && all.length > 0 && action}
      {all.length === 0
        ? <Nothing icon="paper" title={say.none_title} action={!staff && action}>{staff ? say.none_staff : say.none}</Nothing>
        : <div class="stack">{all.map(each => <DocumentCard key={each.id} one={each} box={box} />)}</div>}
      <Fresh />
    </Screen>
  );
}
