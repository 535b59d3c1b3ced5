"""Reads the files of an extract in chunks: COPY's text on one side; row counts, totals and rejects on the other.

Nothing here touches a database, so a damaged file can be read just to say what is wrong with it.
"""

import csv
import hashlib
from collections.abc import Iterator
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Protocol

from backend.ingest import nacha, rules
from backend.ingest.files import PAYMENTS, FileSpec
from backend.ingest.rules import Judge
from backend.ingest.wire import FileEntry, Reject, Unfit, unfit

CHUNK_ROWS = 4_000
REJECTS_MAX = 10_000
PLACE = ("at_file", "at_line")  # where a staged row came from: the number of its file, its line


class Reading(Protocol):
    """A file while it is read; `columns` are those that its chunks fill."""

    name: str
    spec: FileSpec
    rows: int
    totals: dict[str, int]
    rejects: list[Reject]
    notes: list[str]

    @property
    def columns(self) -> tuple[str, ...]:
        """The staged columns, in the order of the chunks."""
        ...

    def chunks(self) -> Iterator[tuple[int, bytes]]:
        """Pairs of bytes read so far and lines for COPY."""
        ...


class CsvReading:
    """One CSV file; `number` tells its rows from those of other files in the same staging table."""

    def __init__(self, path: Path, spec: FileSpec, number: int) -> None:
        self.path, self.spec, self.number = path, spec, number
        self.name = path.name
        self.rows = 0
        self.totals = dict.fromkeys(spec.money, 0)
        self.rejects: list[Reject] = []
        self.notes: list[str] = []
        self.judges = {column.name: Judge(column) for column in spec.columns}
        self.width = 0
        self.found: dict[str, int] = {}

    @property
    def columns(self) -> tuple[str, ...]:
        return (*PLACE, *self.judges)

    def chunks(self) -> Iterator[tuple[int, bytes]]:
        """Raises Unfit when the file as a whole cannot be read."""
        _not_another_charset(self.path)
        try:
            with self.path.open("rb") as raw, TextIOWrapper(raw, encoding="utf-8-sig", newline="") as source:
                reader = csv.reader(source, strict=True)
                self._header(reader)
                line = reader.line_num
                while rows := list(islice(reader, CHUNK_ROWS)):
                    lines = _lines(rows, line, reader.line_num)
                    line = reader.line_num
                    yield raw.tell(), self._chunk(rows, lines)
        except UnicodeDecodeError:
            raise unfit(self.name, "is not UTF-8", _first_line_not_utf8(self.path)) from None
        except csv.Error as error:
            raise unfit(self.name, f"is not CSV from here on: {error}", reader.line_num) from None

    def _header(self, reader: Iterator[list[str]]) -> None:
        header = next(reader, None)
        if header is None:
            raise unfit(self.name, "is empty: it has not even a header")
        self.found, unknown = rules.places(self.spec, header)
        self.width = len(header)
        if unknown:
            self.notes.append(f"{self.name}: unknown columns were kept out: {', '.join(unknown)}.")

    def _chunk(self, rows: list[list[str]], lines: list[int]) -> bytes:
        if [] in rows:  # blank lines are no rows
            kept = [at for at, row in enumerate(rows) if row]
            rows, lines = [rows[at] for at in kept], [lines[at] for at in kept]
        self.rows += len(rows)
        odd = {at for at, _ in self._reject_odd(rows, lines)}
        if odd:
            rows = [row for at, row in enumerate(rows) if at not in odd]
            lines = [line for at, line in enumerate(lines) if at not in odd]
        if not rows:
            return b""
        cells = list(zip(*rows, strict=True))
        self._add_up(cells, lines)
        judged = [self._judged(name, cells, len(rows)) for name in self.judges]
        bad = self._wrong(cells, lines) | self._contradictions(judged, lines)
        table = zip((str(self.number),) * len(rows), map(str, lines), *judged, strict=True)
        text = "\n".join("\t".join(row) for at, row in enumerate(table) if at not in bad) if bad else "\n".join(map("\t".join, table))
        return (text + "\n").encode() if text else b""

    def _judged(self, name: str, cells: list[tuple[str, ...]], count: int) -> list[str]:
        judge, at = self.judges[name], self.found.get(name)
        if at is None:
            return [judge[""]] * count
        return list(map(judge.__getitem__, cells[at]))

    def _reject_odd(self, rows: list[list[str]], lines: list[int]) -> list[tuple[int, str]]:
        odd = rules.odd_rows(rows, self.width) if any(len(row) != self.width for row in rows) else []
        for at, reason in odd:
            self._reject(lines[at], None, reason)
        return odd

    def _add_up(self, cells: list[tuple[str, ...]], lines: list[int]) -> None:
        """Totals are of the file as it was written: rows that are rejected for something else count too."""
        for name in self.totals:
            column = cells[self.found[name]]
            try:
                self.totals[name] += sum(map(int, column))
            except ValueError:
                self.totals[name] += sum(int(cell) for cell in column if cell.strip().lstrip("-").isdecimal())

    def _wrong(self, cells: list[tuple[str, ...]], lines: list[int]) -> set[int]:
        bad: set[int] = set()
        for name, judge in self.judges.items():
            if not judge.wrong:
                continue
            for at, raw in enumerate(cells[self.found[name]]):
                if raw in judge.wrong:
                    bad.add(at)
                    self._reject(lines[at], name, judge.wrong[raw])
            judge.wrong = {}
        return bad

    def _contradictions(self, judged: list[list[str]], lines: list[int]) -> set[int]:
        bad: set[int] = set()
        if rules.has_contradictions(self.spec):
            for at, row in enumerate(zip(*judged, strict=True)):
                found = rules.contradiction(self.spec, dict(zip(self.judges, row, strict=True)))
                if found is not None:
                    bad.add(at)
                    self._reject(lines[at], *found)
        return bad

    def _reject(self, line: int, column: str | None, reason: str) -> None:
        self.rejects.append(Reject(file=self.name, line=line, column=column, reason=reason))
        if len(self.rejects) > REJECTS_MAX:
            raise unfit(self.name, f"has more than {REJECTS_MAX} rows that cannot be taken", line, column)


class AchReading:
    """A payment file of the banks; its rows are its entries."""

    def __init__(self, path: Path, number: int) -> None:
        self.path, self.number, self.name = path, number, path.name
        self.spec = PAYMENTS
        self.rows = 0
        self.totals = {"amount_cents": 0}
        self.rejects: list[Reject] = []
        self.notes: list[str] = []

    @property
    def columns(self) -> tuple[str, ...]:
        return (*PLACE, *PAYMENTS.key, "case_number", "paid_on", "posted_on", "amount_cents", "source")

    def chunks(self) -> Iterator[tuple[int, bytes]]:
        """Raises Unfit when the file does not balance."""
        raw = self.path.read_bytes()
        try:
            ach = nacha.parse(raw)
        except nacha.Fault as fault:
            raise unfit(self.name, fault.reason, fault.line) from None
        self.rows, self.totals["amount_cents"] = ach.entries, ach.credit_cents
        self._tell(ach)
        yield len(raw), "".join(self._row(line) for line in ach.lines).encode()

    def _tell(self, ach: nacha.AchFile) -> None:
        for finding in ach.findings:
            if finding.warning:
                self.notes.append(f"{self.name}, line {finding.line}: {finding.reason}; it was read all the same.")
            else:
                reject = Reject(file=self.name, line=finding.line, column=None, reason=finding.reason)
                self.rejects.append(reject)
        ended = sum(line.employment_ended for line in ach.lines)
        if ended:
            self.notes.append(f"{self.name}: {ended} payments say that the employment has ended.")

    def _row(self, line: nacha.Line) -> str:
        words = (line.originator, line.settled_on, line.trace, line.case_number, line.paid_on, line.settled_on)
        cells = [str(self.number), str(line.line), *map(str, words), str(line.amount_cents), line.source]
        return "\t".join(cell.replace("\\", "\\\\").replace("\t", " ") for cell in cells) + "\n"


def reading_of(path: Path, spec: FileSpec, number: int) -> Reading:
    """The reader for this file."""
    return CsvReading(path, spec, number) if path.name == spec.name else AchReading(path, number)


def differences(reading: Reading, entry: FileEntry) -> list[Reject]:
    """What the manifest says of a file against what was read, once it was read to its end."""
    found = []
    if reading.rows != entry.rows:
        reason = f"the manifest says {entry.rows} rows, the file has {reading.rows}"
        found.append(Reject(file=reading.name, line=0, column=None, reason=reason))
    for column, said in entry.totals.items():
        if column not in reading.totals:
            found.append(Reject(file=reading.name, line=0, column=column, reason="cannot have a total"))
        elif reading.totals[column] != said:
            found.append(rules.total_difference(reading.name, column, said, reading.totals[column]))
    for column in sorted(reading.totals.keys() - entry.totals.keys()):
        found.append(Reject(file=reading.name, line=0, column=column, reason="has no total in the manifest"))
    return found + reading.rejects[:20] if found else []


def diagnose(reading: Reading, entry: FileEntry) -> list[Reject]:
    """What can be said of a file whose hash is wrong, to help whoever has to mend it."""
    try:
        for _ in reading.chunks():
            pass
    except Unfit as error:
        return list(error.problems)
    return differences(reading, entry)


def sha256_of(path: Path) -> str:
    """The file's SHA-256 in hex."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _lines(rows: list[list[str]], before: int, after: int) -> list[int]:
    """The line on which each row begins; cells in quotes may run over several."""
    if after - before == len(rows):
        return list(range(before + 1, after + 1))
    lines, line = [], before + 1
    for row in rows:
        lines.append(line)
        line += 1 + sum(cell.count("\n") or cell.count("\r") for cell in row)
    return lines


def _not_another_charset(path: Path) -> None:
    with path.open("rb") as source:
        head = source.read(4)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise unfit(path.name, "is UTF-16, and has to be UTF-8", 1)


def _first_line_not_utf8(path: Path) -> int:
    with path.open("rb") as source:
        for number, line in enumerate(source, 1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return number
    return 0
