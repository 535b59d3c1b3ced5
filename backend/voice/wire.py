"""Where a call is, and what is told in it."""

from datetime import date
from enum import StrEnum
from typing import Literal
from uuid import UUID

from backend.wire import Wire


class Step(StrEnum):
    """What the caller is asked for now."""

    LANGUAGE = "language"
    NUMBER = "number"
    PIN = "pin"
    MENU = "menu"
    CASE = "case"  # about which of several cases
    MESSAGE = "message"
    CONFIRM = "confirm"
    CALL_BACK = "call_back"
    OVER = "over"


class Call(Wire, frozen=True):
    """A call under way. ``party`` is who proved it: their account; ``about`` what waits for a case to be chosen."""

    step: Step = Step.LANGUAGE
    language: Literal["en", "es"] = "en"
    telephone: str = ""
    number: str = ""
    party: UUID | None = None
    about: Literal["message", "call_back"] = "message"
    case: int = 0
    draft: str = ""
    wrong: int = 0
    silent: int = 0
    sent: int = 0


class OwnCase(Wire, frozen=True):
    """A case of the caller's, and which part in it they have."""

    case_id: UUID
    thread: UUID
    case_number: str
    receives: bool


class Money(Wire, frozen=True):
    """The last payment of a case; what became of the money only for who receives it."""

    case_number: str
    amount_cents: int
    posted_on: date
    reversed_by: str | None
    status: Literal["processing", "held", "sent", "available", "returned"] | None = None
    status_on: date | None = None


class CourtDate(Wire, frozen=True):
    """The next hearing of a case, in the court's own wall time."""

    case_number: str
    starts_local: str
    court: str
    remote: bool


class Receipt(Wire, frozen=True):
    """A message that arrived: its number, and by when it is answered."""

    receipt: str
    answer_due_on: date | None
