"""What travels about the court's docket."""

from typing import Literal

from backend.wire import Wire


class Hearing(Wire, frozen=True):
    """A hearing; `starts_local` is wall time in `time_zone` (IANA). How a party appears is for staff."""

    docket_number: str
    kind: str
    starts_local: str
    time_zone: str
    minutes: int
    court: str
    room: str | None
    address: str | None
    remote: bool
    status: Literal["set", "moved", "cancelled", "held"]
    appearance: str | None
