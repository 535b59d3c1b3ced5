"""What is true of appointments: which times are offered, which are free, and what may become of one."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

UNIT = timedelta(minutes=15)
AHEAD_DAYS = 60
FREE_SHOWN = 3
OPEN = ("offered", "requested", "confirmed", "move_asked")
OWN = {"party": "requested", "team": "offered"}  # what each end begins with, and may alter until the other has answered
OPEN_MOST = 3  # of one person in one case, so that nobody takes all of a worker's hours; what the team offers is not counted
NOTICE = timedelta(hours=2)  # nobody is booked for a moment from now


class Hours(NamedTuple):
    """One line of the agency's bookable hours."""

    weekday: int
    from_local: str
    to_local: str
    minutes: int
    channel: str


class Standing(NamedTuple):
    """How an appointment stands."""

    state: str
    starts_local: datetime
    asked_local: datetime | None
    asked_by: str | None


class Verdict(StrEnum):
    """What an act makes of an appointment as it stands."""

    AGREED = "agreed"  # it is so already
    GO = "go"
    CHANGED = "changed"  # it is not any more what the person saw


def offered(hours: Iterable[Hours], channel: str, day: date) -> Iterator[tuple[datetime, int]]:
    """The times of a day by this channel, with how many minutes each lasts."""
    for line in hours:
        if line.channel != channel or line.weekday != day.isoweekday():
            continue
        at, end = (datetime.combine(day, time.fromisoformat(text)) for text in (line.from_local, line.to_local))
        length = timedelta(minutes=line.minutes)
        while at + length <= end:
            yield at, line.minutes
            at += length


def minutes_of(hours: Iterable[Hours], channel: str, starts: datetime) -> int | None:
    """How long the offered time that begins then lasts; none when none does."""
    return next((minutes for at, minutes in offered(hours, channel, starts.date()) if at == starts), None)


def bookable(starts: datetime, now_local: datetime) -> bool:
    """Neither too soon nor too far ahead."""
    return now_local + NOTICE <= starts <= now_local + timedelta(days=AHEAD_DAYS)


def units(starts: datetime, minutes: int) -> list[datetime]:
    """The quarter hours that it takes."""
    return [starts + UNIT * n for n in range(timedelta(minutes=minutes) // UNIT)]


def free_times(
    hours: Collection[Hours], channel: str, taken: Collection[datetime], wanted: datetime, now_local: datetime
) -> list[datetime]:
    """The first free times from the wanted day on, or from now on when that day is over."""
    day = max(wanted.date(), now_local.date())
    found: list[datetime] = []
    for ahead in range(AHEAD_DAYS + 1):
        for at, minutes in sorted(offered(hours, channel, day + timedelta(days=ahead))):
            if bookable(at, now_local) and not set(units(at, minutes)) & set(taken):
                found.append(at)
        if len(found) >= FREE_SHOWN:
            break
    return found[:FREE_SHOWN]


def on_the_table(standing: Standing) -> datetime:
    """The time that people talk about: the one asked for, else the one that stands."""
    return standing.asked_local or standing.starts_local


def accept(standing: Standing, side: str, agreed: datetime) -> Verdict:
    """A time is agreed to by the end that did not name it."""
    if standing.state == "confirmed" and standing.starts_local == agreed:
        return Verdict.AGREED
    asked = "party" if standing.asked_by == "team" else "team"
    waits_for = {"requested": "team", "offered": "party", "move_asked": asked}.get(standing.state)
    return Verdict.GO if waits_for == side and on_the_table(standing) == agreed else Verdict.CHANGED


def ask_move(standing: Standing, side: str, seen: datetime, wanted: datetime) -> Verdict:
    """Another time may be asked for as long as it is open and stands as it was seen."""
    if wanted == on_the_table(standing) and standing.state in OPEN and standing.asked_by in (None, side):
        return Verdict.AGREED
    return Verdict.GO if standing.state in OPEN and on_the_table(standing) == seen else Verdict.CHANGED


def cancel(standing: Standing, seen: datetime) -> Verdict:
    """Called off stays called off; what was moved meanwhile is asked about again."""
    if standing.state == "cancelled":
        return Verdict.AGREED
    return Verdict.GO if standing.state in OPEN and on_the_table(standing) == seen else Verdict.CHANGED


def outcome(standing: Standing, seen: datetime, what: str) -> Verdict:
    """What was agreed took place or did not; a slip of the finger may be put right."""
    if standing.state == what:
        return Verdict.AGREED
    return Verdict.GO if standing.state in ("confirmed", "held", "missed") and standing.starts_local == seen else Verdict.CHANGED
