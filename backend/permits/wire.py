"""What travels of permits."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from backend.wire import Wire

Kind = Literal["break_glass", "consent", "audit"]
Topic = Literal["contact", "messages", "dates", "money", "events"]
Reason = Annotated[str, msgspec.Meta(min_length=10, max_length=500)]


class BreakGlass(Wire, frozen=True):
    """I have to see a colleague's case now, because of this."""

    case_number: Annotated[str, msgspec.Meta(max_length=40)]
    reason: Reason


class Consent(Wire, frozen=True):
    """This helper may see these topics of my case for so many days."""

    navigator: Annotated[str, msgspec.Meta(max_length=254)]
    case: UUID
    topics: Annotated[list[Topic], msgspec.Meta(max_length=5)]
    days: Annotated[int, msgspec.Meta(ge=1, le=90)]


class Audit(Wire, frozen=True):
    """This auditor may read a case of my unit for so many days, because of this."""

    auditor: Annotated[str, msgspec.Meta(max_length=254)]
    case_number: Annotated[str, msgspec.Meta(max_length=40)]
    reason: Reason
    days: Annotated[int, msgspec.Meta(ge=1, le=30)]


class Permit(Wire, frozen=True):
    """Who may read which case, why and until when; `ended_at` when somebody ended it before. `reads` is how often it was used;
    `own`: the asking account reads by it."""

    id: UUID
    kind: Kind
    person: str
    case: UUID
    topics: list[str]
    reason: str
    from_at: datetime
    until_at: datetime
    ended_at: datetime | None
    reads: int
    own: bool


class Permits(Wire, frozen=True):
    """The newest first."""

    permits: list[Permit]


class Made(Wire, frozen=True):
    """A permit that was just given."""

    id: UUID
    case: UUID
    until_at: datetime


class CaseView(msgspec.Struct, frozen=True):
    """A case as it may be read now: rows of (kind, id, body), as devices know them."""

    case: UUID
    until_at: datetime
    rows: list[tuple[int, UUID, msgspec.Raw]]
