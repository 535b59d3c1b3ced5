"""What travels about changes of contact."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from backend.wire import Wire

Field = Literal["phone", "email", "address_1", "address_2", "city", "state", "postal_code"]
Value = Annotated[str, Meta(min_length=1, max_length=120, pattern=r"^\s*[^\s\x00][^\x00]*$")]


class ContactChange(Wire, frozen=True):
    """What a person says of their own contact; the person and the staff hold it. None is nothing."""

    thread: UUID
    field: Field
    was: str | None
    now: str | None
    state: Literal["sent", "taken_up"]
    sent_at: datetime
    taken_by: str | None


class ChangeContact(Wire, frozen=True):
    """Arguments of contact.change@1: whose, which field, what the person saw there and what it is now."""

    id: UUID
    thread: UUID
    field: Field
    was: Value | None
    now: Value | None


class TakeUpContact(Wire, frozen=True):
    """Arguments of contact.take_up@1: the change that the system of record has been given."""

    change: UUID
