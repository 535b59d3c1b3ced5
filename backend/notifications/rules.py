"""Whom an entry of the journal concerns, how long that is news, and what an outcome makes of a delivery."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Protocol
from uuid import UUID

import msgspec

from push.notification import Outcome, Result, Urgency

PARENTS: Final = 1  # audience bits, as the registry declares them: both parents of a case
RECEIVING: Final = 2  # the parent who receives support
PAYING: Final = 4  # the parent who pays it
STAFF: Final = 8  # who works the case now

SEVERAL: Final = "updates"
CREDENTIALS_WAIT: Final = timedelta(minutes=10)
MAX_FAILS: Final = 5


class Kind(StrEnum):
    """What a notice is about; the phone's lock screen never says it. In order of weight: the last speaks for several."""

    TEST = "test"  # the person asked for it
    PAYMENT = "payment"  # a payment was posted
    DISBURSEMENT = "disbursement"  # money can be used
    MESSAGE = "message"  # somebody wrote
    DOCUMENT = "document"  # checked and to be read, accepted, sent back
    APPOINTMENT = "appointment"  # the agency's: asked for, agreed, moved or called off
    HEARING = "hearing"  # a court date was set, moved or cancelled


class Manner(msgspec.Struct, frozen=True):
    """How a kind is sent, how long it stays news, and which later entries about the same subject end it."""

    urgency: Urgency
    lasts: timedelta
    ended_by: tuple[str, ...] = ()


MANNERS: Final[Mapping[Kind, Manner]] = {
    Kind.TEST: Manner(Urgency.HIGH, timedelta(minutes=10)),
    Kind.PAYMENT: Manner(Urgency.NORMAL, timedelta(hours=24), ("payment.reversed",)),
    Kind.DISBURSEMENT: Manner(Urgency.NORMAL, timedelta(hours=24), ("disbursement.held", "disbursement.returned")),
    Kind.MESSAGE: Manner(Urgency.NORMAL, timedelta(hours=48)),
    Kind.DOCUMENT: Manner(Urgency.NORMAL, timedelta(days=7), ("document.accepted", "document.sent_back")),
    Kind.APPOINTMENT: Manner(
        Urgency.HIGH,
        timedelta(days=7),
        (
            *("appointment.requested", "appointment.confirmed", "appointment.moved", "appointment.cancelled"),
            *("appointment.missed", "appointment.held"),
        ),
    ),
    Kind.HEARING: Manner(Urgency.HIGH, timedelta(days=7), ("hearing.set", "hearing.moved", "hearing.cancelled", "hearing.held")),
}
CONCERNS: Final[Mapping[str, tuple[Kind, int]]] = {
    "payment.posted": (Kind.PAYMENT, RECEIVING | PAYING),
    "disbursement.available": (Kind.DISBURSEMENT, RECEIVING),
    "hearing.set": (Kind.HEARING, PARENTS),
    "hearing.moved": (Kind.HEARING, PARENTS),
    "hearing.cancelled": (Kind.HEARING, PARENTS),
}
MESSAGE_SENT: Final = "message.sent"
BETWEEN: Final[Mapping[str, Kind]] = {  # between one party and its case team: what the one does concerns the other
    MESSAGE_SENT: Kind.MESSAGE,
    "appointment.requested": Kind.APPOINTMENT,
    "appointment.confirmed": Kind.APPOINTMENT,
    "appointment.moved": Kind.APPOINTMENT,
    "appointment.cancelled": Kind.APPOINTMENT,
    "appointment.missed": Kind.APPOINTMENT,
    "document.ready": Kind.DOCUMENT,
    "document.unfit": Kind.DOCUMENT,
    "document.accepted": Kind.DOCUMENT,
    "document.sent_back": Kind.DOCUMENT,
}
WEIGHT: Final = {kind: weight for weight, kind in enumerate(Kind)}


class Happened(Protocol):
    """What these rules read of a journal entry."""

    @property
    def verb(self) -> str: ...
    @property
    def actor_id(self) -> UUID | None: ...
    @property
    def case_id(self) -> UUID | None: ...
    @property
    def subject_id(self) -> UUID | None: ...
    @property
    def batch_id(self) -> UUID | None: ...
    @property
    def detail(self) -> Mapping[str, Any]: ...


class Recipients(msgspec.Struct, frozen=True):
    """Who may hold which case, and with which audience bits; and the private bit of each thread's party."""

    by_case: Mapping[UUID, Sequence[tuple[UUID, int]]]
    party_bits: Mapping[UUID, int]


class NewNotice(msgspec.Struct, frozen=True, kw_only=True):
    """A notice to be written down."""

    account_id: UUID
    event_key: str
    kind: Kind
    case_id: UUID | None
    subject_id: UUID | None
    collapse_key: str
    expires_at: datetime


class Delivered(msgspec.Struct, frozen=True):
    """What one try makes of a delivery: its state, and when the next try is due."""

    state: str
    next_at: datetime | None = None


def is_news(entry: Happened) -> bool:
    """Whether anybody may have to be told."""
    return entry.case_id is not None and (entry.verb in CONCERNS or entry.verb in BETWEEN)


def notices_for(entries: Iterable[Happened], recipients: Recipients, now: datetime) -> list[NewNotice]:
    """One notice for each account and event, or for each account and batch. Nobody is told of their own act."""
    made: dict[tuple[str, UUID], NewNotice] = {}
    for entry in entries:
        concern = _concern(entry, recipients)
        if concern is None or entry.case_id is None:
            continue
        kind, audience = concern
        expires_at = _expiry(kind, entry, now)
        if expires_at <= now:
            continue
        for account_id, mask in recipients.by_case.get(entry.case_id, ()):
            if mask & audience and account_id != entry.actor_id:
                notice = NewNotice(
                    account_id=account_id,
                    event_key=_event_key(entry, now),
                    kind=kind,
                    case_id=entry.case_id,
                    subject_id=entry.subject_id,
                    collapse_key=_collapse_key(kind, entry),
                    expires_at=expires_at,
                )
                place = (notice.event_key, account_id)
                made[place] = _together(made[place], notice) if place in made else notice
    return list(made.values())


def after(outcome: Outcome, now: datetime, expires_at: datetime) -> Delivered:
    """Never a try past the moment when the news is old."""
    if outcome.result is Result.SENT:
        return Delivered("sent")
    if outcome.result is Result.GONE:
        return Delivered("gone")
    if outcome.result in (Result.DEAD, Result.NEEDS_RESUBSCRIBE):
        return Delivered("dead")
    wait = CREDENTIALS_WAIT if outcome.after_s is None else timedelta(seconds=outcome.after_s)
    next_at = now + wait
    return Delivered("expired") if next_at >= expires_at else Delivered("queued", next_at)


def notice_state(deliveries: Sequence[Delivered]) -> Delivered:
    """What its deliveries make of a notice: sent when any reached a push service; suppressed when there was nobody."""
    waiting = [each.next_at for each in deliveries if each.state == "queued" and each.next_at is not None]
    if waiting:
        return Delivered("queued", min(waiting))
    states = {each.state for each in deliveries}
    return Delivered(next((state for state in ("sent", "expired", "dead") if state in states), "suppressed"))


def subscription_event(outcomes: Sequence[Outcome]) -> tuple[str, str]:
    """What a subscription's tries of one round say of it: the weightiest event, and its reason as a code."""
    events = [(_event(outcome), outcome.reason) for outcome in outcomes]
    order = ("gone", "needs_resubscribe", "ok", "fail", "trouble")
    return min(events, key=lambda event: order.index(event[0]))


def _event(outcome: Outcome) -> str:
    """A refused token or a slow service is never held against a subscription; a refused message is."""
    plain = {Result.SENT: "ok", Result.GONE: "gone", Result.NEEDS_RESUBSCRIBE: "needs_resubscribe"}
    if outcome.result is Result.DEAD and outcome.status is not None and 400 <= outcome.status < 500:
        return "fail"
    return plain.get(outcome.result, "trouble")


def _concern(entry: Happened, recipients: Recipients) -> tuple[Kind, int] | None:
    """What a party does concerns who works the case; what the team does concerns that party alone."""
    kind = BETWEEN.get(entry.verb)
    if kind is None:
        return CONCERNS.get(entry.verb)
    if entry.detail.get("from_party"):
        return kind, STAFF
    return kind, recipients.party_bits.get(thread_of(entry) or UUID(int=0), 0)


def thread_of(entry: Happened) -> UUID | None:
    """The party whose message or appointment it is; none for every other entry."""
    thread = entry.detail.get("thread") if entry.verb in BETWEEN else None
    return UUID(str(thread)) if thread else None


def _expiry(kind: Kind, entry: Happened, now: datetime) -> datetime:
    """A court date is news until it begins (``detail["until"]``, an instant), at most seven days."""
    expires_at = now + MANNERS[kind].lasts
    until = entry.detail.get("until")
    return min(expires_at, datetime.fromisoformat(str(until))) if until else expires_at


def _event_key(entry: Happened, now: datetime) -> str:
    if entry.batch_id is not None:
        return f"batch:{entry.batch_id}"
    if entry.verb == MESSAGE_SENT:
        return f"{entry.verb}:{entry.subject_id}"
    return f"{entry.verb}:{entry.subject_id}:{now.isoformat()}"


def _collapse_key(kind: Kind, entry: Happened) -> str:
    of_one = (Kind.HEARING, Kind.APPOINTMENT, Kind.DOCUMENT)
    what = entry.subject_id if kind in of_one else thread_of(entry) if kind is Kind.MESSAGE else None
    return f"{kind}:{what}" if what else kind.value


def _together(one: NewNotice, other: NewNotice) -> NewNotice:
    """Two changes for one person in one batch: the weightier kind speaks, and unless both are of one thing, for neither."""
    heavy = max(one, other, key=lambda notice: WEIGHT[notice.kind])
    expires_at = max(one.expires_at, other.expires_at)
    if (one.kind, one.subject_id) == (other.kind, other.subject_id):
        return msgspec.structs.replace(heavy, expires_at=expires_at)
    return msgspec.structs.replace(heavy, case_id=None, subject_id=None, collapse_key=SEVERAL, expires_at=expires_at)
