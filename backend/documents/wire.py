"""What travels about documents between one party of a case and its case team. The files themselves travel apart."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from backend.wire import Wire

FILES_MAX = 10

DocumentKind = Literal["pay", "job", "costs", "paid", "court", "identity", "birth", "other"]
DocumentState = Literal["offered", "arriving", "held", "ready", "unfit", "accepted", "sent_back", "withdrawn"]
BackReason = Literal["unreadable", "incomplete", "wrong_paper", "too_old", "not_needed", "other"]
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
Bytes = Annotated[int, Meta(ge=1, le=2**31 - 1)]
Pages = Annotated[int, Meta(ge=1, le=9999)]
MediaType = Annotated[str, Meta(pattern=r"^[a-z]+/[a-z0-9.+-]{1,80}$")]
Words = Annotated[str, Meta(min_length=1, max_length=1000, pattern=r"^\s*[^\s\x00][^\x00]*$")]


class DocumentRequest(Wire, frozen=True):
    """A paper that the case team asks one party for: what, why, by which day. Who asked is for staff.

    How far it is follows from the documents that name it: nothing sent, on its way, accepted, sent back.
    """

    thread: UUID
    kind: DocumentKind
    why: str
    by_on: date
    state: Literal["open", "cancelled"]
    asked_at: datetime
    asked_by: str


class Document(Wire, frozen=True):
    """A document on its way to the case team, `request` being what it answers, if anything.

    `arrived` of `files` are here; who decided and what the scan said is for staff.
    """

    thread: UUID
    kind: DocumentKind
    note: str | None
    files: int
    bytes: int
    pages: int
    arrived: int
    state: DocumentState
    reason: str | None
    said: str | None
    received_at: datetime
    decided_at: datetime | None
    request: UUID | None
    scan: Literal["clean", "not_scanned"] | None
    decided_by: str | None


class OfferedFile(Wire, frozen=True):
    """What a file will be when it has come: its SHA-256 in hex, its size in bytes, its media type, its pages."""

    sha256: Digest
    bytes: Bytes
    media_type: MediaType
    pages: Pages = 1


class OfferDocument(Wire, frozen=True):
    """Arguments of document.offer@1: its own id, whose it is, what it is, and the files that will follow, in order.

    `request`: what it answers.
    """

    id: UUID
    thread: UUID
    kind: DocumentKind
    files: Annotated[list[OfferedFile], Meta(min_length=1, max_length=FILES_MAX)]
    note: Words | None = None
    request: UUID | None = None


class AskDocument(Wire, frozen=True):
    """Arguments of document.ask@1: its own id, who is asked, for what, by which day, and why, in plain words."""

    id: UUID
    thread: UUID
    kind: DocumentKind
    by_on: date
    why: Words


class CancelAsk(Wire, frozen=True):
    """Arguments of document.cancel_ask@1: which request is not needed any more."""

    request: UUID


class WithdrawDocument(Wire, frozen=True):
    """Arguments of document.withdraw@1: which document its sender takes back before it was looked at."""

    document: UUID


class AcceptDocument(Wire, frozen=True):
    """Arguments of document.accept@1: which."""

    document: UUID


class SendBackDocument(Wire, frozen=True):
    """Arguments of document.send_back@1: which, why, and what else there is to say."""

    document: UUID
    reason: BackReason
    said: Words | None = None


class Ticket(Wire, frozen=True):
    """Where a file can be fetched, once and soon."""

    href: str
    media_type: str
    bytes: int
