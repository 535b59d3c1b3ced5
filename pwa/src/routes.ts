/** Path → screen, with those who may open it. First screens come with the app; the rest is fetched from its own files when needed. */
import type { ComponentType } from "preact";
import { Caseload } from "./caseload/Caseload.tsx";
import { Home } from "./cases/Home.tsx";
import { match } from "./ui/router.ts";

type Asked = Parameters<typeof import("./operators/screens.ts").screen>[0];

export type Tab = "home" | "messages" | "calendar" | "more";
/** `operator`: whoever has no cases, and looks after the rest. */
export type Audience = "parent" | "staff" | "operator";

/** What the address names; empty where a pattern names nothing. */
export interface Params {
  scope: string;
  thread: string;
}

export type ScreenType = ComponentType<{ params: Params }>;

export interface Route {
  pattern: string;
  who: Audience | "all";
  tab: Tab;
  screen: ScreenType | (() => Promise<ScreenType>);
  /** True when `screen` has to be fetched first. */
  lazy: boolean;
}

const now = (pattern: string, who: Route["who"], tab: Tab, screen: ScreenType): Route => ({ pattern, who, tab, screen, lazy: false });
const later = (pattern: string, who: Route["who"], tab: Tab, screen: () => Promise<ScreenType>): Route => ({ pattern, who, tab, screen, lazy: true });
/** A screen that only asks the server; such are in a file of their own, which is not kept for times without a network. */
const asked = (pattern: string, who: Route["who"], tab: Tab, name: Asked): Route => later(pattern, who, tab, async () => (await import("./operators/screens.ts")).screen(name));

export const ROUTES: readonly Route[] = [
  now("/", "parent", "home", Home),
  now("/", "staff", "home", Caseload),
  asked("/", "operator", "home", "home"),
  later("/case/:scope", "parent", "home", async () => (await import("./cases/CaseScreen.tsx")).CaseScreen),
  later("/case/:scope", "staff", "home", async () => (await import("./cases/Brief.tsx")).Brief),
  later("/case/:scope/payments", "parent", "home", async () => (await import("./payments/Payments.tsx")).Payments),
  later("/case/:scope/statement", "parent", "home", async () => (await import("./payments/Statement.tsx")).Statement),
  later("/payments", "parent", "home", async () => (await import("./payments/AllPayments.tsx")).AllPayments),
  later("/messages", "parent", "messages", async () => (await import("./messages/Threads.tsx")).Threads),
  later("/messages", "staff", "messages", async () => (await import("./messages/Inbox.tsx")).Inbox),
  later("/messages/:scope", "parent", "messages", async () => (await import("./messages/Thread.tsx")).Thread),
  later("/messages/:scope/:thread", "staff", "messages", async () => (await import("./messages/Thread.tsx")).Thread),
  later("/calendar", "parent", "calendar", async () => (await import("./hearings/Calendar.tsx")).Calendar),
  later("/calendar", "staff", "calendar", async () => (await import("./hearings/TeamCalendar.tsx")).TeamCalendar),
  later("/calendar/ask/:scope", "parent", "calendar", async () => (await import("./appointments/Ask.tsx")).Ask),
  later("/calendar/offer", "staff", "calendar", async () => (await import("./appointments/Offer.tsx")).OfferInCase),
  later("/calendar/offer/:scope", "staff", "calendar", async () => (await import("./appointments/Offer.tsx")).Offer),
  later("/calendar/offer/:scope/:thread", "staff", "calendar", async () => (await import("./appointments/Offer.tsx")).Offer),
  later("/appointment/:scope/:thread", "all", "calendar", async () => (await import("./appointments/One.tsx")).One),
  later("/documents/:scope", "all", "home", async () => (await import("./documents/Documents.tsx")).Documents),
  later("/documents/:scope/send", "parent", "home", async () => (await import("./documents/Send.tsx")).Send),
  later("/documents/:scope/send/:thread", "parent", "home", async () => (await import("./documents/Send.tsx")).Send),
  later("/documents/:scope/ask", "staff", "home", async () => (await import("./documents/AskFor.tsx")).AskFor),
  later("/documents/:scope/ask/:thread", "staff", "home", async () => (await import("./documents/AskFor.tsx")).AskFor),
  asked("/operators/devices", "staff", "more", "devices"),
  asked("/operators/unit", "staff", "more", "unit"),
  asked("/operators/kept", "staff", "more", "kept"),
  asked("/operators/exposure", "staff", "more", "exposure"),
  asked("/operators/cases", "staff", "more", "cases"),
  asked("/operators/cases", "operator", "home", "cases"),
  asked("/operators/cases/:scope", "staff", "more", "look"),
  asked("/operators/cases/:scope", "operator", "home", "look"),
  asked("/safety/:scope", "staff", "home", "safety"),
  asked("/more/helpers", "parent", "more", "helpers"),
  later("/attention", "all", "more", async () => (await import("./settings/Attention.tsx")).Attention),
  later("/more", "all", "more", async () => (await import("./settings/More.tsx")).More),
  later("/more/language", "all", "more", async () => (await import("./settings/Looks.tsx")).LanguageScreen),
  later("/more/text", "all", "more", async () => (await import("./settings/Looks.tsx")).TextScreen),
  later("/more/contact", "parent", "more", async () => (await import("./contacts/Contact.tsx")).Contact),
  later("/notices", "all", "more", async () => (await import("./notices/List.tsx")).List),
  later("/n/:scope", "all", "more", async () => (await import("./notices/Opened.tsx")).Opened),
  later("/more/notices", "all", "more", async () => (await import("./settings/Notices.tsx")).Notices),
  later("/more/phone", "all", "more", async () => (await import("./settings/ThisPhone.tsx")).ThisPhone),
  later("/more/lock", "all", "more", async () => (await import("./settings/LockScreen.tsx")).LockScreen),
  later("/more/leave", "all", "more", async () => (await import("./settings/Leave.tsx")).Leave),
  later("/more/about", "all", "more", async () => (await import("./settings/About.tsx")).About),
  later("/more/security", "all", "more", async () => (await import("./account/Security.tsx")).Security),
  later("/more/checks", "staff", "more", async () => (await import("./account/Checks.tsx")).Checks),
  later("/enrol/:scope/:thread", "staff", "home", async () => (await import("./account/Offer.tsx")).Offer),
  later("/claim", "all", "more", async () => (await import("./account/Busy.tsx")).Busy),
  later("/more/sign-out", "all", "more", async () => (await import("./settings/SignOut.tsx")).SignOut),
];

/** The screen behind an address for this audience; null when there is none, or when it is for others. */
export function find_route(address: string, audience: Audience): { route: Route; params: Params } | null {
  for (const route of ROUTES) {
    if (route.who !== "all" && route.who !== audience) continue;
    const found = match(route.pattern, address);
    if (found) return { route, params: { scope: found["scope"] ?? "", thread: found["thread"] ?? "" } };
  }
  return null;
}
