"""When a person is told: release windows, quiet hours and reminders, in that person's own wall time.

A wall time that a clock change skips is as far after the gap as it was into it; one that comes twice is the first.
"""

import hashlib
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

NIGHT: Final = (time(21), time(8))
DIGEST: Final = time(17)
EVENING: Final = time(20)
RELEASE_PER_S: Final = 50.0
RELEASE_MOST_S: Final = 3 * 3600.0
AT_LEAST_BEFORE: Final = timedelta(hours=1)
SOON: Final = timedelta(hours=24)

STEPS: Final = (("7d", timedelta(days=7)), ("3d", timedelta(days=3)), ("1d", timedelta(days=1)), ("2h", timedelta(hours=2)))
DEADLINE_STEPS: Final = STEPS[:3]

Quiet = tuple[time, time] | None


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """What one person chose: their zone, quiet hours (none: never quiet), a digest once a day, the lock screen's detail."""

    zone: str = "UTC"
    quiet: Quiet = NIGHT
    digest: bool = False
    says_kind: bool = False
    channels: dict[str, str] = msgspec.field(default_factory=dict)


class Step(msgspec.Struct, frozen=True):
    """One reminder: its name, when it is due, and when the next one takes its place."""

    name: str
    due_at: datetime
    expires_at: datetime


def release_at(now: datetime, zone: str, whose: str, size: int, quiet: Quiet = NIGHT) -> datetime:
    """When one person is told of a load of so many entries.

    A night's load waits for the end of the person's own quiet hours, if they have any; then people are told one after the other,
    so many a second, over three hours at most. Whose turn is when depends on the person alone, so all that a load brings one
    person comes together.
    """
    begins = quiet_end(now, zone, quiet) or now
    share = int.from_bytes(hashlib.sha256(whose.encode()).digest()[:4]) / 2**32
    return begins + timedelta(seconds=share * min(size / RELEASE_PER_S, RELEASE_MOST_S))


def quiet_end(now: datetime, zone: str, quiet: Quiet) -> datetime | None:
    """The end of the quiet hours that now is in; none when it is in none."""
    if quiet is None or quiet[0] == quiet[1]:
        return None
    begins, ends = quiet
    local = now.astimezone(_zone(zone))
    at = local.time()
    inside = begins <= at < ends if begins < ends else at >= begins or at < ends
    if not inside:
        return None
    day = local.date() + timedelta(days=int(at >= ends))
    return max(instant(day, ends, zone), now)


def told_at(now: datetime, created_at: datetime, choice: Choice, urgent: bool) -> datetime:
    """Now, or the later moment that this person chose. What is urgent waits for nothing."""
    if urgent:
        return now
    if choice.digest:
        local = created_at.astimezone(_zone(choice.zone))
        day = local.date() + timedelta(days=int(local.time() >= DIGEST))
        due = instant(day, DIGEST, choice.zone)
        if now < due:
            return due
    return quiet_end(now, choice.zone, choice.quiet) or now


def steps(starts_at: datetime, choice: Choice, now: datetime, names: Iterable[tuple[str, timedelta]] = STEPS) -> list[Step]:
    """The reminders still to come of something that begins then. One that would wake somebody comes the evening before."""
    due = [(name, _considerate(_before(starts_at, ahead, choice.zone), starts_at, choice)) for name, ahead in names]
    ends = [*(at for _, at in due[1:]), starts_at]
    made = [Step(name, at, end) for (name, at), end in zip(due, ends, strict=True)]
    return [step for step in made if step.due_at > now and step.due_at < step.expires_at]


def instant(day: date, at: time, zone: str) -> datetime:
    """The instant of a wall time."""
    return datetime.combine(day, at, _zone(zone)).astimezone(UTC)


def _before(starts_at: datetime, ahead: timedelta, zone: str) -> datetime:
    """So many days before at the same wall time; hours before are hours that pass."""
    if ahead < timedelta(days=1):
        return starts_at - ahead
    local = starts_at.astimezone(_zone(zone))
    return instant(local.date() - ahead, local.time(), zone)


def _considerate(due_at: datetime, starts_at: datetime, choice: Choice) -> datetime:
    end = quiet_end(due_at, choice.zone, choice.quiet)
    if end is None:
        return due_at
    if end <= starts_at - AT_LEAST_BEFORE:
        return end
    local = due_at.astimezone(_zone(choice.zone))
    day = local.date() - timedelta(days=int(local.time() < EVENING))
    return instant(day, EVENING, choice.zone)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
