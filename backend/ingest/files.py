"""The files of an extract and their columns: this table is the format.

Reading, checking, staging and the demonstration's writer all follow it.
"""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from backend.wire import Wire

ACH_SUFFIX = ".ach"


class Kind(StrEnum):
    """How a cell is written in the file."""

    TEXT = "text"  # any words on one line
    DATE = "date"  # YYYY-MM-DD
    CENTS = "cents"  # money, whole cents, may be negative
    WHOLE = "whole"  # a whole number from 0
    FLAG = "flag"  # Y or N
    MOMENT = "moment"  # wall time, YYYY-MM-DDTHH:MM
    ZONE = "zone"  # an IANA time zone
    FIPS = "fips"  # state, county, office: 2, 5 or 7 digits


SQL_TYPES = {
    Kind.TEXT: "text",
    Kind.DATE: "date",
    Kind.CENTS: "bigint",
    Kind.WHOLE: "integer",
    Kind.FLAG: "boolean",
    Kind.MOMENT: "timestamp",
    Kind.ZONE: "text",
    Kind.FIPS: "text",
}


class Need(StrEnum):
    """What a file must have of a column."""

    VALUE = "value"  # in the header, and never empty
    COLUMN = "column"  # in the header; empty has a meaning of its own
    NONE = "none"  # may be left out


class Column(Wire, frozen=True):
    """One column of a file. `becomes` replaces values on the way in; `default` stands for an empty cell."""

    name: str
    kind: Kind = Kind.TEXT
    need: Need = Need.VALUE
    one_of: tuple[str, ...] = ()
    becomes: Mapping[str, str] = msgspec.field(default_factory=dict)
    default: str = ""
    least: int | None = None


class FileSpec(Wire, frozen=True):
    """One kind of file. `noun` names its mirrored table and its staging table; money columns are its control totals."""

    name: str
    noun: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    never_empty: bool = False  # a full extract without any of these is a mistake, not news

    @property
    def money(self) -> tuple[str, ...]:
        """The columns that a manifest may give totals of."""
        return tuple(c.name for c in self.columns if c.kind is Kind.CENTS)


def _words(*names: str, need: Need = Need.VALUE) -> tuple[Column, ...]:
    return tuple(Column(name=name, need=need) for name in names)


def _dates(*names: str, need: Need = Need.VALUE) -> tuple[Column, ...]:
    return tuple(Column(name=name, kind=Kind.DATE, need=need) for name in names)


def _choice(name: str, *values: str, becomes: dict[str, str] | None = None) -> Column:
    return Column(name=name, one_of=values, becomes=becomes or {})


EMPTY, LOOSE = Need.COLUMN, Need.NONE
CASE = Column(name="case_number")
CENTS = Column(name="amount_cents", kind=Kind.CENTS)
OWED_CENTS = Column(name="amount_cents", kind=Kind.CENTS, least=0)
LINE = Column(name="line", kind=Kind.WHOLE)
TIME_ZONE = Column(name="time_zone", kind=Kind.ZONE)
PAYMENT_KEY = ("originator", "settled_on", "trace")

# Tax offsets are federal tax information: what they were is dropped here, before anything is stored.
PAYMENT_SOURCE = _choice("source", "employer", "self", "offset", "other", becomes={"offset": "other"})

FILES = (
    FileSpec(
        name="offices.csv",
        noun="office",
        key=("office_code",),
        never_empty=True,
        columns=(*_words("office_code", "name"), *_words("phone", "address", "hours", need=LOOSE), TIME_ZONE),
    ),
    FileSpec(
        name="workers.csv",
        noun="worker",
        key=("worker_login",),
        never_empty=True,
        columns=(
            *_words("worker_login", "name", "office_code"),
            _choice("role", "caseworker", "supervisor"),
            *_words("unit_code", "phone", "email", need=LOOSE),
            Column(name="active", kind=Kind.FLAG),
        ),
    ),
    FileSpec(
        name="cases.csv",
        noun="ivd_case",
        key=("case_number",),
        never_empty=True,
        columns=(
            *_words("case_number", "office_code"),
            _choice("status", "open", "closed"),
            _choice("stage", "intake", "locate", "parentage", "establishment", "enforcement", "review"),
            *_dates("opened_on"),
            *_dates("closed_on", need=EMPTY),
            *_words("closure_code", "next_step_code", need=LOOSE),
            *_dates("next_step_on", need=LOOSE),
            Column(name="initiating_fips", kind=Kind.FIPS, need=LOOSE),
            Column(name="responding_fips", kind=Kind.FIPS, need=LOOSE),
        ),
    ),
    FileSpec(
        name="assignments.csv",
        noun="assignment",
        key=("case_number", "worker_login", "from_on"),
        columns=(
            CASE,
            *_words("worker_login"),
            *_dates("from_on"),
            *_dates("to_on", need=EMPTY),
            _choice("part", "primary", "cover"),
        ),
    ),
    FileSpec(
        name="people.csv",
        noun="person",
        key=("person_id",),
        never_empty=True,
        columns=(
            *_words("person_id", "first_name", "last_name"),
            *_words("middle_name", "phone", "email", "address_1", "address_2", "city", "state", "postal_code", need=LOOSE),
            *_dates("born_on", need=LOOSE),
            Column(name="language", one_of=("en", "es"), need=EMPTY, default="en"),
            Column(name="safe_to_contact", kind=Kind.FLAG),
            Column(name="family_violence", kind=Kind.FLAG),
            *_words("employer_name", "employer_phone", need=LOOSE),
        ),
    ),
    FileSpec(
        name="participants.csv",
        noun="participant",
        key=("case_number", "person_id"),
        never_empty=True,
        columns=(
            CASE,
            Column(name="person_id"),
            _choice("role", "CP", "NCP", "AP", "CH"),
            *_dates("from_on"),
            *_dates("to_on", need=EMPTY),
            *_words("child_resides_with", need=LOOSE),
        ),
    ),
    FileSpec(
        name="orders.csv",
        noun="support_order",
        key=("order_id",),
        columns=(
            *_words("order_id", "court", "docket_number"),
            CASE,
            *_dates("entered_on", "effective_on"),
            *_dates("ended_on", need=EMPTY),
            *_dates("review_due_on", need=LOOSE),
        ),
    ),
    FileSpec(
        name="obligations.csv",
        noun="obligation",
        key=("order_id", "line"),
        columns=(
            Column(name="order_id"),
            LINE,
            _choice("kind", "current", "medical", "arrears", "fee"),
            OWED_CENTS,
            _choice("frequency", "weekly", "biweekly", "semimonthly", "monthly"),
            *_dates("from_on"),
            *_dates("to_on", need=EMPTY),
            Column(name="withholding", kind=Kind.FLAG),
        ),
    ),
    FileSpec(
        name="balances.csv",
        noun="balance",
        key=("case_number", "kind"),
        columns=(CASE, *_words("kind"), *_dates("as_of_on"), CENTS),
    ),
    FileSpec(
        name="payments.csv",
        noun="payment",
        key=PAYMENT_KEY,
        columns=(
            *_words("originator"),
            *_dates("settled_on"),
            *_words("trace"),
            CASE,
            *_dates("paid_on", "posted_on"),
            CENTS,
            PAYMENT_SOURCE,
            *_words("reversed_by", need=EMPTY),
        ),
    ),
    FileSpec(
        name="distributions.csv",
        noun="distribution",
        key=(*PAYMENT_KEY, "line"),
        columns=(
            *_words("originator"),
            *_dates("settled_on"),
            *_words("trace"),
            LINE,
            CASE,
            *_words("kind"),
            _choice("payee", "family", "state", "fee"),
            CENTS,
            *_dates("distributed_on"),
        ),
    ),
    FileSpec(
        name="disbursements.csv",
        noun="disbursement",
        key=("disbursement_id",),
        columns=(
            *_words("disbursement_id"),
            CASE,
            *_words("originator", "trace", need=EMPTY),
            *_dates("settled_on", need=EMPTY),
            CENTS,
            _choice("method", "direct_deposit", "card", "check"),
            _choice("status", "processing", "held", "sent", "available", "returned"),
            *_dates("status_on"),
            *_dates("expected_on", need=LOOSE),
            *_words("hold_reason_code", need=LOOSE),
        ),
    ),
    FileSpec(
        name="hearings.csv",
        noun="hearing",
        key=("hearing_id",),
        columns=(
            *_words("hearing_id"),
            CASE,
            *_words("docket_number", "kind", "court"),
            Column(name="starts_local", kind=Kind.MOMENT),
            TIME_ZONE,
            Column(name="minutes", kind=Kind.WHOLE, least=1),
            *_words("room", "address", "appearance", need=LOOSE),
            Column(name="remote", kind=Kind.FLAG),
            _choice("status", "set", "moved", "cancelled", "held"),
        ),
    ),
    FileSpec(
        name="events.csv",
        noun="key_event",
        key=("event_id",),
        columns=(
            *_words("event_id"),
            CASE,
            *_words("code"),
            *_dates("happened_on"),
            *_words("detail_code", need=LOOSE),
            _choice("visible_to", "both", "cp", "ncp", "staff"),
        ),
    ),
)
SPECS = {spec.name: spec for spec in FILES}
PAYMENTS = SPECS["payments.csv"]


def spec_of(name: str) -> FileSpec | None:
    """The kind of file that this name promises; a payment file of the banks fills the same rows as payments.csv."""
    return PAYMENTS if name.lower().endswith(ACH_SUFFIX) else SPECS.get(name)
