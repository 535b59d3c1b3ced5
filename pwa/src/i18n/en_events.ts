/** English for the key events of a case: what happened, why, and what a person can do. */
import type { CodeWords } from "./codes.ts";

export interface EventWords {
  title: string;
  why: string;
  /** What a parent can do now; empty when there is nothing to do. */
  can: string;
}

const happened = (title: string, why: string, can = ""): EventWords => ({ title, why, can });

const opening = {
  application_received: happened("Application received", "Someone asked for help with child support, or a program did so for the family."),
  case_opened: happened("Case opened", "The office opened a case so that support can be set, paid and counted in one place.", "Tell your case team if your address or phone changes."),
  case_reopened: happened("Case opened again", "New facts came in, so the office is working on this case again.", "Tell your case team what changed since it was closed."),
  case_transferred: happened("Case moved to another team", "Cases move when people do, or to share the work fairly. Nothing starts over.", "You don't have to do anything. Messages go to the new team."),
  documents_requested: happened("Papers asked for", "The office needs papers from you to take the next step.", "Write to your case team if you can't get them."),
  documents_received: happened("Papers received", "The papers you sent are with the office."),
};

const finding = {
  locate_started: happened("Search started", "Papers can only be delivered to a known address, so state and federal records are searched.", "If you know something new, write to your case team."),
  locate_found: happened("Parent found", "The search found a way to deliver papers."),
  parent_located: happened("Parent found", "The search found a way to deliver papers."),
  locate_failed: happened("Search without result", "The records did not show where papers can be delivered. The search is repeated every few months.", "If you know something new, write to your case team."),
  papers_served: happened("Court papers delivered", "The law says that papers must be handed over officially before a court decides.", "Read them and note every date. You may bring someone to help you."),
  service_completed: happened("Court papers delivered", "The law says that papers must be handed over officially before a court decides.", "Read them and note every date. You may bring someone to help you."),
  service_failed: happened("Papers could not be delivered", "The person was not at the address. The office tries again."),
};

const parentage = {
  genetic_test_set: happened("DNA test set up", "A cheek swab shows who the legal parents are. It is quick and does not hurt.", "Write to your case team if the day does not work for you."),
  genetic_test_scheduled: happened("DNA test set up", "A cheek swab shows who the legal parents are. It is quick and does not hurt.", "Write to your case team if the day does not work for you."),
  genetic_test_result: happened("DNA test result is in", "The result helps the court name the legal parents.", "You can ask your case team what the result means for you."),
  parentage_established: happened("Legal parents named", "The law now names the children's legal parents. That opens the way to support, health coverage and more."),
  paternity_established: happened("Legal parents named", "The law now names the children's legal parents. That opens the way to support, health coverage and more."),
};

const ordering = {
  petition_filed: happened("Papers filed with the court", "The office asked the court to decide.", "Watch for a hearing date here."),
  order_entered: happened("Support order made", "A judge or officer set how much support is due and when.", "If your income or family changes a lot, you can ask for a review."),
  order_modified: happened("Support order changed", "The court changed the amount or the terms.", "Look at the new amount under “The order in plain words”."),
  order_ended: happened("Support order ended", "Support under this order is no longer due from that day. Past-due support may still be owed."),
  medical_support_ordered: happened("Health coverage ordered", "The order now says who provides health coverage or pays toward it."),
  emancipation: happened("A child came of age", "Support for a child ends at an age that the law sets. Other children are not affected.", "Ask your case team if the amount looks wrong."),
  child_emancipated: happened("A child came of age", "Support for a child ends at an age that the law sets. Other children are not affected.", "Ask your case team if the amount looks wrong."),
};

const paying = {
  withholding_sent: happened("Employer asked to take support from pay", "Most support is paid this way, so that nobody has to remember it.", "Until the first pay with support taken out, pay as before."),
  iwo_sent: happened("Employer asked to take support from pay", "Most support is paid this way, so that nobody has to remember it.", "Until the first pay with support taken out, pay as before."),
  withholding_started: happened("Support now comes from pay", "The employer takes support out of each pay and sends it on."),
  withholding_ended: happened("Support no longer comes from pay", "The employer reported that the work ended, or the order changed.", "If you pay support: tell us about new work, or ask for a review if your income dropped."),
  employment_ended: happened("Work ended", "The employer reported that the work ended. Support can't be taken from that pay any more.", "If you pay support: tell us about new work, or ask for a review if your income dropped."),
  employer_ended: happened("Work ended", "The employer reported that the work ended. Support can't be taken from that pay any more.", "If you pay support: tell us about new work, or ask for a review if your income dropped."),
  new_employer: happened("New work found", "A new employer was reported. The office asks it to take support from pay."),
  first_payment: happened("First payment", "The first payment under this order came in."),
  payment_missed: happened("A payment did not come", "A payment was due and did not arrive.", "If you pay support and something changed, write to your case team. It is better to ask early."),
  payments_stopped: happened("Payments stopped", "No payment has come for a while.", "If you pay support and something changed, write to your case team. It is better to ask early."),
  payments_resumed: happened("Payments started again", "Payments are coming in again."),
  payment_resumed: happened("Payments started again", "Payments are coming in again."),
  lump_sum: happened("A larger payment came", "A payment much larger than usual was received.", "It is divided as the law says. Ask your case team if you want to know how."),
  payment_reversed: happened("A payment was taken back", "A bank or employer took a payment back, so it no longer counts.", "Ask your case team if you don't know why."),
  payment_held: happened("A payment is on hold", "The payment center is checking something before it sends the money.", "See the payment for the reason."),
  tax_notice: happened("A notice was sent", "A notice about past-due support was mailed. It says what may follow and how to object.", "Read it soon: the days to object are counted from its date."),
  enforcement_notice: happened("A notice was sent", "A notice about past-due support was mailed. It says what may follow and how to object.", "Read it soon: the days to object are counted from its date."),
  license_notice: happened("A notice about a license was sent", "When support is far behind, the law lets the state hold a license.", "A payment plan can stop this. Write to your case team."),
  license_warning: happened("A notice about a license was sent", "When support is far behind, the law lets the state hold a license.", "A payment plan can stop this. Write to your case team."),
  credit_notice: happened("A notice about credit reports was sent", "Past-due support can be reported to credit companies, but only after you had a chance to object.", "Read the notice soon if you think the amount is wrong."),
  payment_plan: happened("Payment plan agreed", "Past-due support is paid back in parts that were agreed on.", "If a part becomes too much, ask before the date."),
  ability_to_pay_review: happened("Look at what can really be paid", "Before a court is asked to step in, the office must look at what the parent can really pay.", "Send your case team what shows your income and costs."),
  contempt_filed: happened("Court asked to step in", "The office asked the court to look at why the order was not followed.", "Come to the hearing. Being able to pay or not is the main question there."),
};

const reviewing = {
  review_requested: happened("Review asked for", "Someone asked to check if the support amount should change.", "Have your income papers ready."),
  review_started: happened("Review started", "The office is checking if the support amount should change. It must finish within 180 days.", "Send your income papers when asked."),
  review_completed: happened("Review finished", "The office finished checking the amount. You get a letter with the result.", "If you don't agree, the letter says how to object."),
  review_due: happened("A review is possible", "An order can be checked every three years, or when life changes a lot.", "Ask your case team if you want a review."),
  incarceration_notice: happened("Letter about time in jail or prison", "A parent who is locked up for long can ask for a review of the order.", "Ask your case team for a review."),
};

const courtroom = {
  hearing_set: happened("Hearing date set", "The court set a day and time.", "Find it in your calendar, with what to bring."),
  hearing_scheduled: happened("Hearing date set", "The court set a day and time.", "Find it in your calendar, with what to bring."),
  hearing_moved: happened("Hearing moved", "The court chose another day or time.", "Look at the new time in your calendar."),
  hearing_held: happened("Hearing took place", "The court heard the case. What it decided comes in writing."),
  hearing_missed: happened("Someone was not at the hearing", "The court may decide without a person who is not there.", "If it was you, call the office today. It can often be put right."),
  hearing_cancelled: happened("Hearing cancelled", "The court took this hearing off its calendar.", "You don't have to go."),
};

const elsewhere = {
  interstate_sent: happened("Another state was asked to help", "A parent or an employer is in another state, so that state helps.", "Your case team here is still the one to write to."),
  interstate_received: happened("Another state asked us to help", "A parent is in this state, so this office helps the other state."),
  interstate_response: happened("The other state answered", "The state that helps told us where things stand."),
};

const closing = {
  closure_notice: happened("Notice that the case may close", "The office thinks there is nothing more it can do. You have 60 days to say otherwise.", "Write to your case team if you want the case to stay open."),
  case_closed: happened("Case closed", "The office closed the case for the reason in the letter it sent.", "You can ask to open it again."),
};

const team = {
  note: happened("Note by the case team", "Only the case team sees this."),
  safety_review: happened("Safety review", "Only the case team sees this. Safety answers were looked at again."),
  address_confirmed: happened("Contact confirmed", "Only the case team sees this."),
  contact_attempted: happened("Contact attempted", "Only the case team sees this."),
  locate_hit: happened("New information from a search", "Only the case team sees this."),
  assigned: happened("Assigned", "Only the case team sees this."),
};

export const en_events: CodeWords<EventWords> = {
  ...opening, ...finding, ...parentage, ...ordering, ...paying, ...reviewing, ...courtroom, ...elsewhere, ...closing, ...team,
  other: happened("A change in your case", "The state recorded a step in your case.", "Your case team can tell you more about it."),
};
