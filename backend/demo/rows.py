"""Rows of the extract's files, with their columns in the order in which they are written."""

from typing import NamedTuple


class Office(NamedTuple):
    office_code: str
    name: str
    phone: str
    address: str
    hours: str
    time_zone: str


class Worker(NamedTuple):
    worker_login: str
    name: str
    office_code: str
    role: str
    unit_code: str
    phone: str
    email: str
    active: str


class Case(NamedTuple):
    case_number: str
    office_code: str
    status: str
    stage: str
    opened_on: str
    closed_on: str
    closure_code: str
    next_step_code: str
    next_step_on: str
    initiating_fips: str
    responding_fips: str


class Assignment(NamedTuple):
    case_number: str
    worker_login: str
    from_on: str
    to_on: str
    part: str


class Person(NamedTuple):
    person_id: str
    first_name: str
    last_name: str
    middle_name: str
    phone: str
    email: str
    address_1: str
    address_2: str
    city: str
    state: str
    postal_code: str
    born_on: str
    language: str
    safe_to_contact: str
    family_violence: str
    employer_name: str
    employer_phone: str


class Participant(NamedTuple):
    case_number: str
    person_id: str
    role: str
    from_on: str
    to_on: str
    child_resides_with: str


class Order(NamedTuple):
    order_id: str
    court: str
    docket_number: str
    case_number: str
    entered_on: str
    effective_on: str
    ended_on: str
    review_due_on: str


class Obligation(NamedTuple):
    order_id: str
    line: int
    kind: str
    amount_cents: int
    frequency: str
    from_on: str
    to_on: str
    withholding: str


class Balance(NamedTuple):
    case_number: str
    kind: str
    as_of_on: str
    amount_cents: int


class Payment(NamedTuple):
    originator: str
    settled_on: str
    trace: str
    case_number: str
    paid_on: str
    posted_on: str
    amount_cents: int
    source: str
    reversed_by: str


class Distribution(NamedTuple):
    originator: str
    settled_on: str
    trace: str
    line: int
    case_number: str
    kind: str
    payee: str
    amount_cents: int
    distributed_on: str


class Disbursement(NamedTuple):
    disbursement_id: str
    case_number: str
    originator: str
    trace: str
    settled_on: str
    amount_cents: int
    method: str
    status: str
    status_on: str
    expected_on: str
    hold_reason_code: str


class Hearing(NamedTuple):
    hearing_id: str
    case_number: str
    docket_number: str
    kind: str
    court: str
    starts_local: str
    time_zone: str
    minutes: int
    room: str
    address: str
    appearance: str
    remote: str
    status: str


class Event(NamedTuple):
    event_id: str
    case_number: str
    code: str
    happened_on: str
    detail_code: str
    visible_to: str


Row = (
    Office | Worker | Case | Assignment | Person | Participant | Order | Obligation | Balance
    | Payment | Distribution | Disbursement | Hearing | Event
)  # fmt: skip

FILE_OF: dict[type[Row], str] = {
    Office: "offices.csv",
    Worker: "workers.csv",
    Case: "cases.csv",
    Assignment: "assignments.csv",
    Person: "people.csv",
    Participant: "participants.csv",
    Order: "orders.csv",
    Obligation: "obligations.csv",
    Balance: "balances.csv",
    Payment: "payments.csv",
    Distribution: "distributions.csv",
    Disbursement: "disbursements.csv",
    Hearing: "hearings.csv",
    Event: "events.csv",
}
