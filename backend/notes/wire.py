"""What travels about the case team's notes."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from backend.wire import Wire

Body = Annotated[str, Meta(min_length=1, max_length=4000, pattern=r"^\s*[^\s\x00][^\x00]*$")]


class Note(Wire, frozen=True):
    """A note for staff alone. One that stands `beside` another keeps what was written while somebody else changed that one."""

    beside: UUID | None
    version: UUID
    author_name: str
    body: str
    written_at: datetime | None
    received_at: datetime
    edited_by: str | None
    edited_at: datetime | None


class AddNote(Wire, frozen=True):
    """Arguments of note.add@1: the note's own id, and what it says."""

    id: UUID
    body: Body


class EditNote(Wire, frozen=True):
    """Arguments of note.edit@1: a name for the new text, which note, and the name of the text that was changed."""

    id: UUID
    note: UUID
    base: UUID
    body: Body
