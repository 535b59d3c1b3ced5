"""What is true of devices: how long one may be used without contact, and how soon it should ask again."""

from datetime import datetime, timedelta

from backend.access import Role

POLL_S = 60
LEASE = {Role.PARENT: timedelta(days=7)}
STAFF_LEASE = timedelta(hours=72)
SEEN_EVERY = timedelta(minutes=5)


def lease_until(role: Role, now: datetime) -> datetime:
    """The instant until which a device may show what it holds without having spoken to us."""
    return now + LEASE.get(role, STAFF_LEASE)
