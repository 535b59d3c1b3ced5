/** A parent's case: where it stands, what happens next, the order in plain words, what has happened, and who works on it. */
import { DocumentsInCase } from "../documents/InCase.tsx";
import { fill } from "../i18n/fill.ts";
import { say_code } from "../i18n/codes.ts";
import { language, more, words } from "../i18n/language.ts";
import { say_day } from "../i18n/say.ts";
import type { Params } from "../routes.ts";
import { agency } from "../store/live.ts";
import type { CaseBox } from "../store/model.ts";
import { Buttons, LinkButton } from "../ui/Button.tsx";
import { Card, Fact, Facts, Pieces, Section } from "../ui/Card.tsx";
import { today } from "../ui/clock.ts";
import { Fresh } from "../ui/Fresh.tsx";
import { Screen } from "../ui/Screen.tsx";
import { own_thread } from "./box.ts";
import { headline_text } from "./CaseCard.tsx";
import { Events } from "./Events.tsx";
import { names_of } from "./names.ts";
import { OrderInWords } from "./OrderInWords.tsx";
import { list_item, LIFE, stage_state } from "./rules.ts";
import { WithCase } from "./Held.tsx";

export function CaseScreen({ params }: { params: Params }) {
  return <WithCase scope={params.scope} title={more().case.title}>{box => <Opened box={box} />}</WithCase>;
}

function Opened({ box }: { box: CaseBox }) {
  const { home, nav } = words();
  const say = more().case;
  const item = list_item(box);
  const children = names_of(item.children, home.and);
  return (
    <Screen title={children ? fill(home.support_for, { names: children }) : say.title} tab_title={say.title} back={{ href: "/", label: nav.home }}
      lead={<Pieces>{[words().part[item.part], fill(say.number, { number: box.case.case_number })]}</Pieces>}>
      <p class="headline">{headline_text(item)}</p>
      <Life box={box} />
      <Next box={box} />
      <OrderInWords box={box} />
      <DocumentsInCase box={box} />
      <Events events={box.events} />
      <Contact box={box} />
      <Team box={box} />
      <Fresh />
    </Screen>
  );
}

function Life({ box }: { box: CaseBox }) {
  const say = more().case;
  const { stage } = words().codes;
  const state_words = { done: say.life_done, now: say.life_now, ahead: say.life_ahead };
  return (
    <Section title={say.life}>
      <Card>
        {box.case.status === "closed" && <p><strong>{say.closed}</strong></p>}
        <ol class="life">
          {LIFE.map(one => {
            const state = stage_state(one, box.case);
            return <li key={one} data-state={state} aria-current={state === "now" ? "step" : undefined}><span>{stage[one].name}</span><span class="unseen"> ({state_words[state]})</span></li>;
          })}
        </ol>
        <p class="soft">{say.not_in_line}</p>
      </Card>
    </Section>
  );
}

function Next({ box: { case: facts } }: { box: CaseBox }) {
  const { codes } = words();
  if (facts.status === "closed") return null;
  const by = facts.next_step_on && facts.next_step_on >= today.value ? fill(codes.by_day, { day: say_day(language.value, facts.next_step_on, today.value) }) : "";
  return (
    <Section title={more().case.next}>
      <Card>
        <p class="big">{facts.next_step_code ? say_code(codes.next_step, facts.next_step_code) : codes.no_next_step}</p>
        {by && <p class="soft">{by}</p>}
      </Card>
    </Section>
  );
}

function Contact({ box }: { box: CaseBox }) {
  const say = more().case;
  const own = box.participants.find(person => person.mine);
  if (!own) return null;
  const address = [own.address_1, own.address_2, [own.city, own.state, own.postal_code].filter(Boolean).join(" ")].filter(Boolean).join(", ");
  return (
    <Section title={say.your_contact}>
      <Card>
        <Facts>
          <Fact name={say.phone}>{own.phone ?? say.none_known}</Fact>
          <Fact name={say.email}>{own.email ?? say.none_known}</Fact>
          <Fact name={say.address}>{address || say.none_known}</Fact>
        </Facts>
        <p class="soft">{say.your_contact_why}</p>
      </Card>
    </Section>
  );
}

function Team({ box }: { box: CaseBox }) {
  const say = more().case;
  const phone = agency.value?.phone;
  return (
    <Section title={say.team}>
      <Card>
        <p>{say.team_lead}</p>
        <Buttons>
          {own_thread(box) && <LinkButton kind="primary" icon="messages" href={`/messages/${box.scope}`}>{say.write}</LinkButton>}
          {phone && <LinkButton icon="phone" href={`tel:${phone}`}>{fill(say.call, { phone })}</LinkButton>}
        </Buttons>
        <p class="soft">{agency.value?.name}. {say.quote}</p>
      </Card>
    </Section>
  );
}
