"""What travels about appointments. Every `_local` is wall time (`YYYY-MM-DDTHH:MM`) where the agency is."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from backend.wire import Wire

Channel = Literal["phone", "video", "in_person"]
Topic = Literal["payments", "order", "documents", "hearing", "other"]
State = Literal["offered", "requested", "confirmed", "move_asked", "cancelled", "missed", "held"]
Local = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$")]
Note = Annotated[str, Meta(min_length=1, max_length=1000, pattern=r"^\s*[^\s\x00][^\x00]*$")]


class BookableHours(Wire, frozen=True):
    """When the agency sees people: weekday 1 is Monday, times are `HH:MM` of the agency's zone."""

    weekday: int
    from_local: str
    to_local: str
    minutes: int
    channel: Channel


class Appointment(Wire, frozen=True):
    """An appointment of one party with the case team; with whom (`worker_name`) is for staff."""

    thread: UUID
    starts_local: str
    asked_local: str | None
    asked_by: Literal["party", "team"] | None
    time_zone: str
    minutes: int
    channel: Channel
    topic: Topic
    note: str | None
    state: State
    requested_at: datetime
    worker_name: str


class RequestAppointment(Wire, frozen=True):
    """Arguments of appointment.request@1: its own id, for whom, when, how, about what."""

    id: UUID
    thread: UUID
    starts_local: Local
    channel: Channel
    topic: Topic
    note: Note | None = None


class OfferAppointment(RequestAppointment, frozen=True):
    """Arguments of appointment.offer@1: the same, from the team: whom it offers this time to."""


class AcceptAppointment(Wire, frozen=True):
    """Arguments of appointment.accept@1: which, and the time that is agreed to."""

    appointment: UUID
    starts_local: Local


class AskMove(Wire, frozen=True):
    """Arguments of appointment.ask_move@1: the time that stood when this was asked, and the one asked for."""

    appointment: UUID
    seen_local: Local
    starts_local: Local


class CancelAppointment(Wire, frozen=True):
    """Arguments of appointment.cancel@1: which, and the time that stood when it was called off."""

    appointment: UUID
    seen_local: Local


class NoteOutcome(Wire, frozen=True):
    """Arguments of appointment.outcome@1: which, the time that stood, and whether it took place."""

    appointment: UUID
    seen_local: Local
    outcome: Literal["held", "missed"]
