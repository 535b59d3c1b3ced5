"""What is carried, to whom, and what became of it: the only nouns of this engine."""

import re
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

MAX_TTL_S: Final = 28 * 86_400
MAX_BADGE: Final = 999

_ID: Final = re.compile(r"[A-Za-z0-9_-]{22}")
_HASH: Final = re.compile(r"[A-Za-z0-9_-]{32}")


class Kind(StrEnum):
    """Which sentence of the closed list is shown. A kind never tells what happened."""

    UPDATE = "update"  # something is new in the app; all the others only for a person who asked for them
    MONEY = "money"
    DATE = "date"
    MESSAGE = "message"
    DOCUMENT = "document"
    DEVICE = "device"


class Locale(StrEnum):
    """The language of the sentence."""

    EN = "en"
    ES = "es"


class Urgency(StrEnum):
    """RFC 8030's hint to a phone that saves its battery."""

    NORMAL = "normal"
    HIGH = "high"


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to show. ``id``, ``tag`` and ``topic`` are opaque: random or keyed hashes, refused in any other shape.

    ``tag`` replaces an older notification on the phone; ``topic`` replaces an undelivered message at the push service.
    """

    kind: Kind
    id: str
    tag: str
    topic: str
    urgency: Urgency
    ttl_s: int
    badge: int | None = None

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise ValueError("id must be 22 characters of the base64url alphabet")
        if not _HASH.fullmatch(self.tag) or not _HASH.fullmatch(self.topic):
            raise ValueError("tag and topic must be 32 characters of the base64url alphabet")
        if not 0 <= self.ttl_s <= MAX_TTL_S:
            raise ValueError("ttl_s is out of range")
        if self.badge is not None and not 0 <= self.badge <= MAX_BADGE:
            raise ValueError("badge is out of range")


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """One browser that asked to be told: where its push service listens and the keys only it can read with.

    ``label`` (part of a keyed hash) is the only name of it that may stand in a log.
    """

    id: UUID
    label: str
    endpoint: str
    p256dh: str
    auth: str
    key_id: UUID
    locale: Locale
    created_at: datetime


class Result(StrEnum):
    """What a push service's answer means for us."""

    SENT = "sent"  # accepted; not a promise that a phone showed it
    GONE = "gone"  # the browser unsubscribed: forget the subscription
    LATER = "later"  # nobody's fault: try this delivery again after a while
    THROTTLE = "throttle"  # we are too fast for this service: everything for it waits
    NEEDS_RESUBSCRIBE = "needs_resubscribe"  # made with another key than ours: the app must subscribe again
    CREDENTIALS = "credentials"  # our token was refused: stop for this service and look
    DEAD = "dead"  # our mistake: this delivery will never succeed, the subscription stays


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """The end of one try. ``after_s`` says when to try again; ``counted`` whether the try counts as an attempt."""

    result: Result
    reason: str
    status: int | None = None
    after_s: float | None = None
    ttl_s: int | None = None
    counted: bool = True
