"""What travels about whom we protect. To the case team and their supervisors alone, and only while there is a network."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from backend.wire import Wire

Reason = Annotated[str, msgspec.Meta(min_length=10, max_length=500)]


class Party(Wire, frozen=True):
    """An adult of a case."""

    case: UUID
    participant: UUID


class AskClearing(Wire, frozen=True):
    """This person is safe again, as far as we know, because of this."""

    case: UUID
    participant: UUID
    reason: Reason


class Clearing(Wire, frozen=True):
    """A wish that waits for a second person. `own`: the asking account made it, and so may not decide."""

    id: UUID
    case: UUID
    case_number: str
    participant: UUID
    name: str
    reason: str
    asked_by: str
    asked_at: datetime
    until_at: datetime
    own: bool


class Clearings(Wire, frozen=True):
    """What waits, the oldest first."""

    clearings: list[Clearing]


class Protection(Wire, frozen=True):
    """How an adult of a case is protected: by the state's own word, by our mark since `marked_at`, and what waits about it."""

    participant: UUID
    by_state: bool
    marked_at: datetime | None
    waits_until: datetime | None


class Protections(Wire, frozen=True):
    """Of every adult of a case."""

    people: list[Protection]
