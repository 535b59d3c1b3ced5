"""Payment files of the banks: ACH, entry classes CCD (one addenda) and CTX (an ANSI 820 set), with DED addenda.

Pure. A file is believed only when its batch and file controls agree with what stands in it: counts, hashes, totals. Then each DED
segment becomes a line, or a finding that says why not. The segment also carries the paying parent's social security number and
name: the number is looked at for its shape, and neither leaves this module.

Positions and the order of the DED elements: NACHA's child support banking convention, in the User Guide for Electronic Child
Support Payments, version 9.0.
"""

import re
from collections.abc import Iterator
from datetime import date

from backend.ingest.ded import Paid, read_segment
from backend.wire import Wire

RECORD = 94
BLOCK = 10
PADDING = "9" * RECORD
CREDITS = frozenset({"22", "32"})
PRENOTES = frozenset({"23", "33"})
SERVICE_CLASSES = frozenset({"200", "220", "225"})
HASH_DIGITS = 10**10
WEIGHTS = (3, 7, 1, 3, 7, 1, 3, 7)


class Line(Wire, frozen=True):
    """One payment as a bank carried it. `trace` alone is unique within its originator and day."""

    line: int
    originator: str
    settled_on: date
    trace: str
    case_number: str
    paid_on: date
    amount_cents: int
    source: str
    employment_ended: bool


class Finding(Wire, frozen=True):
    """What is wrong with an entry (counted from 1); a warning was read all the same."""

    line: int
    entry: int
    reason: str
    warning: bool = False


class Fault(Exception):
    """The file does not agree with itself; nothing in it is believed."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


class AchFile(Wire, frozen=True):
    """A file that balances. `entries` and `credit_cents` are what the file's own control record says."""

    lines: tuple[Line, ...]
    findings: tuple[Finding, ...]
    entries: int
    credit_cents: int


def parse(raw: bytes) -> AchFile:
    """Read a payment file. Raises Fault when it is damaged or does not balance."""
    reader = _Reader()
    for number, record in _records(raw):
        reader.take(number, record)
    return reader.finish()


def check_digit(routing: str) -> int:
    """The ninth digit of a routing number, from its first eight."""
    return -sum(weight * int(digit) for weight, digit in zip(WEIGHTS, routing, strict=True)) % 10


class _Tally:
    """Sums that a control record must repeat."""

    def __init__(self) -> None:
        self.count = self.hash = self.debit = self.credit = 0

    def add(self, other: "_Tally") -> None:
        self.count += other.count
        self.hash += other.hash
        self.debit += other.debit
        self.credit += other.credit

    def compare(self, number: int, what: str, said: tuple[int, int, int, int]) -> None:
        found = (self.count, self.hash % HASH_DIGITS, self.debit, self.credit)
        names = ("entry and addenda count", "entry hash", "debit total", "credit total")
        for name, of_file, of_record in zip(names, found, said, strict=True):
            if of_file != of_record:
                raise Fault(number, f"the {name} of the {what} is {of_record}, but it comes to {of_file}")


class _Entry:
    """An entry record while its addenda are gathered."""

    def __init__(self, number: int, ordinal: int, record: str) -> None:
        self.number = number
        self.ordinal = ordinal
        self.code = record[1:3]
        self.routing = record[3:11]
        self.digit = record[11]
        self.amount_cents = _number(number, record[29:39], "amount")
        self.wants_addenda = record[78] == "1"
        self.trace = record[79:94]
        self.addenda: list[tuple[int, str]] = []


class _Reader:
    """Walks the records in their order: file (1), batch (5), entries (6) with addenda (7), controls (8, 9)."""

    def __init__(self) -> None:
        self.expected = "1"
        self.number = 0
        self.records = 0
        self.batches = 0
        self.entries = 0
        self.file, self.batch = _Tally(), _Tally()
        self.entry: _Entry | None = None
        self.header = ""
        self.file_day = date.min
        self.lines: list[Line] = []
        self.findings: list[Finding] = []

    def take(self, number: int, record: str) -> None:
        """One record; raises Fault when it cannot stand here."""
        self.number = number
        self.records += 1
        if self.expected == "padding":
            if record != PADDING:
                raise Fault(number, "there is something after the file control record")
            return
        kind = record[0]
        if kind not in self.expected:
            raise Fault(number, f"a record of type {kind} cannot stand here")
        _TAKES[kind](self, number, record)

    def finish(self) -> AchFile:
        """What was read, when the file came to its end."""
        if self.expected != "padding":
            raise Fault(self.number, "the file ends before its control record: it was cut short")
        if self.records % BLOCK:
            raise Fault(self.number, "the last block is not filled up to ten records")
        lines, findings = tuple(self.lines), tuple(self.findings)
        return AchFile(lines=lines, findings=findings, entries=self.entries, credit_cents=self.file.credit)

    def file_header(self, number: int, record: str) -> None:
        if record[34:37] != "094" or record[37:39] != "10":
            raise Fault(number, "the file header does not speak of records of 94 characters in blocks of ten")
        self.file_day = _day(number, record[23:29], "file date")
        self.expected = "59"

    def batch_header(self, number: int, record: str) -> None:
        if record[50:53] not in ("CCD", "CTX"):
            raise Fault(number, "the entry class is neither CCD nor CTX")
        if record[1:4] not in SERVICE_CLASSES:
            raise Fault(number, "the service class is not 200, 220 or 225")
        self.header, self.batch = record, _Tally()
        self.expected = "68"

    def entry_detail(self, number: int, record: str) -> None:
        self.close_entry()
        self.entries += 1
        self.entry = entry = _Entry(number, self.entries, record)
        self.batch.count += 1
        self.batch.hash += _number(number, entry.routing, "routing number")
        if entry.code in CREDITS | PRENOTES:
            self.batch.credit += entry.amount_cents
        else:
            self.batch.debit += entry.amount_cents
        self.expected = "7" if entry.wants_addenda else "68"

    def addenda(self, number: int, record: str) -> None:
        entry = self.entry
        if entry is None or record[87:94] != entry.trace[-7:]:
            raise Fault(number, "the addenda belongs to another entry")
        if record[1:3] != "05" or _number(number, record[83:87], "addenda sequence") != len(entry.addenda) + 1:
            raise Fault(number, "the addenda is not the next one of its entry")
        entry.addenda.append((number, record[3:83]))
        self.batch.count += 1
        self.expected = "678"

    def batch_control(self, number: int, record: str) -> None:
        self.close_entry()
        self.batch.compare(number, "batch", _controls(number, record, (4, 10, 20, 32, 44)))
        if record[1:4] != self.header[1:4] or record[87:94] != self.header[87:94]:
            raise Fault(number, "the control record belongs to another batch")
        self.file.add(self.batch)
        self.batches += 1
        self.expected = "59"

    def file_control(self, number: int, record: str) -> None:
        self.file.compare(number, "file", _controls(number, record, (13, 21, 31, 43, 55)))
        if _number(number, record[1:7], "batch count") != self.batches:
            raise Fault(number, f"the batch count is not {self.batches}")
        blocks = -(-self.records // BLOCK)
        if _number(number, record[7:13], "block count") != blocks:
            raise Fault(number, f"the block count is not {blocks}")
        self.expected = "padding"

    def close_entry(self) -> None:
        """Judge the entry whose addenda are complete."""
        entry, self.entry = self.entry, None
        if entry is None:
            return
        reason = self.refusal(entry)
        if reason:
            self.find(entry, entry.number, reason, warning=entry.code in PRENOTES)
        elif self.header[50:53] == "CCD":
            self.judge(entry, [(entry.addenda[0][0], entry.addenda[0][1].rstrip())], "{trace}")
        else:
            self.judge(entry, list(_segments(entry.addenda)), "{trace}-{ordinal:04d}")

    def refusal(self, entry: _Entry) -> str:
        """Why this entry is no payment at all."""
        if entry.code in PRENOTES:
            return "a test entry without money (prenote): passed over"
        if entry.code not in CREDITS:
            return f"transaction code {entry.code} is not a credit"
        if str(check_digit(entry.routing)) != entry.digit:
            return "the routing number fails its check digit"
        if not entry.addenda:
            return "the entry has no addenda"
        if self.header[50:53] == "CCD" and len(entry.addenda) > 1:
            return "a CCD entry has more than one addenda"
        return ""

    def judge(self, entry: _Entry, segments: list[tuple[int, str]], trace: str) -> None:
        """Take the entry's payments when each is good and together they are the money of the entry."""
        paid: list[tuple[int, Paid]] = []
        good = True
        for number, segment in segments:
            one, warnings, reasons = read_segment(segment)
            for reason in warnings:
                self.find(entry, number, reason, warning=True)
            for reason in reasons:
                self.find(entry, number, reason)
            if one is None:
                good = False
            else:
                paid.append((number, one))
        if not segments:
            self.find(entry, entry.number, "the entry has no DED segment")
        elif good and self.adds_up(entry, [one for _, one in paid]):
            for ordinal, (number, one) in enumerate(paid, 1):
                self.lines.append(self.line(number, one, trace.format(trace=entry.trace, ordinal=ordinal)))

    def adds_up(self, entry: _Entry, paid: list[Paid]) -> bool:
        total = sum(one.amount_cents for one in paid)
        if total == entry.amount_cents:
            return True
        what = "amount in DED04" if len(paid) == 1 else "sum of the amounts in DED04"
        self.find(entry, entry.number, f"{what} ({_dollars(total)}) differs from entry amount ({_dollars(entry.amount_cents)})")
        return False

    def line(self, number: int, one: Paid, trace: str) -> Line:
        written = self.header[69:75]
        return Line(
            line=number,
            originator=self.header[40:50].strip(),
            settled_on=_day(number, written, "effective entry date") if written.strip() else self.file_day,
            trace=trace,
            case_number=one.case_number,
            paid_on=one.paid_on,
            amount_cents=one.amount_cents,
            source=one.source,
            employment_ended=one.employment_ended,
        )

    def find(self, entry: _Entry, number: int, reason: str, *, warning: bool = False) -> None:
        self.findings.append(Finding(line=number, entry=entry.ordinal, reason=reason, warning=warning))


_TAKES = {
    "1": _Reader.file_header,
    "5": _Reader.batch_header,
    "6": _Reader.entry_detail,
    "7": _Reader.addenda,
    "8": _Reader.batch_control,
    "9": _Reader.file_control,
}


def _records(raw: bytes) -> Iterator[tuple[int, str]]:
    """Records with their line numbers; a file without line ends is cut every 94 characters."""
    raw = raw.removeprefix(b"\xef\xbb\xbf").removesuffix(b"\x1a")
    if not raw.strip():
        raise Fault(0, "the file is empty")
    if b"\n" not in raw and b"\r" not in raw:
        lines = [raw[at : at + RECORD] for at in range(0, len(raw), RECORD)]
    else:
        lines = raw.replace(b"\r\n", b"\n").removesuffix(b"\n").split(b"\n")
    for number, line in enumerate(lines, 1):
        if not line.isascii():
            raise Fault(number, "there is a character outside ASCII")
        if len(line) != RECORD:
            raise Fault(number, f"the record has {len(line)} characters, not {RECORD}")
        yield number, line.decode("ascii")


def _segments(addenda: list[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The DED segments of an 820 set, which runs on from addenda to addenda, with the line on which each begins."""
    whole = "".join(payload for _, payload in addenda).rstrip()
    for found in re.finditer(r"(?:^|(?<=[\\~]))\s*(DED\*[^\\~]*[\\~]?)", whole):
        yield addenda[found.start(1) // 80][0], found[1].replace("~", "\\")


def _controls(number: int, record: str, at: tuple[int, ...]) -> tuple[int, int, int, int]:
    names = ("entry and addenda count", "entry hash", "debit total", "credit total")
    count, hashed, debit, credit = (_number(number, record[start:end], name) for start, end, name in zip(at, at[1:], names, strict=False))
    return count, hashed, debit, credit


def _number(line: int, digits: str, what: str) -> int:
    if not (digits.isdigit() and digits.isascii()):
        raise Fault(line, f"the {what} is not a number")
    return int(digits)


def _day(line: int, digits: str, what: str) -> date:
    try:
        return date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:6]))
    except ValueError:
        raise Fault(line, f"the {what} is not a date") from None


def _dollars(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
