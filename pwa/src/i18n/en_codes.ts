/** English for the codes that first screens show. */
import type { Part } from "../cases/box.ts";
import type { Case, Disbursement, Obligation } from "../wire.ts";
import type { CodeWords } from "./codes.ts";

interface StageWords {
  name: string;
  now: string;
  staff: string;
}

export const en_codes = {
  stage: {
    intake: { name: "Case opened", now: "We are opening your case and checking what we need.", staff: "Intake: opening the case" },
    locate: { name: "Parents found", now: "We are looking for the other parent's whereabouts, so that papers can be delivered.", staff: "Locate" },
    parentage: { name: "Legal parents named", now: "The law must first name the children's legal parents. We are working on that step.", staff: "Parentage" },
    establishment: { name: "Support order", now: "We are working to get a support order.", staff: "Establishing an order" },
    enforcement: { name: "Payments", now: "The order is in place, and payments are counted as they come in.", staff: "Order in place, collecting" },
    review: { name: "Review", now: "We are checking if the support amount should change.", staff: "Review and adjustment" },
  } satisfies Record<Case["stage"], StageWords>,
  stage_paying: {
    locate: "We are checking how to reach you and the other parent.",
    parentage: "The law must first name the children's legal parents. You have a say in this step, and you can ask for a DNA test.",
    establishment: "We are working on a support order. Tell us about your income, so that the amount is fair.",
  } as Partial<Record<Case["stage"], string>>,
  next_step: {
    schedule_hearing: "We ask the court for a hearing date.",
    hearing: "There is a court hearing.",
    await_hearing: "There is a court hearing.",
    locate: "We search state and federal records for an address.",
    locate_search: "We search state and federal records for an address.",
    genetic_test: "A DNA test (cheek swab) is set up.",
    serve_papers: "Court papers are officially delivered.",
    service_of_process: "Court papers are officially delivered.",
    file_petition: "We file papers to ask the court for an order.",
    draft_order: "The court writes the support order.",
    enter_order: "The court writes the support order.",
    send_withholding: "We ask the employer to take support from pay.",
    monitor: "We watch that payments keep coming.",
    monitor_payments: "We watch that payments keep coming.",
    review: "We check if the support amount should change.",
    review_order: "We check if the support amount should change.",
    documents: "We read the papers that were asked for.",
    await_documents: "We wait for the papers we asked for.",
    contact_employer: "We talk with the employer about the payments.",
    contact_party: "Your case team gets in touch.",
    ability_to_pay: "We look at what the paying parent can really pay.",
    other_state: "We wait for the other state to answer.",
    closure: "We look at whether the case can be closed. You will hear from us first.",
    other: "Your case team has a next step planned.",
  } as CodeWords<string>,
  no_next_step: "Nothing is planned right now. You can write to your case team at any time.",
  by_day: (day: string) => `By ${day}`,
  hold: {
    address: "We need a current address or account to send it to.",
    no_payment_method: "We need to know how to pay you: a bank account or a card.",
    bank_returned: "Your bank sent an earlier payment back.",
    unidentified: "We are making sure which case this payment belongs to.",
    name_mismatch: "The name on the payment does not match the case. We are checking.",
    dispute: "Someone asked for a check of this payment.",
    legal_review: "The law asks us to check this payment before it goes out.",
    court_order: "A court asked us to wait.",
    joint_return: "The law asks us to wait before this money goes out.",
    future_payment: "This payment came early. It goes out when it is due.",
    other: "The payment center is checking something before it sends the money.",
  } as CodeWords<string>,
  reaches: {
    direct_deposit: "reach your bank account",
    card: "reach your card",
    check: "reach you by mail",
  } satisfies Record<NonNullable<Disbursement["method"]>, string>,
  hearing_kind: {
    establishment: "Hearing about a support order",
    paternity: "Hearing about legal parentage",
    parentage: "Hearing about legal parentage",
    modification: "Hearing about changing the order",
    review: "Hearing about changing the order",
    enforcement: "Hearing about payments",
    contempt: "Hearing about following the order",
    status: "Check-in hearing",
    conference: "Conference before the hearing",
    other: "Court hearing",
  } as CodeWords<string>,
  frequency: {
    weekly: "every week", biweekly: "every two weeks", semimonthly: "twice a month", monthly: "every month",
  } satisfies Record<Obligation["frequency"], string>,
  person: { CP: "receiving parent", NCP: "paying parent", AP: "possible parent", staff: "case team" } satisfies Record<Part, string>,
};

export type CoreCodes = typeof en_codes;
