"""What travels between a device and POST /v1/sync."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

MUTATIONS_MAX = 50
WANT_MAX = 256
FIRST_MAX = 64  # scopes of a first answer, so that the first cases are there at once
SUMS_MAX = 64
BODY_MAX_BYTES = 256 * 1024


class Mutation(msgspec.Struct, frozen=True, kw_only=True):
    """One change that a person made on a device: the n-th of that device, in order, never renumbered."""

    n: int
    id: UUID
    at: datetime
    name: str
    v: int
    scope: UUID | None
    args: msgspec.Raw
    after: UUID | None = None


class SyncRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`rid` is a nonce that the answer repeats; `clock` is the device's own milliseconds and decides nothing.

    `app` is the version of the app, for operators. `sums` are checksums of scopes held fresh, a few once a day.
    `lease` asks for a signed lease.
    """

    rid: str
    device: UUID
    schema: int
    clock: int
    cursor: str | None
    have: str | None
    want: list[UUID]
    next_n: int
    push: list[Mutation]
    app: Annotated[str, msgspec.Meta(max_length=40)] = ""
    sums: list[tuple[UUID, str]] = []
    lease: bool = False


Outcome = Literal["ok", "refused", "parked"]


class Say(msgspec.Struct, frozen=True, kw_only=True):
    """What a person is told of a refusal: a phrase's key in the catalogue of words, and what goes into it."""

    key: str
    args: dict[str, Any] = {}


class Done(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of the n-th mutation, as stored in the transaction of its effect."""

    n: int
    outcome: Outcome
    at: datetime
    code: str | None = None
    say: Say | None = None


Row = tuple[int, int, UUID, int, msgspec.Raw]
Delta = tuple[UUID, int, int, UUID, int, msgspec.Raw | None]


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that this device may hold, each scope with its mask. What is absent must go."""

    digest: str
    scopes: list[tuple[UUID, int]]


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """A whole scope, to replace what the device holds of it. Rows are (audience, kind, id, rev, body), in JSON already."""

    scope: UUID
    rows: msgspec.Raw
    sum: str


class Lost(msgspec.Struct, frozen=True, kw_only=True):
    """These numbers were given to changes that never reached us: written before `since`, and gone from the device."""

    from_: int = msgspec.field(name="from")
    to: int
    since: datetime


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a push where no pull was given (426, 503)."""

    done: list[Done]
    last_n: int


class SyncResponse(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`now` and `lease_until` are milliseconds since the epoch; `poll_s` is how long to wait before asking again.

    What is absent is empty; an absent cursor means: keep the one you have. `lease` is `<payload>.<signature>`, base64url.
    """

    rid: str
    now: int
    last_n: int
    lease_until: int
    poll_s: int
    cursor: str | None = None
    done: list[Done] = []
    load: list[Load] = []
    rows: list[Delta] = []
    stale: list[UUID] = []
    more: bool = False
    expect: int | None = None
    manifest: Manifest | None = None
    reset: str | None = None
    lost: Lost | None = None
    lease: str | None = None
