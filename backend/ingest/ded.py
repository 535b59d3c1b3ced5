"""The DED segment: what an employer's bank says of one withheld payment. Pure.

`DED*application*case*pay date*cents*SSN*medical*name*FIPS*employment ended\\` - trailing optional elements may be left out.
The number and the name are checked for their shape and dropped.
"""

import re
from datetime import date

from backend.wire import Wire

EMPLOYER = frozenset({"CS", "II"})  # withheld by an employer, here or in another state
OTHERS = frozenset({"CI", "CO", "CT", "IO", "RI", "RO", "RT"})  # between states; some tell of tax money, so none says what it is
TERMINATOR = "\\"
NAME_MAX = 10
ELEMENTS_MAX = 10


class Paid(Wire, frozen=True):
    """What is kept of a segment."""

    case_number: str
    paid_on: date
    amount_cents: int
    source: str
    employment_ended: bool


def read_segment(segment: str) -> tuple[Paid | None, list[str], list[str]]:
    """The payment, the warnings, and the reasons for which there is no payment."""
    warnings: list[str] = []
    if not segment.endswith(TERMINATOR):
        warnings.append("segment terminator missing")
    elements = segment.removesuffix(TERMINATOR).split("*")
    if elements[0].strip() != "DED" or len(elements) < 7:
        return None, [], ["the addenda holds no whole DED segment"]
    if len(elements) > ELEMENTS_MAX:
        return None, [], ["the DED segment has too many elements"]
    elements = [e.strip() for e in elements] + [""] * (ELEMENTS_MAX - len(elements))
    reasons = [reason for reason in _refusals(elements) if reason]
    warnings += [warning for warning in _oddities(elements) if warning]
    if reasons:
        return None, warnings, reasons
    paid = Paid(
        case_number=elements[2],
        paid_on=_day(elements[3]) or date.min,
        amount_cents=int(elements[4]),
        source="employer" if elements[1] in EMPLOYER else "other",
        employment_ended=elements[9] == "Y",
    )
    return paid, warnings, []


def _refusals(e: list[str]) -> list[str]:
    return [
        "" if e[1] in EMPLOYER | OTHERS else "unknown application identifier",
        _case(e[2]),
        _pay_date(e[3]),
        "" if re.fullmatch(r"\d{1,10}", e[4], re.ASCII) else "amount in DED04 is not a number of cents",
        _ssn(e[5]),
        "" if e[6] in ("Y", "N", "W") else "medical indicator is not Y, N or W",
    ]


def _oddities(e: list[str]) -> list[str]:
    return [
        f"name is longer than {NAME_MAX} characters" if len(e[7]) > NAME_MAX else "",
        "" if not e[8] or re.fullmatch(r"\d{5}(\d\d)?", e[8], re.ASCII) else "FIPS code is not 5 or 7 digits",
        "" if e[9] in ("", "Y") else "employment ended is neither Y nor left out",
    ]


def _case(written: str) -> str:
    if not written:
        return "case identifier missing"
    return "case identifier is longer than 20 characters" if len(written) > 20 else ""


def _pay_date(written: str) -> str:
    if _day(written):
        return ""
    shown = f" {written}" if written.isdigit() and len(written) in (6, 8) else ""
    return f"pay date{shown} is not a date"


def _day(written: str) -> date | None:
    """YYMMDD, or YYYYMMDD as in the 820 set from version 4010 on."""
    if not re.fullmatch(r"\d{6}|\d{8}", written, re.ASCII):
        return None
    whole = written if len(written) == 8 else "20" + written
    try:
        return date(int(whole[:4]), int(whole[4:6]), int(whole[6:]))
    except ValueError:
        return None


def _ssn(written: str) -> str:
    if not (written.isdigit() and written.isascii()):
        return "SSN is not a number"
    if len(written) != 9:
        return f"SSN has {len(written)} digits"
    return "SSN is one digit nine times" if len(set(written)) == 1 else ""
