"""Whom an entry of the journal concerns, how urgent that is, and how long it is news."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any, Final, Protocol
from uuid import UUID

import msgspec

from backend.notifications.timing import NIGHT, SOON, Quiet, release_at
from push.notification import Kind as Shown
from push.notification import Urgency

PARENTS: Final = 1  # audience bits, as the registry declares them: both parents of a case
RECEIVING: Final = 2  # the parent who receives support
PAYING: Final = 4  # the parent who pays it
STAFF: Final = 8  # who works the case now

SEVERAL: Final = "updates"
_SHORTEST: Final = timedelta(hours=12)  # what was held back for the morning is news that long at least


class Kind(StrEnum):
    """What a notice is about; unless the person asked for it, the lock screen never says it. In order of weight: the last
    of several speaks for them."""

    TEST = "test"  # the person asked for it
    PAYMENT = "payment"  # a payment was posted
    DISBURSEMENT = "disbursement"  # money is on its way, can be used, or is held
    MISSED = "missed"  # a payment that was expected has not come
    DOCUMENT = "document"  # a paper was asked for, checked and to be read, accepted, sent back
    MESSAGE = "message"  # somebody wrote
    OVERDUE = "overdue"  # a message waits for its answer longer than was promised
    OVERSIGHT = "oversight"  # a supervisor has to look: a colleague's case was opened, a mark is to be taken back, much was read
    DEVICE = "device"  # a phone of one's own was added or shut out
    DEADLINE = "deadline"  # a day by which something has to be done is near
    APPOINTMENT = "appointment"  # the agency's: offered, asked for, agreed, moved, missed or called off
    REMINDER = "reminder"  # of an appointment
    HEARING = "hearing"  # a court date was set, moved or cancelled
    HEARING_REMINDER = "hearing_reminder"


class Manner(msgspec.Struct, frozen=True):
    """How a kind is sent, how long it stays news, and which later entries about the same subject end it.

    ``shown`` is the most that a lock screen may ever say of it, and only to a person who asked for that.
    """

    urgency: Urgency
    lasts: timedelta
    ended_by: tuple[str, ...] = ()
    shown: Shown = Shown.UPDATE


_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(days=7)
_HEARING: Final = ("hearing.set", "hearing.moved", "hearing.cancelled", "hearing.held")
_APPOINTMENT: Final = tuple(f"appointment.{verb}" for verb in ("offered", "requested", "confirmed", "moved", "cancelled", "missed"))

MANNERS: Final[Mapping[Kind, Manner]] = {
    Kind.TEST: Manner(Urgency.HIGH, timedelta(minutes=10)),
    Kind.PAYMENT: Manner(Urgency.NORMAL, _DAY, ("payment.reversed",), Shown.MONEY),
    Kind.DISBURSEMENT: Manner(
        Urgency.NORMAL, _DAY, ("disbursement.sent", "disbursement.available", "disbursement.held", "disbursement.returned"), Shown.MONEY
    ),
    Kind.MISSED: Manner(Urgency.NORMAL, _WEEK, (), Shown.MONEY),
    Kind.DOCUMENT: Manner(Urgency.NORMAL, _WEEK, ("document.accepted", "document.sent_back", "document.ask_cancelled"), Shown.DOCUMENT),
    Kind.MESSAGE: Manner(Urgency.NORMAL, 2 * _DAY, (), Shown.MESSAGE),
    Kind.OVERDUE: Manner(Urgency.NORMAL, 2 * _DAY, (), Shown.MESSAGE),
    Kind.OVERSIGHT: Manner(Urgency.NORMAL, _WEEK),
    Kind.DEVICE: Manner(Urgency.HIGH, _WEEK, (), Shown.DEVICE),
    Kind.DEADLINE: Manner(Urgency.NORMAL, _WEEK, (), Shown.DATE),
    Kind.APPOINTMENT: Manner(Urgency.HIGH, _WEEK, (*_APPOINTMENT, "appointment.held"), Shown.DATE),
    Kind.REMINDER: Manner(Urgency.HIGH, _WEEK, (), Shown.DATE),
    Kind.HEARING: Manner(Urgency.HIGH, _WEEK, _HEARING, Shown.DATE),
    Kind.HEARING_REMINDER: Manner(Urgency.HIGH, _WEEK, (), Shown.DATE),
}
CONCERNS: Final[Mapping[str, tuple[Kind, int]]] = {
    "payment.posted": (Kind.PAYMENT, RECEIVING | PAYING),
    "payment.missed": (Kind.MISSED, PARENTS | STAFF),
    "disbursement.sent": (Kind.DISBURSEMENT, RECEIVING),
    "disbursement.available": (Kind.DISBURSEMENT, RECEIVING),
    "disbursement.held": (Kind.DISBURSEMENT, RECEIVING),
    "document.asked": (Kind.DOCUMENT, PARENTS),  # by the state's files: the case waits for papers, by a day
    "hearing.set": (Kind.HEARING, PARENTS),
    "hearing.moved": (Kind.HEARING, PARENTS),
    "hearing.cancelled": (Kind.HEARING, PARENTS),
}
MESSAGE_SENT: Final = "message.sent"
BETWEEN: Final[Mapping[str, Kind]] = {  # between one party and its case team: what the one does concerns the other
    MESSAGE_SENT: Kind.MESSAGE,
    **dict.fromkeys(_APPOINTMENT, Kind.APPOINTMENT),
    "document.asked": Kind.DOCUMENT,  # by the team, of this party alone
    "document.ask_cancelled": Kind.DOCUMENT,
    "document.ready": Kind.DOCUMENT,
    "document.unfit": Kind.DOCUMENT,
    "document.accepted": Kind.DOCUMENT,
    "document.sent_back": Kind.DOCUMENT,
}
SELF: Final[Mapping[str, Kind]] = {  # of the account in detail["account"], whoever did it; else of who did it
    "device.enrolled": Kind.DEVICE,
    "device.revoked": Kind.DEVICE,
    "passkey.added": Kind.DEVICE,
    "phone_line.opened": Kind.DEVICE,
    "reach.confirmed": Kind.DEVICE,  # it may be somebody's who had the phone in hand for a moment
    "phone_line.shut": Kind.DEVICE,
    "recovery.asked": Kind.DEVICE,
    "recovery.completed": Kind.DEVICE,
    "account.claimed_again": Kind.DEVICE,
}
UNIT: Final = ("permit.given", "reading.unusual", "safety.clearing_asked")  # to the accounts in detail["tell"]
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
    """Who may hold which case, and with which audience bits; the private bit of each thread's party; each account's zone.

    ``quiet`` has the quiet hours of those who chose their own.
    """

    by_case: Mapping[UUID, Sequence[tuple[UUID, int]]]
    party_bits: Mapping[UUID, int]
    zones: Mapping[UUID, str] = {}
    quiet: Mapping[UUID, Quiet] = {}


class NewNotice(msgspec.Struct, frozen=True, kw_only=True):
    """A notice to be written down. ``speaks_of`` is the instant that a reminder reminds of."""

    account_id: UUID
    event_key: str
    kind: Kind
    case_id: UUID | None
    subject_id: UUID | None
    collapse_key: str
    not_before: datetime
    expires_at: datetime
    speaks_of: datetime | None = None


def is_news(entry: Happened) -> bool:
    """Whether anybody may have to be told."""
    if entry.verb in SELF:
        return _self(entry) is not None
    if entry.verb in UNIT:
        return bool(entry.detail.get("tell"))
    return entry.case_id is not None and (entry.verb in CONCERNS or entry.verb in BETWEEN)


def notices_for(entries: Sequence[Happened], recipients: Recipients, now: datetime, size: int = 0) -> list[NewNotice]:
    """One notice for each account and event. Nobody is told of their own act, but for what happens to their own devices.

    ``size``: of how many entries the whole load is, where these are a part of it.
    """
    made: dict[tuple[str, UUID], NewNotice] = {}
    turn = _turns(recipients, now, size or len(entries))
    for entry in entries:
        told = _told(entry, recipients)
        if told is None:
            continue
        kind, accounts = told
        expires_at = _expiry(kind, entry, now)
        if expires_at <= now:
            continue
        event_key, collapse_key = _event_key(entry, now), _collapse_key(kind, entry)
        case_id = None if entry.verb in UNIT else entry.case_id  # a supervisor answers for a case without holding it
        for account_id in accounts:
            begins, ends = _window(entry, account_id, (now, expires_at), turn)
            made[event_key, account_id] = NewNotice(
                account_id=account_id,
                event_key=event_key,
                kind=kind,
                case_id=case_id,
                subject_id=entry.subject_id,
                collapse_key=collapse_key,
                not_before=begins,
                expires_at=ends,
            )
    return list(made.values())


def _turns(recipients: Recipients, now: datetime, size: int) -> Callable[[UUID], datetime]:
    """When each person's turn is within a load of this size; reckoned once for each."""

    @cache
    def turn(account_id: UUID) -> datetime:
        zone, quiet = recipients.zones.get(account_id, "UTC"), recipients.quiet.get(account_id, NIGHT)
        return release_at(now, zone, str(account_id), size, quiet)

    return turn


def _window(
    entry: Happened, account_id: UUID, span: tuple[datetime, datetime], turn: Callable[[UUID], datetime]
) -> tuple[datetime, datetime]:
    """What a load brings is told in turn and after the night, unless it is of the next hours."""
    now, expires_at = span
    dated = bool(entry.detail.get("until"))
    if entry.batch_id is None or (dated and expires_at - now <= SOON):
        return span
    not_before = turn(account_id)
    return not_before, expires_at if dated else max(expires_at, not_before + _SHORTEST)


def _told(entry: Happened, recipients: Recipients) -> tuple[Kind, list[UUID]] | None:
    """What it is to those whom it concerns, and who they are."""
    if entry.verb in SELF:
        account_id = _self(entry)
        return (SELF[entry.verb], [account_id]) if account_id else None
    if entry.verb in UNIT:
        told = {UUID(str(account)) for account in entry.detail.get("tell", ())}
        return Kind.OVERSIGHT, sorted(told - {entry.actor_id})
    concern = _concern(entry, recipients)
    if concern is None or entry.case_id is None:
        return None
    kind, audience = concern
    holders = recipients.by_case.get(entry.case_id, ())
    return kind, [account_id for account_id, mask in holders if mask & audience and account_id != entry.actor_id]


def _self(entry: Happened) -> UUID | None:
    account = entry.detail.get("account")
    return UUID(str(account)) if account else entry.actor_id


def _concern(entry: Happened, recipients: Recipients) -> tuple[Kind, int] | None:
    """What a party does concerns who works the case; what the team does concerns that party alone, and nobody where none is named.

    What a load brings concerns the case.
    """
    kind = BETWEEN.get(entry.verb)
    if kind is None or entry.batch_id is not None:
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
    if entry.verb == MESSAGE_SENT:
        return f"{entry.verb}:{entry.subject_id}"
    return f"{entry.verb}:{entry.subject_id}:{entry.batch_id or now.isoformat()}"


def _collapse_key(kind: Kind, entry: Happened) -> str:
    of_one = (Kind.HEARING, Kind.APPOINTMENT, Kind.DOCUMENT)
    what = entry.subject_id if kind in of_one else thread_of(entry) if kind is Kind.MESSAGE else None
    return f"{kind}:{what}" if what else kind.value


def is_urgent(kind: Kind, left: timedelta) -> bool:
    """What passes quiet hours and digests: what the person asked for now, and a changed date of the next day."""
    return kind is Kind.TEST or (kind in (Kind.HEARING, Kind.APPOINTMENT) and left <= SOON)
