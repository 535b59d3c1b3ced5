/** English, the words of the first screens. Sixth-grade reading level; nobody is blamed; no code is ever shown. */
import type { Part } from "../cases/box.ts";
import type { Headline } from "../cases/rules.ts";
import { money } from "../ui/Money.tsx";
import type { Day } from "../ui/when.ts";
import { en_codes } from "./en_codes.ts";
import { say_count, say_day, say_time } from "./say.ts";

const count = (n: number, one: string, other: string) => say_count("en", n, one, other);
const cash = (cents: number) => money("en", cents);

export const en = {
  codes: en_codes,
  app: {
    name: "Porchlight",
    skip: "Skip to the main part",
    leave: "Leave quickly",
    back: "Back",
    close: "Close",
    cancel: "Cancel",
    show_more: (n: number) => `Show ${n} more`,
    yes: "Yes",
    no: "No",
    main_menu: "Main menu",
    update_ready: "A new version is ready. Nothing you wrote will be lost.",
    update_now: "Use the new version",
    opening: "Opening what this phone holds…",
    lost_title: "We can't find that page",
    lost: "It may have moved, or it is not part of what you can see. Nothing is wrong with your case.",
    go_home: "Go to the first page",
    trouble_title: "This page did not open",
    trouble: "A part of the app could not be read. Check your connection and try again. What you wrote is safe on this phone.",
    try_again: "Try again",
  },
  nav: { home: "Home", messages: "Messages", calendar: "Calendar", more: "More", caseload: "Cases", inbox: "Inbox" },
  status: {
    label: (text: string) => `${text}. See what this phone holds.`,
    checked: (time: string) => `Checked ${time}`,
    never: "Not checked yet",
    starting: "Opening…",
    checking: "Checking…",
    sending: (n: number) => count(n, "Sending # item…", "Sending # items…"),
    loading: (held: number, wanted: number) => `Loading ${held} of ${held + wanted}`,
    offline: "No connection",
    unsent: (n: number) => count(n, "# not sent yet", "# not sent yet"),
    needs_you: (n: number) => count(n, "# needs you", "# need you"),
    trouble: "Could not check",
  },
  fresh: {
    as_of: (when: string) => `The state's records as of ${when}.`,
    no_as_of: "The state has not said how new its records are.",
    checked: (when: string) => `This phone checked ${when}.`,
    never: "This phone has not checked yet.",
    check_now: "Check now",
  },
  home: {
    title: "Home",
    hello: (name: string) => `Hello, ${name}`,
    hello_nobody: "Hello",
    support_for: (names: string) => `Support for ${names}`,
    case_number: (number: string) => `Case ${number}`,
    next_date: "Next date",
    no_date: "No court dates are set.",
    happens_next: "What happens next",
    your_case: "Your case",
    payments: "Payments",
    write: "Write",
    needs_you: (n: number) => count(n, "# thing needs you.", "# things need you."),
    needs_you_link: "See why and what to do",
    hear_first: "Hear about payments and court dates first",
    hear_first_why: "We can send a short notice that never says what it is about.",
    hear_first_link: "Choose notices",
    empty_title: "No case is connected yet",
    empty: (phone: string) => `When the child support office connects your case, it will be here. If you expected one, call ${phone}.`,
    loading: "Getting your case for the first time. This takes a few seconds, and then it works without a connection.",
    offline_title: "Your case is not on this phone yet",
    offline: "Connect once and your case will stay here, with or without a signal.",
    stale: "Newer facts are on the way. These are the last we have.",
    and: "and",
  },
  part: {
    CP: "You receive support",
    NCP: "You pay support",
    AP: "You are named as a possible parent",
    staff: "Case team",
  } satisfies Record<Part, string>,
  headline,
  caseload: {
    title: "Cases",
    search: "Name or case number",
    filters: "Show only",
    filter: { reply: "Needs a reply", hearing: "Hearing soon", stopped: "Payment stopped", violence: "Safety" },
    found: (n: number, all: number) => (n === all ? count(n, "# case", "# cases") : `${count(n, "# case", "# cases")} of ${all}`),
    none_title: "No case matches",
    none: "Check the spelling, or take a filter away.",
    clear: "Clear search and filters",
    empty_title: "No cases are assigned to you",
    empty: "Cases appear here when the system of record assigns them to you.",
    loading: "Loading your cases. You can search those that are already here.",
    receiving: "receiving",
    paying: "paying",
    no_name: "Name not known",
    reply_due: (day: string) => `Reply due ${day}`,
    hearing_on: (day: string) => `Hearing ${day}`,
    stopped: "No payment lately",
    safety: "Safety",
    closed: "Closed",
  },
};

export type Words = typeof en;

/** The one sentence that matters now. */
function headline(fact: Headline, part: Part, today: Day): string {
  const day = (on: Day) => say_day("en", on, today);
  switch (fact.key) {
    case "hearing": return hearing_line(fact, day);
    case "money": return money_line(fact, day);
    case "paid":
      if (part === "CP") return `A ${cash(fact.cents)} payment was received on ${day(fact.on)}. Nothing has been sent on to you yet.`;
      return part === "staff" ? `${cash(fact.cents)} was paid on ${day(fact.on)}.` : `Your ${cash(fact.cents)} payment was received on ${day(fact.on)}. It has been counted.`;
    case "stopped":
      if (part === "NCP" || part === "AP") return fact.last_on ? `We have not received a payment since ${day(fact.last_on)}. If your pay changed, you can ask us to look at your order.` : "We have not received a payment yet. If you can't pay, tell us. You can ask us to look at your order.";
      return fact.last_on ? `No payment has come since ${day(fact.last_on)}.` : "No payment has come yet.";
    case "closed": return fact.on ? `This case was closed on ${day(fact.on)}.` : "This case is closed.";
    case "stage": return "";
  }
}

function hearing_line(fact: Extract<Headline, { key: "hearing" }>, day: (on: Day) => string): string {
  const when = fact.days <= 0 ? "today" : fact.days === 1 ? "tomorrow" : `on ${day(fact.local)}`;
  return `You have a ${fact.remote ? "hearing by video or phone" : "court hearing"} ${when} at ${say_time("en", fact.local)}.`;
}

function money_line(fact: Extract<Headline, { key: "money" }>, day: (on: Day) => string): string {
  const received = fact.paid_on ? ` was received on ${day(fact.paid_on)}` : " was received";
  const place = fact.method ? en_codes.reaches[fact.method] : "reach you";
  const soon = fact.expected_on ? ` and should ${place} by ${day(fact.expected_on)}` : "";
  const sum = `Your ${cash(fact.cents)} payment`;
  switch (fact.status) {
    case "processing": return fact.expected_on ? `${sum}${received}${soon}.` : `${sum}${received} and is being processed.`;
    case "sent": return `${sum} was sent on ${day(fact.on)}${soon}.`;
    case "available": return `${sum} has been available since ${day(fact.on)}.`;
    case "held": return `${sum} is on hold since ${day(fact.on)}. You don't lose it.`;
    case "returned": return `${sum} came back to us on ${day(fact.on)}. Please check how we pay you.`;
  }
}
