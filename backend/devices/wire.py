"""What travels between an operator and us about devices. Nothing of a case, and nothing that was written."""

from datetime import datetime
from uuid import UUID

from backend.wire import Wire


class DeviceView(Wire, frozen=True):
    """One device as an operator sees it.

    `unsent` is what it told us it wrote and we do not have; `clock_ms` how far its clock is ahead; `digest_at` when it last
    confirmed that it holds exactly what it may.
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
    closed_at: datetime | None


class DevicesPage(Wire, frozen=True):
    """Devices, those seen last first; `after` is what to ask for the next ones with, none on the last page."""

    devices: list[DeviceView]
    after: UUID | None


class Revoking(Wire, frozen=True):
    """Take a device's access away; `wipe` has it forget what it holds at its next contact."""

    wipe: bool
