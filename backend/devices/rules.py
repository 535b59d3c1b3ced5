"""What is true of devices: how long one may be used without contact, how soon it should ask again, what it lost."""

from datetime import datetime, timedelta
from zlib import crc32

from backend.access import Role
from backend.devices.wire import WipeState
from sync.wire import Lost

POLL_S, POLL_SPREAD_S = 60, 6
BUSY_S = 10
LEASE = {Role.PARENT: timedelta(days=7)}
STAFF_LEASE = timedelta(hours=72)
SEEN_EVERY = timedelta(minutes=5)
CLOCK_NOTED_MS = 60_000
CLOCK_MAX_MS = 100 * 366 * 86_400_000


def lease_until(role: Role, now: datetime) -> datetime:
    """The instant until which a device may show what it holds without having spoken to us."""
    return now + LEASE.get(role, STAFF_LEASE)


def poll_s(rid: str) -> int:
    """How long to wait before asking again: by chance, but the same for the same request, so that answers stay comparable."""
    return POLL_S - POLL_SPREAD_S + crc32(rid.encode()) % (2 * POLL_SPREAD_S + 1)


def clock_ahead_ms(clock: int, now: datetime) -> int:
    """How far a device's clock is ahead of ours: shown to operators, and decides nothing."""
    return max(-CLOCK_MAX_MS, min(CLOCK_MAX_MS, clock - int(now.timestamp() * 1000)))


def lost(next_n: int, next_n_seen: int, last_n: int, since: datetime) -> Lost | None:
    """What a device gave numbers to, told us of by them, and no longer knows; none when all of it reached us."""
    first, last = max(next_n, last_n + 1), next_n_seen - 1
    return Lost(from_=first, to=last, since=since) if next_n < next_n_seen and first <= last else None


def wipe_state(ordered: bool, wiped_at: datetime | None) -> WipeState:
    """How far an order to forget has come; a device that was never heard of again stays pending."""
    if not ordered:
        return "none"
    return "pending" if wiped_at is None else "acknowledged"


def version_number(version: str) -> tuple[int, ...]:
    """A version as numbers that compare; what is no number counts as 0."""
    return tuple(int(part) if part.isdecimal() else 0 for part in version.split("."))
