"""What travels about devices: to operators, to their owners, and what a vault needs. Nothing of a case, but sealed."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from backend.wire import Wire
from sync.wire import MUTATIONS_MAX, Done

Binary = Annotated[str, msgspec.Meta(max_length=200)]  # base64url without padding
WipeState = Literal["none", "pending", "acknowledged"]
KIND_MAX = 80


class NewDevice(Wire, frozen=True):
    """What kind of device it says it is, believed for nothing; and the public half of the key that it proves itself by."""

    kind: Annotated[str, msgspec.Meta(max_length=KIND_MAX)] = ""
    key: Binary | None = None


class DeviceView(Wire, frozen=True):
    """One device as an operator sees it.

    `unsent` is what it told us it wrote and we do not have; `clock_ms` how far its clock is ahead; `digest_at` when it last
    confirmed that it holds exactly what it may; `told_at` when it was last told that it is revoked, none: never seen since.
    """

    id: UUID
    kind: str
    person: str
    role: str
    seen_at: datetime
    lease_until: datetime
    unsent: int
    refused: int
    parked: int
    clock_ms: int
    app_version: str
    schema: int
    digest_at: datetime | None
    revoked_at: datetime | None
    wipe: bool
    wipe_state: WipeState
    told_at: datetime | None
    wiped_at: datetime | None
    quarantined: int
    closed_at: datetime | None


class DevicesPage(Wire, frozen=True):
    """Devices, those seen last first; `after` is what to ask for the next ones with, none on the last page."""

    devices: list[DeviceView]
    after: UUID | None


class Revoking(Wire, frozen=True):
    """Take a device's access away; `wipe` has it forget what it holds at its next contact."""

    wipe: bool


class Revoked(Wire, frozen=True):
    """How many devices lost their access by this."""

    devices: int


class OwnDevice(Wire, frozen=True):
    """One of the signed-in person's devices; `this` is the one that asks."""

    id: UUID
    kind: str
    name: str
    seen_at: datetime
    unsent: int
    lease_until: datetime
    revoked_at: datetime | None
    wipe_state: WipeState
    told_at: datetime | None
    wiped_at: datetime | None
    this: bool


class OwnDevices(Wire, frozen=True):
    """A person's devices, those seen last first."""

    devices: list[OwnDevice]


class RevokingOthers(Wire, frozen=True):
    """Take the access of all of one's devices away but of this one."""

    wipe: bool
    this: UUID | None = None


class Naming(Wire, frozen=True):
    """What its owner calls a device."""

    name: Annotated[str, msgspec.Meta(max_length=KIND_MAX)]


class PublicKey(Wire, frozen=True):
    """The public half of one of our keys: its name and its point."""

    id: str
    key: str


class VaultKeys(Wire, frozen=True):
    """The key to seal the outbox for, and every key that signs leases and orders, the current one first."""

    seal: PublicKey
    lease: list[PublicKey]


class Checked(Wire, frozen=True):
    """A device and what it derived from the PIN that was typed."""

    device: UUID
    check: Binary


class OfDevice(Wire, frozen=True):
    """A device."""

    device: UUID


class MadeShare(Wire, frozen=True):
    """A new share and how many wrong PINs it bears."""

    share: str
    tries: int


class Shares(Wire, frozen=True):
    """The shares that a PIN was right for: the current one, and the next where there is one."""

    shares: list[str]


class SealedBox(Wire, frozen=True):
    """A change that only we can read: for which of our keys, the device's fresh key, the nonce, and the box itself."""

    key: Binary
    eph: Binary
    iv: Binary
    box: Annotated[str, msgspec.Meta(max_length=400_000)]


class SealedItem(Wire, frozen=True):
    """The n-th change of a device, sealed."""

    n: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
    id: UUID
    sealed: SealedBox


class HandOver(Wire, frozen=True):
    """What a device wrote and could not send, in order."""

    device: UUID
    items: Annotated[list[SealedItem], msgspec.Meta(max_length=MUTATIONS_MAX)]


class HandedOver(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of it: `done` and `last_n` as of a push, or which were `kept` for a person to look at.

    `unreadable` are those that could not be opened, `expect` says where a gap is.
    """

    done: list[Done] | None = None
    last_n: int | None = None
    expect: int | None = None
    kept: list[int] | None = None
    unreadable: list[int] = []


class KeptItem(Wire, frozen=True):
    """A change that waits in quarantine, without its content. `scope` is its case, or its author's account."""

    id: UUID
    device: UUID
    person: str
    n: int
    name: str
    scope: UUID | None
    kept_at: datetime


class KeptItems(Wire, frozen=True):
    """What waits, the oldest first; `after` is what to ask for the next ones with, none on the last page."""

    items: list[KeptItem]
    after: UUID | None


class KeptContent(Wire, frozen=True):
    """What somebody wrote on a device that is no longer trusted, as it would have been sent."""

    item: KeptItem
    content: msgspec.Raw


class Decided(Wire, frozen=True):
    """What became of a released change: as every outcome of a change."""

    outcome: str
    code: str | None


class OfPerson(Wire, frozen=True):
    """A person, by the system of record's number."""

    person: Annotated[str, msgspec.Meta(max_length=40)]


class Exposed(Wire, frozen=True):
    """That somebody's device held a case of the person: from when, until when (none: still), and which columns of which nouns.

    Without a device: that somebody read it online at that moment, by a permit.
    """

    account_id: UUID
    person: str
    role: str
    device: UUID | None
    kind: str
    name: str
    case_id: UUID
    case_number: str
    part: str
    from_at: datetime
    until_at: datetime | None
    revoked_at: datetime | None
    what: dict[str, list[str]]


class Exposure(Wire, frozen=True):
    """What of a person was ever visible to whom, the earliest first; not `complete` when there was more than fits."""

    exposed: list[Exposed]
    complete: bool
