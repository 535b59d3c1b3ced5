"""What travels when somebody comes to an account."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from backend.accounts.wire import OwnAccount
from backend.wire import Wire

CheckKind = Literal["second_claim", "burnt_code", "copied_passkey", "recovery", "cancelled"]


class Party(Wire, frozen=True):
    """An adult of a case, for whom a code is made."""

    case: UUID
    participant: UUID


class Words(Wire, frozen=True):
    """Six words, shown once: also as an address and as a picture of it (a data address)."""

    words: list[str]
    link: str
    picture: str
    expires_at: datetime


class Letter(Wire, frozen=True):
    """A letter to be printed once: to whom, and the code in it. Nothing in it names a case."""

    name: str
    address: list[str]
    language: Literal["en", "es"]
    code: str
    link: str
    expires_at: datetime


class Claiming(Wire, frozen=True):
    """A code, and the last name or the day of birth (YYYY-MM-DD) of the person it was made for."""

    code: Annotated[str, Meta(min_length=1, max_length=200)]
    who: Annotated[str, Meta(min_length=1, max_length=120)]


class Ticket(Wire, frozen=True):
    """What a right code opens: a sign-in name, whether there was an account before, and until when."""

    login: str
    display_name: str
    recovers: bool
    may_have_password: bool
    expires_at: datetime


class Enrolled(Wire, frozen=True):
    """How it ended: signed in, or to be ready later. Recovery codes are shown this once."""

    account: OwnAccount | None
    ready_at: datetime | None
    recovery_codes: list[str]


class Check(Wire, frozen=True):
    """Something to look into. `case` and `name` are the person's, as the asking worker may know them."""

    id: UUID
    kind: CheckKind
    case: UUID
    name: str
    made_at: datetime


class Checks(Wire, frozen=True):
    """What is open, newest first."""

    checks: list[Check]
