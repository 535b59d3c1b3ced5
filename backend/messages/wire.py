"""What travels about messages between one party of a case and its case team."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec

from backend.wire import Wire

BODY_MAX = 4000
Body = Annotated[str, msgspec.Meta(min_length=1, max_length=BODY_MAX, pattern=r"^\s*[^\s\x00][^\x00]*$")]


class Message(Wire, frozen=True):
    """`thread` is the party's participant id; which worker wrote (`author_name`) is for staff."""

    thread: UUID
    from_party: bool
    body: str
    receipt: str
    written_at: datetime | None
    received_at: datetime
    answer_due_on: date | None
    answered_at: datetime | None
    author_name: str


class SendMessage(Wire, frozen=True):
    """Arguments of message.send@1: the message's own id, whose thread, and what is said."""

    id: UUID
    thread: UUID
    body: Body


class ReadMark(Wire, frozen=True):
    """How far the account has read a conversation; nobody else holds it."""

    thread: UUID
    read_at: datetime


class ReadMessages(Wire, frozen=True):
    """Arguments of message.read@1: whose thread, and when the last message that was seen had come."""

    thread: UUID
    read_at: datetime
