"""Payment files of the banks: read exactly, or refused with the line."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from backend.ingest import nacha
from tests.backend.ingest.banks import Entry, ach, raw, replaced, segment

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "nacha.json").read_text())
GOOD = [Entry(25000, segment("C-1", 25000)), Entry(990, segment("C-2", 990))]


def fault(content: bytes) -> nacha.Fault:
    with pytest.raises(nacha.Fault) as caught:
        nacha.parse(content)
    return caught.value


@pytest.mark.parametrize("vector", VECTORS["good"], ids=lambda v: v["case_number"])
def test_a_good_segment_becomes_a_payment_with_what_was_tolerated_said_aloud(vector: dict[str, Any]) -> None:
    read = nacha.parse(raw(ach([Entry(vector["cents"], vector["segment"])])))
    (line,) = read.lines
    assert (line.case_number, line.paid_on, line.amount_cents) == (
        vector["case_number"],
        date.fromisoformat(vector["paid_on"]),
        vector["cents"],
    )
    assert (line.source, line.employment_ended) == (vector["source"], vector["ended"])
    assert (line.originator, line.settled_on, line.trace) == ("1999999999", date(2026, 3, 9), "990000010000001")
    assert [(f.reason, f.warning) for f in read.findings] == [(reason, True) for reason in vector["warnings"]]


def test_each_bad_segment_has_its_finding_and_the_rest_is_read() -> None:
    bad = VECTORS["bad"]
    entries = [Entry(vector["cents"], vector["segment"]) for vector in bad]
    read = nacha.parse(raw(ach([*entries, GOOD[0]])))
    found = [(f.entry, f.reason) for f in read.findings]
    assert found == [(n, reason) for n, vector in enumerate(bad, 1) for reason in vector["findings"]]
    assert [line.case_number for line in read.lines] == ["C-1"]
    assert read.credit_cents == sum(entry.cents for entry in entries) + 25000


def test_neither_number_nor_name_of_a_person_is_in_anything_that_is_read() -> None:
    vectors = VECTORS["good"] + VECTORS["bad"]
    entries = [Entry(vector["cents"], vector["segment"]) for vector in vectors]
    said = repr(nacha.parse(raw(ach(entries, originator="1234567890"))))
    for vector in vectors:
        for secret in vector["segment"].split("*")[5:8:2]:
            assert len(secret) < 6 or secret.rstrip("\\") not in said


@pytest.mark.parametrize(("routing", "digit"), VECTORS["check_digits"].items())
def test_the_check_digit_of_a_routing_number_is_the_banks(routing: str, digit: int) -> None:
    assert nacha.check_digit(routing) == digit


def test_a_ctx_entry_with_a_whole_820_set_gives_each_of_its_segments_a_trace() -> None:
    heads = "ISA*00*          *00*          *ZZ*SENDER*ZZ*RECEIVER*260306*0900*U*00401*1*0*P*>\\GS*RA*A*B*20260306\\ST*820*1\\BPR*C*70000\\"
    loop = "".join(f"ENT*{n}\\RMR*CS*C-{n}**{c}\\{segment(f'C-{n}', c, '20260306')}" for n, c in ((1, 45000), (2, 25000)))
    read = nacha.parse(raw(ach([Entry(70000, heads + loop + "SE*9*1\\GE*1*1\\IEA*1*1\\")], "CTX")))
    assert [(line.case_number, line.amount_cents, line.trace) for line in read.lines] == [
        ("C-1", 45000, "990000010000001-0001"),
        ("C-2", 25000, "990000010000001-0002"),
    ]
    assert read.findings == ()


def test_a_ctx_entry_whose_segments_do_not_add_up_is_left_out_whole() -> None:
    read = nacha.parse(raw(ach([Entry(70000, segment("C-1", 45000) + segment("C-2", 24999))], "CTX")))
    assert read.lines == ()
    assert [f.reason for f in read.findings] == ["sum of the amounts in DED04 (699.99) differs from entry amount (700.00)"]


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_lines_may_end_in_any_way_or_not_at_all(end: str) -> None:
    content = "".join(ach(GOOD)).encode() if end == "" else raw(ach(GOOD), end)
    assert len(nacha.parse(content).lines) == 2


def test_a_file_cut_anywhere_is_refused() -> None:
    whole = raw(ach(GOOD))
    for length in range(0, len(whole) - 1, 7):
        assert fault(whole[:length]).reason


@pytest.mark.parametrize(
    ("kind", "start", "text", "line", "reason"),
    [
        ("8", 5, "000005", 7, "the entry and addenda count of the batch is 5, but it comes to 4"),
        ("8", 11, "0000000001", 7, "the entry hash of the batch is 1, but it comes to 198000002"),
        ("8", 33, "000000025000", 7, "the credit total of the batch is 25000, but it comes to 25990"),
        ("8", 21, "000000000001", 7, "the debit total of the batch is 1, but it comes to 0"),
        ("9", 44, "000000025000", 8, "the credit total of the file is 25000, but it comes to 25990"),
        ("9", 2, "000002", 8, "the batch count is not 1"),
        ("9", 8, "000009", 8, "the block count is not 1"),
        ("8", 88, "0000002", 7, "the control record belongs to another batch"),
        ("7", 88, "0000009", 4, "the addenda belongs to another entry"),
        ("7", 84, "0002", 4, "the addenda is not the next one of its entry"),
        ("6", 30, "00000A5000", 3, "the amount is not a number"),
        ("5", 51, "PPD", 2, "the entry class is neither CCD nor CTX"),
        ("1", 35, "095", 1, "the file header does not speak of records of 94 characters in blocks of ten"),
    ],
)
def test_a_file_that_does_not_agree_with_itself_is_refused_with_the_line(kind: str, start: int, text: str, line: int, reason: str) -> None:
    found = fault(raw(replaced(ach(GOOD), kind, start, text)))
    assert (found.line, found.reason) == (line, reason)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (raw(ach(GOOD)).replace(b"ACME", "ACMÉ".encode()[:4] + b""), "there is a character outside ASCII"),
        (raw([*ach(GOOD), "6" * 94]), "there is something after the file control record"),
        (raw([*ach(GOOD), "9" * 94]), "the last block is not filled up to ten records"),
        (raw([record[:93] if record[0] == "6" else record for record in ach(GOOD)]), "the record has 93 characters, not 94"),
        (raw(ach(GOOD)[1:]), "a record of type 5 cannot stand here"),
    ],
)
def test_a_damaged_file_is_refused(content: bytes, reason: str) -> None:
    assert fault(content).reason == reason


@pytest.mark.parametrize(
    ("entry", "reason", "warning"),
    [
        (Entry(0, segment("C-1", 0), "23"), "a test entry without money (prenote): passed over", True),
        (Entry(100, segment("C-1", 100), "27"), "transaction code 27 is not a credit", False),
        (Entry(100, segment("C-1", 100) + " " * 80), "a CCD entry has more than one addenda", False),
    ],
)
def test_an_entry_that_is_no_payment_is_said_to_be_none(entry: Entry, reason: str, warning: bool) -> None:
    read = nacha.parse(raw(ach([entry, GOOD[1]])))
    assert [(f.reason, f.warning) for f in read.findings] == [(reason, warning)]
    assert [line.case_number for line in read.lines] == ["C-2"]


def test_a_routing_number_with_a_wrong_check_digit_leaves_its_entry_out() -> None:
    read = nacha.parse(raw(replaced(ach(GOOD), "6", 12, "7")))
    assert [f.reason for f in read.findings] == ["the routing number fails its check digit"]
    assert len(read.lines) == 1
