/** Everything that is not the case itself. */
import { count } from "../i18n/fill.ts";
import { LANGUAGES, language, more, words } from "../i18n/language.ts";
import { unopened } from "../notices/rules.ts";
import { push_state } from "../push/device.ts";
import type { Params } from "../routes.ts";
import { agency, gate, own, session, state } from "../store/live.ts";
import { holds_cases, type Session } from "../store/model.ts";
import { LinkRow, Mark, Rows, Section } from "../ui/Card.tsx";
import { Fresh } from "../ui/Fresh.tsx";
import { preferences } from "../ui/preferences.ts";
import { Screen } from "../ui/Screen.tsx";


export function More(_: { params: Params }) {
  const { more: say } = more();
  const phone = agency.value?.phone;
  const role = session.value?.role ?? "parent";
  const holding = holds_cases(role);
  return (
    <Screen title={say.title} lead={<>{say.you} <strong>{session.value?.display_name}</strong></>}>
      {holding && <Waiting />}
      <Section title={say.settings}>
        <Rows><Settings role={role} holding={holding} /></Rows>
      </Section>
      <Rows>
        {phone && <LinkRow href={`tel:${phone}`} icon="phone" title={say.help} detail={phone} />}
        <LinkRow href="/more/about" icon="info" title={say.about} />
        <LinkRow href="/more/sign-out" icon="sign_out" title={say.sign_out} />
      </Rows>
      {holding && <Fresh />}
    </Screen>
  );
}

/** What the agency's people and their helpers do besides their own cases. */
function OfAgency({ role }: { role: string }) {
  const { more: say } = more();
  return (
    <>
      {role === "supervisor" && <LinkRow href="/operators/unit" icon="people" title={say.unit} />}
      {role === "caseworker" && <LinkRow href="/operators/cases" icon="search" title={say.opened} />}
      {role === "supervisor" && <LinkRow href="/operators/devices" icon="mobile" title={say.devices_all} />}
    </>
  );
}

/** What may want the person, and how this phone fares. */
function Waiting() {
  const { more: say, told } = more();
  const { status } = words();
  const { needs_you, unsent } = state.value;
  const fresh = unopened(own.value.notices).length;
  return (
    <Rows label={say.needs_you}>
      <LinkRow href="/attention" icon="alert" title={say.needs_you} detail={needs_you === 0 ? say.needs_you_none : undefined}
        end={needs_you > 0 && <Mark tone="care">{count(status.needs_you, needs_you)}</Mark>} />
      <LinkRow href="/notices" icon="bell" title={told.title} end={fresh > 0 && <Mark tone="good">{fresh}</Mark>} />
      <LinkRow href="/more/phone" icon="mobile" title={say.phone} detail={unsent > 0 ? count(status.unsent, unsent) : undefined} />
    </Rows>
  );
}

function Settings({ role, holding }: { role: Session["role"]; holding: boolean }) {
  const { more: say, notices, text, leave, contact, security, checks, vault } = more();
  const now = gate.value;
  const lock = now.at !== "open" ? "" : now.memory ? vault.way.nothing : vault.way[now.kinds[0] ?? "passphrase"];
  const on = push_state.value === "on";
  return (
    <>
      {role === "parent" && <><LinkRow href="/more/contact" icon="person" title={contact.title} /><LinkRow href="/more/helpers" icon="people" title={say.helpers} /></>}
      <LinkRow href="/more/security" icon="lock" title={security.title} />
      {holding && role !== "parent" && <LinkRow href="/more/checks" icon="shield" title={checks.title} />}
      {holding && <LinkRow href="/more/notices" icon="bell" title={say.notices} detail={on ? notices.state.on : notices.state.off} />}
      <OfAgency role={role} />
      <LinkRow href="/more/language" icon="globe" title={say.language} detail={LANGUAGES[language.value]} />
      <LinkRow href="/more/text" icon="text" title={say.text_size} detail={text.size[preferences.value.text]} />
      {holding && <LinkRow href="/more/lock" icon="lock" title={vault.title} detail={lock} />}
      <LinkRow href="/more/leave" icon="leave" title={say.leave} detail={`${leave.goes}: ${leave.site[preferences.value.leave]}`} />
    </>
  );
}
