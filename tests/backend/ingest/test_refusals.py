"""What is wrong with an extract is said in a sentence with file, line and column; nothing of a refused extract is visible."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from backend.ingest.actions import load
from backend.ingest.words import told
from tests.backend.ingest.banks import Entry, ach, raw, replaced, segment
from tests.backend.ingest.extracts import Extract, agency, payment, person
from tests.backend.ingest.refusing import refused
from tests.backend.ingest.states import mirrored, value, values

pytestmark = pytest.mark.usefixtures("db")

Spoil = Callable[[Extract], None]


def edit(name: str, old: bytes, new: bytes) -> Spoil:
    def spoil(extract: Extract) -> None:
        assert old in extract.files[name]
        extract.files[name] = extract.files[name].replace(old, new, 1)

    return spoil


def said(name: str, **wrong: object) -> Spoil:
    return lambda extract: extract.said.update({name: wrong})


def content(name: str, made: Callable[[bytes], bytes]) -> Spoil:
    return lambda extract: extract.files.update({name: made(extract.files[name])})


def bank_file(records: list[str]) -> Spoil:
    return lambda extract: extract.files.update({"x.ach": raw(records)})


BANKED = ach([Entry(45000, segment("C-1", 45000))])

WHOLE = {
    "too few rows": (said("payments.csv", rows=4), "payments.csv: the manifest says 4 rows, the file has 3"),
    "a wrong total": (
        said("payments.csv", totals={"amount_cents": 65100}),
        "payments.csv, amount_cents: the manifest says 65100 cents in all, the file has 65099: a difference of -1",
    ),
    "no total": (said("payments.csv", totals={}), "payments.csv, amount_cents: has no total in the manifest"),
    "a total of nothing": (
        said("cases.csv", totals={"status": 1}),
        "cases.csv, status: cannot have a total",
    ),
    "latin-1": (
        content("people.csv", lambda text: text.replace(b"Quill", "Quiñones".encode("latin-1"))),
        "people.csv, line 2: is not UTF-8",
    ),
    "utf-16": (
        content("people.csv", lambda text: text.decode().encode("utf-16")),
        "people.csv, line 1: is UTF-16, and has to be UTF-8",
    ),
    "0 bytes": (content("hearings.csv", lambda text: b""), "hearings.csv: is empty: it has not even a header"),
    "no people": (
        content("people.csv", lambda text: text.splitlines(keepends=True)[0]),
        "people.csv: has no rows, which a full extract of an agency cannot be",
    ),
    "a lost column": (
        content("cases.csv", lambda text: b"\n".join(line.partition(b",")[2] for line in text.splitlines()) + b"\n"),
        "cases.csv, line 1, case_number: the header lacks case_number",
    ),
    "a column twice": (
        edit("cases.csv", b"closure_code", b"stage"),
        "cases.csv, line 1, stage: the header names stage twice",
    ),
    "a quote that never ends": (
        edit("offices.csv", b"N,North", b'N,"North'),
        "offices.csv, line 2: is not CSV from here on: unexpected end of data",
    ),
    "an amount that is no number": (
        edit("payments.csv", b",20000,", b",200.00,"),
        "payments.csv, line 3, amount_cents: is not whole cents",
    ),
    "a payment file that does not balance": (
        bank_file(replaced(BANKED, "8", 33, "000000045001")),
        "x.ach, line 5: the credit total of the batch is 45001, but it comes to 45000",
    ),
    "a payment file with another total than the manifest's": (
        lambda extract: (bank_file(BANKED)(extract), said("x.ach", totals={"amount_cents": 1})(extract)),
        "x.ach, amount_cents: the manifest says 1 cents in all, the file has 45000: a difference of 44999",
    ),
    "a file of another kind": (
        lambda extract: extract.files.update({"notes.txt": b"hello\n"}),
        "notes.txt: is not a file of an extract",
    ),
}


@pytest.mark.parametrize("what", WHOLE)
async def test_a_file_that_fails_refuses_the_whole_extract(tmp_path: Path, what: str) -> None:
    spoil, sentence = WHOLE[what]
    extract = Extract()
    spoil(extract)
    if what == "an amount that is no number":
        extract.said["payments.csv"] = {"totals": {"amount_cents": 65099}}
    report = await refused(extract.write(tmp_path / "e"))
    assert sentence in told(report)


ROWS = {
    "a wrong day": ("payments.csv", b"2026-02-18", b"2026-02-30", 2, "paid_on", "is not a day of the calendar"),
    "another way to write days": ("payments.csv", b"2026-02-18", b"02/18/2026", 2, "paid_on", "is not a date written YYYY-MM-DD"),
    "an unknown code": ("cases.csv", b",open,", b",ajar,", 2, "status", "is not one of open, closed"),
    "nothing where something must be": ("people.csv", b"Rosa", b"", 2, "first_name", "is empty"),
    "a flag in another language": ("people.csv", b",Y,N", b",Oui,N", 2, "safe_to_contact", "is not Y or N"),
    "an unknown zone": ("hearings.csv", b"America/New_York", b"America/Nowhere", 2, "time_zone", "is not a known time zone"),
    "a time with a zone": ("hearings.csv", b"T09:30", b"T09:30Z", 2, "starts_local", "is not a time written YYYY-MM-DDTHH:MM"),
    "no minutes": ("hearings.csv", b",30,", b",0,", 2, "minutes", "is less than 1"),
    "an owed amount below nothing": ("obligations.csv", b"45000", b"-5", 2, "amount_cents", "is less than 0"),
    "a control character": ("people.csv", b"Rosa", b"Ro\x00sa", 2, "first_name", "holds a control character"),
    "far too many words": ("people.csv", b"Rosa", b"R" * 501, 2, "first_name", "is longer than 500 characters"),
    "a FIPS code that is none": ("cases.csv", b"2023-05-01,,,,,,", b"2023-05-01,,,,,3,", 2, "initiating_fips",
                                 "is not a FIPS code of 2, 5 or 7 digits"),
    "a closed case without a day": ("cases.csv", b",open,", b",closed,", 2, "closed_on", "is empty though the case is closed"),
    "an end before its beginning": ("assignments.csv", b"2023-05-01,,", b"2023-05-01,2022-01-01,", 2, "to_on", "is before from_on"),
    "an unknown case": ("payments.csv", b"C-2", b"C-9", 4, "case_number", "no case has this number"),
    "an unknown person": ("participants.csv", b"P-3", b"P-9", 4, "person_id", "no person has this id"),
    "an unknown order": ("obligations.csv", b"O-1", b"O-9", 2, "order_id", "no order has this id"),
    "a cell too many": ("workers.csv", b"w1,", b"w1,,", 2, None, "has 9 cells, the header has 8"),
    "a cell too few": ("workers.csv", b"w1,", b"w1 ", 2, None, "has 7 cells, the header has 8"),
}  # fmt: skip


@pytest.mark.parametrize("what", ROWS)
async def test_a_bad_row_is_left_out_with_file_line_column_and_reason_and_the_rest_loads(tmp_path: Path, what: str) -> None:
    name, old, new, line, column, reason = ROWS[what]
    extract = Extract()
    edit(name, old, new)(extract)
    report = await load(extract.write(tmp_path / "e"))
    assert report.state == "loaded", told(report)
    mine = [(r.file, r.line, r.column, r.reason) for r in report.rejects if r.file == name]
    assert mine == [(name, line, column, reason)]
    stored = await values("SELECT file || line || coalesce(\"column\", '') || reason FROM reject WHERE file = $1", name)
    assert stored == [f"{name}{line}{column or ''}{reason}"]
    assert report.rejected == len(report.rejects)
    assert f"{name}, line {line}{', ' + column if column else ''}: {reason}" in told(report)


async def test_a_reason_never_quotes_what_stood_in_the_row(tmp_path: Path) -> None:
    extract = Extract()
    edit("people.csv", b"555-0101,", b"\x07secret,")(extract)
    edit("cases.csv", b",open,", b",secret,")(extract)
    report = await load(extract.write(tmp_path / "e"))
    assert report.rejected
    assert "secret" not in told(report)
    assert await value("SELECT count(*) FROM reject WHERE reason LIKE '%secret%'") == 0


async def test_byte_order_mark_and_windows_line_ends_are_tolerated(tmp_path: Path) -> None:
    plain, odd = Extract(), Extract()
    for name, text in odd.files.items():
        odd.files[name] = b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n")
    assert (await load(plain.write(tmp_path / "plain"))).state == "loaded"
    before = await mirrored()
    odd.head["sequence"] = 2
    report = await load(odd.write(tmp_path / "odd"))
    assert (report.state, report.rejected, sum(f.new + f.changed for f in report.files)) == ("loaded", 0, 0)
    assert await mirrored() == before


async def test_blank_lines_are_no_rows_and_line_numbers_stay_true(tmp_path: Path) -> None:
    extract = Extract()
    content("payments.csv", lambda text: text.replace(b"1999999999", b"\n1999999999").replace(b"2026-02-18,", b"never,"))(extract)
    extract.said["payments.csv"] = {"rows": 3, "totals": {"amount_cents": 65099}}
    report = await load(extract.write(tmp_path / "e"))
    assert [r.line for r in report.rejects if r.file == "payments.csv"] == [3, 5, 7]


async def test_line_numbers_stay_true_behind_cells_of_several_lines(tmp_path: Path) -> None:
    tables = agency()
    tables["people.csv"][0]["address_1"] = "c/o Poe\n12 Mill Rd"
    tables["people.csv"][1]["safe_to_contact"] = "?"
    report = await load(Extract(tables).write(tmp_path / "e"))
    assert [(r.file, r.line) for r in report.rejects if r.file == "people.csv"] == [("people.csv", 4)]
    assert await value("SELECT address_1 FROM person WHERE person_id = 'P-1'") == "c/o Poe 12 Mill Rd"


async def test_a_file_without_rows_is_said_to_have_none(tmp_path: Path) -> None:
    tables = agency() | {"events.csv": []}
    report = await load(Extract(tables).write(tmp_path / "e"))
    assert report.state == "loaded"
    assert "events.csv has no rows." in told(report)


async def test_a_column_that_nobody_knows_is_kept_out_and_said_once(tmp_path: Path) -> None:
    tables = agency()
    for row in tables["people.csv"]:
        row |= {"ssn_hint": "x", "favourite colour": "blue"}
    report = await load(Extract(tables).write(tmp_path / "e"))
    assert (report.state, report.rejected) == ("loaded", 0)
    assert told(report).count("people.csv: unknown columns were kept out: ssn_hint, favourite colour.") == 1


async def test_a_copied_row_is_taken_once(tmp_path: Path) -> None:
    tables = agency()
    tables["payments.csv"] += [payment("T-1", 45000), payment("T-1", 45000)]
    report = await load(Extract(tables).write(tmp_path / "e"))
    assert [(r.line, r.reason) for r in report.rejects] == [(5, "repeats line 2"), (6, "repeats line 2")]
    assert await value("SELECT count(*) FROM payment WHERE trace = 'T-1'") == 1


async def test_rows_with_one_key_that_contradict_each_other_are_all_left_out(tmp_path: Path) -> None:
    tables = agency()
    tables["payments.csv"] += [payment("T-1", 46000)]
    report = await load(Extract(tables).write(tmp_path / "e"))
    left_out = [r for r in report.rejects if r.file == "payments.csv"]
    assert [r.line for r in left_out] == [2, 5]
    assert "says something else; none of them was taken" in left_out[0].reason
    assert await value("SELECT count(*) FROM payment WHERE trace = 'T-1'") == 0


async def test_an_old_extract_is_refused_as_replay_and_a_late_one_too(tmp_path: Path) -> None:
    await load(Extract().write(tmp_path / "1"))
    await load(Extract({"payments.csv": [payment("T-5", 5)]}, 3, "delta").write(tmp_path / "3"))
    late = await refused(Extract({"payments.csv": [payment("T-4", 4)]}, 2, "delta").write(tmp_path / "2"))
    assert "sequence 2 is a replay or came late: 3 is loaded already" in told(late)
    other = await refused(Extract({"payments.csv": [payment("T-6", 6)]}, 3, "delta").write(tmp_path / "3b"))
    assert "sequence 3 is a replay" in told(other)


async def test_a_gap_loads_and_raises_an_alarm(tmp_path: Path) -> None:
    await load(Extract().write(tmp_path / "1"))
    report = await load(Extract({"payments.csv": [payment("T-5", 5)]}, 4, "delta").write(tmp_path / "4"))
    assert (report.state, report.gap) == ("loaded", True)
    assert "ALARM: a gap. The last extract was 1, this one is 4." in told(report)
    assert await values("SELECT gap FROM batch ORDER BY sequence") == [False, True]


async def test_sources_count_for_themselves(tmp_path: Path) -> None:
    await load(Extract(sequence=7).write(tmp_path / "7"))
    other = Extract(sequence=1)
    other.head["source"] = "county"
    report = await load(other.write(tmp_path / "1"))
    assert (report.state, report.first, report.gap) == ("loaded", True, False)


async def test_one_source_never_closes_what_another_brought(tmp_path: Path) -> None:
    await load(Extract().write(tmp_path / "a"))
    other = Extract(agency() | {"payments.csv": [payment("T-77", 77)]})
    other.head["source"] = "county"
    await load(other.write(tmp_path / "b"))
    report = await load(Extract(agency() | {"payments.csv": []}, 2).write(tmp_path / "c"))
    assert "Nothing was closed, because another source is loaded here too" in told(report)
    assert await value("SELECT count(*) FROM payment WHERE NOT closed") == 4


async def test_too_many_bad_rows_refuse_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.ingest.reading.REJECTS_MAX", 10)
    tables = agency()
    tables["people.csv"] = [person(f"P-{n}", "", "Nobody") for n in range(30)]
    words = told(await refused(Extract(tables).write(tmp_path / "e")))
    assert "people.csv, line 12, first_name: has more than 10 rows that cannot be taken" in words


async def test_a_child_cannot_become_the_parent_of_its_case(tmp_path: Path) -> None:
    await load(Extract().write(tmp_path / "1"))
    row = agency()["participants.csv"][2] | {"role": "CP"}
    report = await load(Extract({"participants.csv": [row]}, 2, "delta").write(tmp_path / "2"))
    assert "a child of a case cannot become its parent" in told(report)


def test_the_manifest_of_the_tests_is_json_as_anybody_would_write_it(tmp_path: Path) -> None:
    folder = Extract().write(tmp_path / "e")
    assert json.loads((folder / "manifest.json").read_text())["signature"]["alg"] == "ed25519"
