"""Writes a payment file of the banks: CCD with one DED addenda each. The numbers of people in it are never issued to anybody."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from backend.demo.rows import Payment
from backend.ingest.nacha import BLOCK, HASH_DIGITS, PADDING, check_digit

BANK = "99000001"
NOBODYS_NUMBER = "987654320"


def ach_file(payments: Sequence[Payment], made_on: date) -> bytes:
    """A balanced file with these payments, a batch for each employer and day."""
    records = [_file_header(made_on)]
    count = total = hashed = batches = 0
    for (originator, settled_on), group in groupby(sorted(payments), key=lambda p: (p.originator, p.settled_on)):
        batches += 1
        batch = [_entry(payment) for payment in group]
        cents = sum(amount for _, amount in batch)
        records.append(_batch_header(originator, date.fromisoformat(settled_on), batches))
        records += [record for pair, _ in batch for record in pair]
        tally = f"{2 * len(batch):06d}{int(BANK) * len(batch) % HASH_DIGITS:010d}{0:012d}{cents:012d}"
        records.append(f"8220{tally}{originator:<10}{'':<19}{'':<6}{BANK}{batches:07d}")
        count, total, hashed = count + 2 * len(batch), total + cents, hashed + int(BANK) * len(batch)
    blocks = -(-(len(records) + 1) // BLOCK)
    records.append(f"9{batches:06d}{blocks:06d}{count:08d}{hashed % HASH_DIGITS:010d}{0:012d}{total:012d}{'':<39}")
    records += [PADDING] * (blocks * BLOCK - len(records))
    return ("\n".join(records) + "\n").encode("ascii")


def _file_header(made_on: date) -> str:
    routing = f" {BANK}{check_digit(BANK)}"
    return f"101{routing}{routing}{made_on:%y%m%d}0600A094101{'EXAMPLE STATE SDU BANK':<23}{'EXAMPLE EMPLOYER BANK':<23}{'':<8}"


def _batch_header(originator: str, settled_on: date, number: int) -> str:
    dates = f"{settled_on:%y%m%d}{settled_on:%y%m%d}"
    return f"5220{'EXAMPLE EMPLOYER':<16}{'':<20}{originator:<10}CCD{'CHILD SUPP':<10}{dates}{'':<3}1{BANK}{number:07d}"


def _entry(payment: Payment) -> tuple[tuple[str, str], int]:
    cents = payment.amount_cents
    detail = (
        f"622{BANK}{check_digit(BANK)}{'SDU00001':<17}{cents:010d}{payment.case_number:<15}{'STATE DISBURSEMENT UNI':<22}{'':<2}1"
        f"{payment.trace}"
    )
    paid_on = date.fromisoformat(payment.paid_on)
    segment = f"DED*CS*{payment.case_number}*{paid_on:%y%m%d}*{cents}*{NOBODYS_NUMBER}*N\\"
    return (detail, f"705{segment:<80}0001{payment.trace[-7:]}"), cents
