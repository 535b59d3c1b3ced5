"""What a cell must be. Pure: from the words of a file to the words that COPY takes, or a reason.

Cells repeat: the same dates, codes and case numbers come a thousand times. So each column keeps what it has already judged,
and a million rows cost about as much as their different values.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import cache
from zoneinfo import available_timezones

from backend.ingest.files import Column, FileSpec, Kind, Need
from backend.ingest.wire import Reject, unfit

NULL = "\\N"
TEXT_MAX = 500
REMEMBERED = 50_000

Cells = Sequence[str]

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BLANKS = re.compile(r"\s+")
_DATE = re.compile(r"(?:19|20|21)\d\d-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(r"((?:19|20|21)\d\d-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_CENTS = re.compile(r"-?\d{1,13}", re.ASCII)
_WHOLE = re.compile(r"\d{1,9}", re.ASCII)
_FIPS = re.compile(r"\d\d(?:\d{3}(?:\d\d)?)?", re.ASCII)


class Wrong(Exception):
    """A cell that cannot be taken; the message is the reason, and never quotes the cell."""


def accept(column: Column, raw: str) -> str:
    """The cell as COPY takes it. Raises Wrong with a reason."""
    cell = raw.strip() or column.default
    if not cell:
        if column.need is Need.VALUE:
            raise Wrong("is empty")
        return NULL
    if column.one_of:
        if cell not in column.one_of:
            raise Wrong(f"is not one of {', '.join(column.one_of)}")
        return column.becomes.get(cell, cell)
    return _BY_KIND[column.kind](column, cell)


class Judge(dict[str, str]):
    """Everything one column has judged so far. `wrong` holds the cells of this chunk that could not be taken."""

    def __init__(self, column: Column) -> None:
        super().__init__()
        self.column = column
        self.wrong: dict[str, str] = {}

    def __missing__(self, raw: str) -> str:
        try:
            cell = accept(self.column, raw)
        except Wrong as wrong:
            self.wrong[raw] = str(wrong)
            return NULL
        if len(self) >= REMEMBERED:
            self.clear()
        self[raw] = cell
        return cell


def places(spec: FileSpec, header: Cells) -> tuple[dict[str, int], list[str]]:
    """Where each known column stands, and the names nobody knows. Refuses a header that lacks a column or has it twice."""
    names = [name.strip().lower() for name in header]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise unfit(spec.name, f"the header names {', '.join(twice)} twice", 1, twice[0])
    missing = [c.name for c in spec.columns if c.need is not Need.NONE and c.name not in names]
    if missing:
        raise unfit(spec.name, f"the header lacks {', '.join(missing)}", 1, missing[0])
    known = {column.name for column in spec.columns}
    found = {name: at for at, name in enumerate(names) if name in known}
    return found, [name or "(no name)" for name in names if name not in known]


def odd_rows(rows: Iterable[Cells], width: int) -> list[tuple[int, str]]:
    """Rows that have not as many cells as the header, by their place in the chunk, with the reason."""
    return [(at, f"has {len(row)} cells, the header has {width}") for at, row in enumerate(rows) if len(row) != width]


def contradiction(spec: FileSpec, row: dict[str, str]) -> tuple[str, str] | None:
    """The column and reason when the cells of a row, each good by itself, cannot stand together."""
    for one in _TOGETHER.get(spec.noun, ()):
        found = one(row)
        if found is not None:
            return found
    return None


def has_contradictions(spec: FileSpec) -> bool:
    """Whether rows of this kind need to be looked at as a whole."""
    return spec.noun in _TOGETHER


def total_difference(name: str, column: str, said: int, found: int) -> Reject:
    """The sentence for a control total that does not hold."""
    reason = f"the manifest says {said} cents in all, the file has {found}: a difference of {found - said}"
    return Reject(file=name, line=0, column=column, reason=reason)


def _text(column: Column, cell: str) -> str:
    if len(cell) > TEXT_MAX:
        raise Wrong(f"is longer than {TEXT_MAX} characters")
    if _CONTROL.search(cell):
        raise Wrong("holds a control character")
    if "\n" in cell or "\r" in cell or "\t" in cell:
        cell = _BLANKS.sub(lambda run: " " if any(each in run[0] for each in "\n\r\t") else run[0], cell)
    return cell.replace("\\", "\\\\")


def _date(column: Column, cell: str) -> str:
    if not _DATE.fullmatch(cell):
        raise Wrong("is not a date written YYYY-MM-DD")
    try:
        date.fromisoformat(cell)
    except ValueError:
        raise Wrong("is not a day of the calendar") from None
    return cell


def _moment(column: Column, cell: str) -> str:
    found = _MOMENT.fullmatch(cell)
    if found is None:
        raise Wrong("is not a time written YYYY-MM-DDTHH:MM")
    _date(column, found[1])
    return cell


def _cents(column: Column, cell: str) -> str:
    if not _CENTS.fullmatch(cell):
        raise Wrong("is not whole cents")
    return _at_least(column, cell)


def _whole(column: Column, cell: str) -> str:
    if not _WHOLE.fullmatch(cell):
        raise Wrong("is not a whole number")
    return _at_least(column, cell)


def _at_least(column: Column, cell: str) -> str:
    if column.least is not None and int(cell) < column.least:
        raise Wrong(f"is less than {column.least}")
    return cell


def _flag(column: Column, cell: str) -> str:
    if cell not in ("Y", "N"):
        raise Wrong("is not Y or N")
    return "t" if cell == "Y" else "f"


def _zone(column: Column, cell: str) -> str:
    if cell not in _zones():
        raise Wrong("is not a known time zone")
    return cell


def _fips(column: Column, cell: str) -> str:
    if not _FIPS.fullmatch(cell):
        raise Wrong("is not a FIPS code of 2, 5 or 7 digits")
    return cell


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _closed_has_a_day(row: dict[str, str]) -> tuple[str, str] | None:
    if row["status"] == "closed" and row["closed_on"] == NULL:
        return "closed_on", "is empty though the case is closed"
    return None


def _in_order(first: str, last: str) -> Callable[[dict[str, str]], tuple[str, str] | None]:
    def check(row: dict[str, str]) -> tuple[str, str] | None:
        if NULL not in (row[first], row[last]) and row[last] < row[first]:
            return last, f"is before {first}"
        return None

    return check


_BY_KIND: dict[Kind, Callable[[Column, str], str]] = {
    Kind.TEXT: _text,
    Kind.DATE: _date,
    Kind.CENTS: _cents,
    Kind.WHOLE: _whole,
    Kind.FLAG: _flag,
    Kind.MOMENT: _moment,
    Kind.ZONE: _zone,
    Kind.FIPS: _fips,
}
_TOGETHER: dict[str, tuple[Callable[[dict[str, str]], tuple[str, str] | None], ...]] = {
    "ivd_case": (_closed_has_a_day, _in_order("opened_on", "closed_on")),
    "assignment": (_in_order("from_on", "to_on"),),
    "participant": (_in_order("from_on", "to_on"),),
    "obligation": (_in_order("from_on", "to_on"),),
}
