"""What a browser says about its push subscription, and what it is told."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from backend.wire import Wire

Endpoint = Annotated[str, msgspec.Meta(min_length=1, max_length=2048)]
Point = Annotated[str, msgspec.Meta(min_length=80, max_length=100)]
Auth = Annotated[str, msgspec.Meta(min_length=20, max_length=30)]
Renewal = Annotated[str, msgspec.Meta(min_length=20, max_length=100)]
AgentClass = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9_-]{0,32}$")]


class Language(StrEnum):
    """The language of the sentence on the lock screen."""

    EN = "en"
    ES = "es"


class DeviceState(StrEnum):
    """What we know of a device's subscription; whether the browser still holds it, only the browser knows."""

    NONE = "none"  # we know of none
    ACTIVE = "active"  # we send to it
    NEEDS_RESUBSCRIBE = "needs_resubscribe"  # made with a key we no longer use: subscribe again
    GONE = "gone"  # it ended: the browser unsubscribed, or somebody signed out
    DISABLED = "disabled"  # its push service refused everything for days: subscribe again


class PushKey(Wire, frozen=True):
    """The key to subscribe with: ``applicationServerKey`` in base64url, and the name to send back with it."""

    id: UUID
    key: str


class Subscribe(Wire, frozen=True):
    """A subscription as the browser made it. ``agent_class`` is a coarse word like ``chromium``; it decides nothing."""

    endpoint: Endpoint
    p256dh: Point
    auth: Auth
    key_id: UUID
    device: UUID
    locale: Language = Language.EN
    agent_class: AgentClass = ""


class Subscribed(Wire, frozen=True):
    """What became of it. ``renew`` lets the service worker replace this subscription later, and nothing else."""

    state: DeviceState
    renew: str


class Unsubscribe(Wire, frozen=True):
    """The subscription to forget."""

    endpoint: Endpoint


class Renew(Wire, frozen=True):
    """The browser changed the subscription by itself, when perhaps nobody was signed in."""

    renew: Renewal
    endpoint: Endpoint
    p256dh: Point
    auth: Auth
    key_id: UUID


class SubscriptionState(Wire, frozen=True):
    """The state of one device's subscription."""

    state: DeviceState


NoticeKind = Literal[
    "test",
    "payment",
    "disbursement",
    "missed",
    "document",
    "message",
    "overdue",
    "oversight",
    "device",
    "deadline",
    "appointment",
    "reminder",
    "hearing",
    "hearing_reminder",
]


class Notice(Wire, frozen=True):
    """One thing that this person was told of, whether or not any lock screen showed it. Without a case it is of the person."""

    kind: NoticeKind
    case_id: UUID | None
    subject_id: UUID | None
    told_at: datetime
    opened_at: datetime | None


class OpenNotices(Wire, frozen=True):
    """Arguments of notice.open@1: the notices that the person has seen."""

    notices: Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=200)]


class GiveReach(Wire, frozen=True):
    """A number or an address to tell the person at. ``private``: nobody else reads it."""

    channel: Literal["text", "email"]
    address: Annotated[str, msgspec.Meta(min_length=3, max_length=254)]
    private: bool = False


class ConfirmReach(Wire, frozen=True):
    """The code that came there."""

    channel: Literal["text", "email"]
    code: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}$")]


class EndReach(Wire, frozen=True):
    """Nothing to this way any more."""

    channel: Literal["text", "email"]


class Reach(Wire, frozen=True):
    """One way besides web push. ``stopped``: the person ended it, in the app, by STOP or by one press in an e-mail."""

    channel: Literal["text", "email"]
    address: str
    private: bool
    verified: bool
    stopped: bool


class ReachList(Wire, frozen=True):
    """All ways of one person."""

    reach: list[Reach]
