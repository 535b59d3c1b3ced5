/** The shell: who is here decides the tabs, the address decides the screen. */
import { count, fill } from "./i18n/fill.ts";
import { useEffect, useMemo, useState } from "preact/hooks";
import { effect } from "@preact/signals";
import { first_language, language, load_more_words, speak, spoken, words } from "./i18n/language.ts";
import { say_instant } from "./i18n/say.ts";
import { type Audience, find_route, type Params, type Route, type ScreenType, type Tab } from "./routes.ts";
import { unread } from "./messages/rules.ts";
import { follow_own_choices } from "./preferences/actions.ts";
import { apply_update, cases, gate, own, session, state } from "./store/live.ts";
import { holds_cases, type Session } from "./store/model.ts";
import { Banner } from "./ui/Banner.tsx";
import { Button } from "./ui/Button.tsx";
import { keep_time, now } from "./ui/clock.ts";
import { Lamp } from "./ui/Icon.tsx";
import { LeaveQuickly, watch_shift } from "./ui/LeaveQuickly.tsx";
import { follow_preferences, preferences } from "./ui/preferences.ts";
import { listen, path } from "./ui/router.ts";
import { Broken, Loading, Lost } from "./ui/States.tsx";
import { LanguageSwitch } from "./ui/LanguageSwitch.tsx";
import { Status } from "./ui/Status.tsx";
import { Tabs } from "./ui/Tabs.tsx";
import { watch_away } from "./vault/away.ts";
import "./ui/style.css";

const loaded = new Map<Route["screen"], ScreenType>();
const GATES = {
  door: async () => (await import("./signin/SignIn.tsx")).SignIn,
  set_up: async () => (await import("./vault/SetUp.tsx")).SetUp,
  locked: async () => (await import("./vault/Unlock.tsx")).Unlock,
};
const claim_screen = async () => (await import("./signin/Claim.tsx")).Claim;

begin();

export function App() {
  if (!spoken()) return null;
  const audience = session.value && audience_of(session.value.role);
  const found = audience && find_route(path.value, audience);
  return (
    <div class="shell" data-out={audience ? undefined : ""}>
      <header class="top">
        <LeaveQuickly />
        <a class="skip" href="#main">{words().app.skip}</a>
        <div class="top-start">
          <a class="brand" href="/" aria-label={words().app.name}><Lamp /><span class="brand-name">{words().app.name}</span></a>
          {audience ? audience !== "operator" && <Status /> : <LanguageSwitch />}
        </div>
      </header>
      <main class="main" id="main">
        {state.value.update_ready && <NewVersion />}
        {!audience && gate.value.at !== "open" && <Outside at={gate.value.at} claims={path.value === "/claim"} />}
        {audience && <RunsOut />}
        {session.value?.alert && path.value !== "/more/security" && <Alert />}
        {audience && !found && <Lost />}
        {found && <Found key={path.value} route={found.route} params={found.params} />}
      </main>
      {audience && <MainTabs audience={audience} tab={found?.route.tab ?? null} />}
    </div>
  );
}

function audience_of(role: Session["role"]): Audience {
  if (!holds_cases(role)) return "operator";
  return role === "parent" ? "parent" : "staff";
}

/** Before anything is to be seen: the door, the choice of a lock, or the lock itself. */
function Outside({ at, claims }: { at: keyof typeof GATES; claims: boolean }) {
  const claiming = claims && at === "door";
  return <Lazy key={at === "door" ? path.value : at} load={claiming ? claim_screen : GATES[at]} params={{ scope: "", thread: "" }} />;
}

/** What has to go on for as long as the app is open. */
function begin(): void {
  listen();
  keep_time();
  watch_shift();
  watch_away();
  follow_preferences();
  follow_own_choices();
  effect(() => {
    const wanted = preferences.value.language ?? session.value?.language ?? null;
    void speak(first_language(wanted, navigator.languages));
  });
}

/** A screen that had to be fetched stays in the same place of the tree, or what was typed into it would be lost with the next change. */
function Found({ route, params }: { route: Route; params: Params }) {
  if (route.lazy) return <Lazy load={route.screen as () => Promise<ScreenType>} params={params} />;
  const Ready = route.screen as ScreenType;
  return <Ready params={params} />;
}

function Lazy({ load, params }: { load: () => Promise<ScreenType>; params: Params }) {
  const [tries, again] = useState(0);
  const [failed, fail] = useState(false);
  const [, draw] = useState(0);
  const Screen = loaded.get(load);
  useEffect(() => {
    fail(false);
    const arrived = () => { draw(times => times + 1); };
    if (Screen) return;
    if (loaded.has(load)) arrived(); // another place fetched it between our drawing and now
    else Promise.all([load(), load_more_words()]).then(([screen]) => { loaded.set(load, screen); arrived(); }, () => { fail(true); });
  }, [load, tries]);
  if (Screen) return <Screen params={params} />;
  return failed ? <Broken again={() => { again(tries + 1); }} /> : <Loading say={words().app.opening} />;
}

function MainTabs({ audience, tab }: { audience: Audience; tab: Tab | null }) {
  const { nav, status } = words();
  const { needs_you } = state.value;
  const fresh = unread(cases.value, own.value.reads);
  const items = useMemo(() => [
    audience === "staff" ? { tab: "home", href: "/", label: nav.caseload, icon: "people" } as const : { tab: "home", href: "/", label: nav.home, icon: "home" } as const,
    ...(audience === "operator" ? [] : [
      audience === "parent" ? { tab: "messages", href: "/messages", label: nav.messages, icon: "messages" } as const : { tab: "messages", href: "/messages", label: nav.inbox, icon: "inbox" } as const,
      { tab: "calendar", href: "/calendar", label: nav.calendar, icon: "calendar" } as const,
    ]),
    { tab: "more", href: "/more", label: nav.more, icon: "more" } as const,
  ], [audience, language.value, nav]);
  return (
    <Tabs items={items.map(item => ({
      ...item, here: item.tab === tab,
      ...(item.tab === "more" && needs_you > 0 ? { count: needs_you, count_label: count(status.needs_you, needs_you) } : {}),
      ...(item.tab === "messages" && fresh > 0 ? { count: fresh, count_label: count(status.unread, fresh) } : {}),
    }))} />
  );
}

/** Half of the time is over: told at home. Near its end: told everywhere. */
function RunsOut() {
  const { runs_out } = state.value;
  if (!runs_out || !(runs_out.soon || path.value === "/")) return null;
  return (
    <div class="screen update">
      <Banner tone={runs_out.soon ? "care" : "note"} icon="lock" live={runs_out.soon}>
        <p>{fill(words().app.runs_out, { when: say_instant(language.value, runs_out.at, now.value) })}</p>
      </Banner>
    </div>
  );
}

/** Something happened to the person's account; what, stands where it can be stopped. */
function Alert() {
  const { app } = words();
  return (
    <div class="screen update">
      <Banner tone="care" icon="lock"><p><a href="/more/security">{app.account_alert}</a></p></Banner>
    </div>
  );
}

function NewVersion() {
  const { app } = words();
  return (
    <div class="screen update">
      <Banner tone="note" icon="refresh" live>
        <p>{app.update_ready}</p>
        <div><Button kind="primary" onPress={apply_update}>{app.update_now}</Button></div>
      </Banner>
    </div>
  );
}
