/** A parent's first screen: for each case the one sentence that matters now, the next date and what happens next. */
import { count, fill } from "../i18n/fill.ts";
import { words } from "../i18n/language.ts";
import type { Params } from "../routes.ts";
import { agency, cases, session, state } from "../store/live.ts";
import { push_state } from "../push/device.ts";
import { Banner } from "../ui/Banner.tsx";
import { Fresh } from "../ui/Fresh.tsx";
import { Icon } from "../ui/Icon.tsx";
import { Screen } from "../ui/Screen.tsx";
import { Loading, Nothing } from "../ui/States.tsx";
import { CaseCard } from "./CaseCard.tsx";

export function Home(_: { params: Params }) {
  const { home } = words();
  const first_name = session.value?.display_name.split(" ")[0] ?? "";
  const open_first = [...cases.value].sort((one, other) => Number(one.status === "closed") - Number(other.status === "closed"));
  return (
    <Screen title={first_name ? fill(home.hello, { name: first_name }) : home.hello_nobody} tab_title={home.title}>
      <NeedsYou />
      {open_first.length === 0 ? <NoCase /> : <div class="stack">{open_first.map(item => <CaseCard key={item.scope} item={item} />)}</div>}
      {open_first.length > 0 && <HearFirst />}
      <Fresh />
    </Screen>
  );
}

export function NeedsYou() {
  const { home } = words();
  const { needs_you } = state.value;
  if (needs_you === 0) return null;
  return <Banner tone="care"><p>{count(home.needs_you, needs_you)} <a href="/attention">{home.needs_you_link}</a></p></Banner>;
}

function NoCase() {
  const { home } = words();
  const { phase, wanted, checked_at } = state.value;
  if (wanted > 0 || phase === "syncing" || phase === "starting") return <Loading say={home.loading} />;
  if (checked_at === null) return <Nothing icon="offline" title={home.offline_title}>{home.offline}</Nothing>;
  return <Nothing icon="paper" title={home.empty_title}>{fill(home.empty, { phone: agency.value?.phone ?? "" })}</Nothing>;
}

function HearFirst() {
  const { home } = words();
  if (push_state.value !== "default" && push_state.value !== "ios_install") return null;
  return (
    <a class="card row hear" href="/more/notices">
      <Icon name="bell" />
      <span class="row-text"><span class="row-title">{home.hear_first}</span><span class="soft">{home.hear_first_why}</span></span>
      <Icon name="next" size={20} class="chevron" />
    </a>
  );
}
