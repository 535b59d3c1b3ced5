"""The days of the demonstration, and the book in which every row stands under the day on which the state would have written it."""

from collections import defaultdict
from datetime import date
from functools import cache

from backend.demo.rows import FILE_OF, Row
from backend.ingest.files import SPECS

WINDOW_DAYS = 730  # how far back payments go
KEY_COLUMNS = {
    kind: tuple(kind._fields.index(name) for name in SPECS[file].key) for kind, file in FILE_OF.items()
}  # where the key of each kind of row stands


class Calendar:
    """Days as ordinals. `steps` are the business days after the anchor, one for each delta."""

    def __init__(self, anchor: date, days: int) -> None:
        self.anchor = anchor.toordinal()
        self.start = self.anchor - WINDOW_DAYS
        self.steps: list[int] = []
        day = self.anchor
        while len(self.steps) < days:
            day = next_business(day + 1)
            self.steps.append(day)
        self.end = self.steps[-1] if self.steps else self.anchor

    def step_of(self, day: int) -> int:
        """0 for the full extract, k for the k-th delta, one more than there are for later."""
        if day <= self.anchor:
            return 0
        return next((k for k, step in enumerate(self.steps, 1) if day <= step), len(self.steps) + 1)


class Book:
    """Rows by step: the last one of a key in each step is what that extract says."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.pages: list[dict[type[Row], dict[tuple[object, ...], Row]]] = [defaultdict(dict) for _ in range(len(calendar.steps) + 2)]
        self._step = {day: calendar.step_of(day) for day in range(calendar.anchor + 1, calendar.end + 1)}
        self._beyond = len(calendar.steps) + 1

    def write(self, row: Row, day: int = 0) -> None:
        """This is how the row stands from this day on; without a day it was always so. Days of one key must not go back."""
        kind = type(row)
        key = tuple([row[at] for at in KEY_COLUMNS[kind]])
        step = 0 if day <= self.calendar.anchor else self._step.get(day, self._beyond)
        self.pages[step][kind][key] = row


@cache
def iso(day: int) -> str:
    """The day as it is written."""
    return date.fromordinal(day).isoformat()


@cache
def next_business(day: int) -> int:
    """This day, or the Monday after it."""
    weekday = (day - 1) % 7  # ordinal 1 was a Monday
    return day + max(0, 7 - weekday) if weekday >= 5 else day


@cache
def add_business(day: int, count: int) -> int:
    """So many business days later."""
    for _ in range(count):
        day = next_business(day + 1)
    return day


def month_start(day: int) -> int:
    """The first of the day's month."""
    return day - date.fromordinal(day).day + 1


@cache
def days_due(frequency: str, start: int, end: int) -> tuple[int, ...]:
    """The days between start and end on which a payment of this frequency is due."""
    if frequency in ("weekly", "biweekly"):
        return tuple(range(start, end + 1, 7 if frequency == "weekly" else 14))
    wanted = (1, 15) if frequency == "semimonthly" else (1,)
    return tuple(day for day in range(start, end + 1) if date.fromordinal(day).day in wanted)
