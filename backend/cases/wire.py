"""What travels about the agency, a case, its people, orders, balances and key events. Amounts are integer cents."""

from datetime import date, datetime
from typing import Literal

from backend.wire import Wire

Stage = Literal["intake", "locate", "parentage", "establishment", "enforcement", "review"]
Frequency = Literal["weekly", "biweekly", "semimonthly", "monthly"]


class Agency(Wire, frozen=True):
    """The agency; `as_of` is the instant at which the system of record last spoke."""

    name: str
    phone: str
    time_zone: str
    as_of: datetime | None


class Case(Wire, frozen=True):
    """A IV-D case. The office and the other state are for staff."""

    case_number: str
    status: Literal["open", "closed"]
    stage: Stage
    opened_on: date
    closed_on: date | None
    next_step_code: str | None
    next_step_on: date | None
    office_code: str
    initiating_fips: str | None
    responding_fips: str | None
    closure_code: str | None


class Participant(Wire, frozen=True):
    """A person's part in a case.

    The other side sees a name and a role; contact is the person's own (`mine`) and the staff's.
    """

    role: Literal["CP", "NCP", "AP", "CH"]
    first_name: str
    last_name: str
    mine: bool
    phone: str | None
    email: str | None
    address_1: str | None
    address_2: str | None
    city: str | None
    state: str | None
    postal_code: str | None
    language: str
    born_on: date | None
    safe_to_contact: bool
    family_violence: bool
    child_resides_with: str | None


class Order(Wire, frozen=True):
    """A support order as the court entered it."""

    court: str
    docket_number: str
    entered_on: date
    effective_on: date
    ended_on: date | None
    review_due_on: date | None


class Obligation(Wire, frozen=True):
    """One line of an order. `withholding` tells of an employer, so only the payer and staff hold it."""

    order_id: str
    line: int
    kind: Literal["current", "medical", "arrears", "fee"]
    amount_cents: int
    frequency: Frequency
    from_on: date
    to_on: date | None
    withholding: bool


class Balance(Wire, frozen=True):
    """What is owed of one kind, as of the state's date."""

    kind: str
    as_of_on: date
    amount_cents: int


class Event(Wire, frozen=True):
    """Something that happened in the life of a case."""

    code: str
    happened_on: date
    detail_code: str | None
    visible_to: Literal["both", "cp", "ncp", "staff"]
