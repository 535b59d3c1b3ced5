"""Builds payment files of the banks for tests: they balance unless a test spoils them."""

from __future__ import annotations

from typing import NamedTuple

from backend.ingest.nacha import BLOCK, PADDING, check_digit

BANK = "99000001"


class Entry(NamedTuple):
    cents: int
    payload: str
    code: str = "22"


def segment(case: str, cents: int, day: str = "260306") -> str:
    return f"DED*CS*{case}*{day}*{cents}*987654320*N\\"


def ach(entries: list[Entry], entry_class: str = "CCD", originator: str = "1999999999", day: str = "260309") -> list[str]:
    """The records of a file with one batch; a payload longer than one addenda runs over several."""
    records = [
        f"101 {BANK}3 {BANK}3{day}0915A094101{'EXAMPLE STATE SDU BANK':<23}{'EXAMPLE EMPLOYER BANK':<23}{'':<8}",
        f"5220{'ACME SAMPLE LLC':<16}{'':<20}{originator:<10}{entry_class}{'CHILD SUPP':<10}{day}{day}{'':<3}1{BANK}0000001",
    ]
    count = credit = debit = 0
    for number, entry in enumerate(entries, 1):
        trace = f"{BANK}{number:07d}"
        detail = f"6{entry.code}{BANK}{check_digit(BANK)}{'CSSDU00001':<17}{entry.cents:010d}{'':<15}{'SDU':<22}{'':<2}1{trace}"
        records.append(detail)
        parts = [entry.payload[at : at + 80] for at in range(0, len(entry.payload), 80)]
        records += [f"705{part:<80}{n:04d}{trace[-7:]}" for n, part in enumerate(parts, 1)]
        count += 1 + len(parts)
        credit += entry.cents if entry.code[0] in "23" and entry.code[1] in "23" else 0
        debit += 0 if entry.code[0] in "23" and entry.code[1] in "23" else entry.cents
    sums = f"{count:06d}{int(BANK) * len(entries) % 10**10:010d}{debit:012d}{credit:012d}"
    records.append(f"8220{sums}{originator:<10}{'':<25}{BANK}0000001")
    blocks = -(-(len(records) + 1) // BLOCK)
    records.append(f"9{1:06d}{blocks:06d}{count:08d}{int(BANK) * len(entries) % 10**10:010d}{debit:012d}{credit:012d}{'':<39}")
    return records + [PADDING] * (blocks * BLOCK - len(records))


def raw(records: list[str], end: str = "\n") -> bytes:
    return (end.join(records) + end).encode()


def replaced(records: list[str], kind: str, start: int, text: str) -> list[str]:
    """The records with the first one of this type overwritten from a position (counted from 1, as the format does)."""
    at = next(n for n, record in enumerate(records) if record.startswith(kind))
    record = records[at]
    changed = record[: start - 1] + text + record[start - 1 + len(text) :]
    return [*records[:at], changed, *records[at + 1 :]]
