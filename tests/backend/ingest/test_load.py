"""What good extracts do: they become rows, change what changed, close what is gone, and say so in the journal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from backend.ingest.actions import load
from backend.ingest.words import told
from backend.journal import Entry
from tests.backend.ingest.banks import Entry as BankEntry
from tests.backend.ingest.banks import ach, raw, segment
from tests.backend.ingest.extracts import Extract, Tables, agency, disbursement, hearing, payment, person, tarred, zipped
from tests.backend.ingest.states import mirrored, value, values, verbs

pytestmark = pytest.mark.usefixtures("db")


async def second(tmp_path: Path, tables: Tables, mode: str = "delta", sequence: int = 2) -> str:
    """Load the small agency and then this; answers the second report's words."""
    if await value("SELECT count(*) FROM batch") == 0:
        await load(Extract().write(tmp_path / "first"))
    extract = Extract(tables, sequence, mode, "2026-03-03T23:00:00-05:00")
    report = await load(extract.write(tmp_path / f"then-{sequence}"))
    assert report.state == "loaded", told(report)
    return told(report)


async def test_every_file_of_a_full_extract_becomes_rows(tmp_path: Path) -> None:
    report = await load(Extract().write(tmp_path / "e"))
    assert (report.state, report.first, report.rejected) == ("loaded", True, 0)
    state = await mirrored()
    assert {table: len(rows) for table, rows in state.items()} == {
        "office": 1, "worker": 1, "ivd_case": 2, "assignment": 2, "person": 4, "participant": 5, "support_order": 1,
        "obligation": 1, "balance": 1, "payment": 3, "distribution": 1, "disbursement": 1, "hearing": 2, "key_event": 1,
    }  # fmt: skip
    assert await value("SELECT name FROM agency") == "Child Support Agency"
    assert str(await value("SELECT as_of FROM agency")) == "2026-03-03 04:00:00+00:00"


async def test_a_first_load_is_marked_and_notifies_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[Entry] = []

    async def hear(entries: Sequence[Entry]) -> None:
        heard.extend(entries)

    monkeypatch.setattr("backend.journal._listeners", [hear])
    report = await load(Extract().write(tmp_path / "e"))
    assert "nobody is notified" in told(report)
    assert heard == []
    assert await values("SELECT verb FROM journal") == ["batch.loaded"]
    assert await value("SELECT first FROM batch")
    await second(tmp_path, {"payments.csv": [payment("T-9", 100)]})
    assert [entry.verb for entry in heard] == ["payment.posted", "batch.loaded"]


@pytest.mark.parametrize("pack", [zipped, tarred])
@pytest.mark.parametrize("prefix", ["", "extract-7/"])
async def test_a_folder_a_zip_and_a_tar_are_the_same_extract(tmp_path: Path, pack: object, prefix: str) -> None:
    folder = Extract().write(tmp_path / "e")
    assert (await load(pack(folder, prefix))).state == "loaded"  # type: ignore[operator]
    assert (await load(folder)).state == "already"


async def test_the_same_extract_a_hundred_times_is_loaded_once(tmp_path: Path) -> None:
    folder = Extract().write(tmp_path / "e")
    first = await load(folder)
    before = await mirrored()
    for _ in range(100):
        again = await load(folder)
        assert (again.state, again.batch) == ("already", first.batch)
    assert await mirrored() == before
    assert await value("SELECT count(*) FROM batch") == 1


async def test_a_full_extract_in_which_nothing_changed_touches_no_row(tmp_path: Path) -> None:
    await load(Extract().write(tmp_path / "first"))
    before = await values(
        "SELECT xmin::text FROM payment UNION ALL SELECT xmin::text FROM participant UNION ALL SELECT xmin::text FROM hearing"
    )
    report = await load(Extract(sequence=2).write(tmp_path / "second"))
    assert [f.new + f.changed + f.closed for f in report.files] == [0] * 14
    assert before == await values(
        "SELECT xmin::text FROM payment UNION ALL SELECT xmin::text FROM participant UNION ALL SELECT xmin::text FROM hearing"
    )
    assert await verbs() == []


async def test_each_change_has_its_verb_once(tmp_path: Path) -> None:
    tables: Tables = {
        "payments.csv": [payment("T-1", 45000, reversed_by="R-1"), payment("T-8", 300), payment("T-2", 20000)],
        "disbursements.csv": [disbursement("D-1", "T-1", 45000, status="available"), disbursement("D-2", "T-8", 300, status="held")],
        "hearings.csv": [
            hearing("H-1", "2026-04-09T13:30", status="moved"),
            hearing("H-2", "2025-11-03T10:00", status="held"),
            hearing("H-3", "2026-05-01T09:00"),
        ],
        "cases.csv": [agency()["cases.csv"][1] | {"status": "closed", "closed_on": "2026-03-03"}],
        "orders.csv": [agency()["orders.csv"][0] | {"order_id": "O-2"}],
        "events.csv": [agency()["events.csv"][0] | {"event_id": "E-2", "code": "note", "visible_to": "staff"}],
    }
    await second(tmp_path, tables)
    assert sorted(await verbs()) == [
        "case.closed", "disbursement.available", "disbursement.held", "event.added", "hearing.moved", "hearing.set",
        "order.entered", "payment.posted", "payment.reversed",
    ]  # fmt: skip
    assert await value("SELECT bool_and(case_id IS NOT NULL AND subject_id IS NOT NULL) FROM journal WHERE verb <> 'batch.loaded'")


@pytest.mark.parametrize(
    ("changed", "verb"),
    [
        ({"starts_local": "2026-04-09T09:30"}, "hearing.moved"),
        ({"room": "7"}, "hearing.moved"),
        ({"remote": "Y"}, "hearing.moved"),
        ({"status": "cancelled"}, "hearing.cancelled"),
        ({"status": "held"}, "hearing.held"),
    ],
)
async def test_a_hearing_that_changes_says_how(tmp_path: Path, changed: dict[str, str], verb: str) -> None:
    usual = {"starts_local": "2026-04-07T09:30"} | changed
    await second(tmp_path, {"hearings.csv": [hearing("H-1", usual.pop("starts_local"), **usual)]})
    assert await verbs() == [verb]


@pytest.mark.parametrize(
    ("step", "asked"),
    [
        ({"next_step_code": "documents", "next_step_on": "2099-03-20"}, ["document.asked"]),
        ({"next_step_code": "documents", "next_step_on": "2020-03-20"}, []),
        ({"next_step_code": "await_hearing", "next_step_on": "2099-03-20"}, []),
    ],
)
async def test_a_case_that_waits_for_papers_from_now_on_says_so_once(tmp_path: Path, step: dict[str, str], asked: list[str]) -> None:
    cases = {"cases.csv": [agency()["cases.csv"][0] | step]}
    await second(tmp_path, cases)
    assert await verbs() == asked
    if asked:
        assert await value("SELECT detail->>'until' FROM journal WHERE verb = 'document.asked'") == "2099-03-21T00:00:00+00:00"


async def test_the_journal_says_how_long_a_change_is_news(tmp_path: Path) -> None:
    tables = {"payments.csv": [payment("T-8", 1)], "hearings.csv": [hearing("H-1", "2026-07-07T09:30")]}
    await second(tmp_path, tables)
    found = await values("SELECT verb || ' ' || (detail->>'until') FROM journal WHERE case_id IS NOT NULL ORDER BY 1")
    assert found == ["hearing.moved 2026-07-07T13:30:00+00:00", "payment.posted 2026-03-06T00:00:00+00:00"]


async def test_a_hearing_whose_minutes_or_clerk_change_has_not_moved(tmp_path: Path) -> None:
    await second(tmp_path, {"hearings.csv": [hearing("H-1", "2026-04-07T09:30", minutes=45, appearance="video")]})
    assert await verbs() == []


async def test_a_full_extract_closes_what_it_no_longer_lists_and_deletes_nothing(tmp_path: Path) -> None:
    tables = agency()
    gone = {
        "assignments.csv": 0, "people.csv": 3, "participants.csv": 2, "orders.csv": 0, "obligations.csv": 0, "balances.csv": 0,
        "payments.csv": 2, "distributions.csv": 0, "disbursements.csv": 0, "hearings.csv": 0, "events.csv": 0, "cases.csv": 1,
    }  # fmt: skip
    for name, at in gone.items():
        del tables[name][at]
    tables["participants.csv"] = [row for row in tables["participants.csv"] if row["case_number"] == "C-1"]
    tables["assignments.csv"] = []
    tables["payments.csv"] = [row for row in tables["payments.csv"] if row["case_number"] == "C-1"]
    await load(Extract().write(tmp_path / "first"))
    before = {table: len(rows) for table, rows in (await mirrored()).items()}
    await second(tmp_path, tables, "full")
    assert {table: len(rows) for table, rows in (await mirrored()).items()} == before
    day = "2026-03-03"
    assert await values("SELECT status || closed_on FROM ivd_case WHERE case_number = 'C-2'") == [f"closed{day}"]
    assert await values("SELECT to_on::text FROM assignment") == [day, day]
    assert await values("SELECT person_id FROM participant WHERE to_on = '2026-03-03' ORDER BY 1") == ["P-2", "P-3", "P-4"]
    assert await value("SELECT closed FROM person WHERE person_id = 'P-4'")
    assert await value("SELECT ended_on::text FROM support_order") == day
    assert await value("SELECT to_on::text FROM obligation") == day
    assert await value("SELECT amount_cents FROM balance") == 0
    assert await values("SELECT trace FROM payment WHERE closed") == ["T-3"]
    assert await value("SELECT bool_and(closed) FROM distribution")
    assert await value("SELECT bool_and(closed) FROM disbursement")
    assert await value("SELECT visible_to FROM key_event") == "staff"
    assert await values("SELECT hearing_id FROM hearing WHERE status = 'cancelled'") == ["H-1"]
    assert sorted(await verbs()) == ["case.closed", "hearing.cancelled"]


async def test_a_hearing_that_is_over_may_leave_the_docket_in_silence(tmp_path: Path) -> None:
    tables = agency()
    tables["hearings.csv"] = [tables["hearings.csv"][0]]
    await second(tmp_path, tables, "full")
    assert await value("SELECT status FROM hearing WHERE hearing_id = 'H-2'") == "held"
    assert await verbs() == []


async def test_a_delta_closes_nothing_and_what_was_closed_opens_when_it_is_listed_again(tmp_path: Path) -> None:
    fewer = agency()
    del fewer["payments.csv"][1]
    await second(tmp_path, fewer, "full")
    assert await values("SELECT trace FROM payment WHERE closed") == ["T-2"]
    await second(tmp_path, {"payments.csv": [payment("T-2", 20000)]}, sequence=3)
    assert await value("SELECT count(*) FROM payment WHERE NOT closed") == 3


async def test_a_file_that_a_full_extract_does_not_have_is_left_as_it_was(tmp_path: Path) -> None:
    tables = agency()
    del tables["payments.csv"]
    await second(tmp_path, tables, "full")
    assert await value("SELECT count(*) FROM payment WHERE closed") == 0


async def test_nothing_is_closed_in_a_file_of_which_a_row_was_rejected(tmp_path: Path) -> None:
    tables = agency()
    tables["payments.csv"] = [payment("T-1", 45000), payment("T-2", 20000, paid_on="yesterday")]
    words = await second(tmp_path, tables, "full")
    assert await value("SELECT count(*) FROM payment WHERE closed") == 0
    assert "Nothing of payments.csv was closed" in words


async def test_parties_are_numbered_within_a_case_and_no_number_is_given_twice(tmp_path: Path) -> None:
    tables = agency()
    part = {"from_on": "2026-03-01", "to_on": "", "child_resides_with": ""}
    tables["people.csv"] += [person("P-5", "Una", "Reyes"), person("P-6", "Otto", "Lund")]
    parts = tables["participants.csv"]
    parts[1] |= {"to_on": "2026-03-01"}
    parts += [{"case_number": "C-1", "person_id": "P-5", "role": "AP", **part}]
    await second(tmp_path, tables)
    parts[-1] |= {"to_on": "2026-03-02", "role": "NCP"}
    parts += [{"case_number": "C-1", "person_id": "P-6", "role": "NCP", **part}]
    await second(tmp_path, tables, "full", 3)
    found = await values(
        "SELECT person_id || coalesce(party, 0) || role FROM participant p JOIN ivd_case c ON c.id = p.case_id "
        "WHERE case_number = 'C-1' ORDER BY 1"
    )
    assert found == ["P-11CP", "P-22NCP", "P-30CH", "P-53NCP", "P-64NCP"]


async def test_the_eleventh_party_of_a_case_is_rejected(tmp_path: Path) -> None:
    people = [person(f"Q-{n}", "Many", f"Person{n}") for n in range(12)]
    parts = [{"case_number": "C-2", "person_id": f"Q-{n}", "role": "AP", "from_on": "2026-01-01", "to_on": ""} for n in range(12)]
    words = await second(tmp_path, {"people.csv": people, "participants.csv": parts})
    assert words.count("the case has had 10 parties already") == 4
    assert await value("SELECT max(party) FROM participant") == 10


async def test_a_person_who_changes_changes_in_every_case(tmp_path: Path) -> None:
    await second(tmp_path, {"people.csv": [person("P-2", "Dan", "Frost-Ali", phone="555-0177", language="es")]})
    assert await values("SELECT DISTINCT last_name || phone || language FROM participant WHERE person_id = 'P-2'") == [
        "Frost-Ali555-0177es"
    ]


async def test_the_violence_flag_follows_a_person_into_every_case_and_to_the_children_there(tmp_path: Path) -> None:
    await second(tmp_path, {"people.csv": [person("P-2", "Dan", "Frost", family_violence="Y")]})
    flagged = "SELECT person_id FROM participant WHERE family_violence ORDER BY person_id"
    assert await values(flagged) == ["P-2", "P-2", "P-3"]
    assert not await value("SELECT family_violence FROM person WHERE person_id = 'P-3'")
    await second(tmp_path, agency() | {}, "full", 3)
    assert await values(flagged) == []


async def test_the_flag_of_a_guarded_child_is_not_written_anew_with_every_load(tmp_path: Path) -> None:
    tables = agency()
    tables["people.csv"][0] |= {"family_violence": "Y"}
    await second(tmp_path, tables, "full")
    before = await values("SELECT xmin::text FROM participant ORDER BY id")
    await second(tmp_path, tables, "full", 3)
    assert await values("SELECT xmin::text FROM participant ORDER BY id") == before


async def test_a_disbursement_finds_its_payment_even_when_the_payment_comes_later(tmp_path: Path) -> None:
    await second(tmp_path, {"disbursements.csv": [disbursement("D-2", "T-7", 300)]})
    assert await value("SELECT payment_id FROM disbursement WHERE disbursement_id = 'D-2'") is None
    await second(tmp_path, {"payments.csv": [payment("T-7", 300)]}, sequence=3)
    sql = "SELECT trace FROM payment WHERE id = (SELECT payment_id FROM disbursement WHERE disbursement_id = 'D-2')"
    assert await value(sql) == "T-7"


async def test_what_tells_of_a_tax_refund_is_neutral_before_it_is_stored(tmp_path: Path) -> None:
    tables: Tables = {
        "payments.csv": [payment("T-7", 90000, source="offset")],
        "disbursements.csv": [
            disbursement("D-7", "T-7", 90000, status="held", hold_reason_code="joint_return", expected_on="2026-08-01"),
            disbursement("D-8", "T-1", 100, status="held", hold_reason_code="address"),
        ],
    }
    await second(tmp_path, tables)
    assert await value("SELECT source FROM payment WHERE trace = 'T-7'") == "other"
    held = "SELECT hold_reason_code || coalesce(expected_on::text, '') FROM disbursement WHERE status = 'held' ORDER BY 1"
    assert await values(held) == ["address2026-02-24", "other"]


async def test_a_payment_file_of_the_banks_fills_the_same_rows(tmp_path: Path) -> None:
    extract = Extract({}, 2, "delta")
    extract.files["employers.ach"] = raw(ach([BankEntry(45000, segment("C-1", 45000)), BankEntry(500, segment("NONE", 500))]))
    await load(Extract().write(tmp_path / "first"))
    report = await load(extract.write(tmp_path / "second"))
    assert (report.state, report.rejected) == ("loaded", 1)
    assert [(r.file, r.line, r.column, r.reason) for r in report.rejects] == [
        ("employers.ach", 6, "case_number", "no case has this number")
    ]
    row = await values("SELECT originator || ' ' || settled_on || ' ' || paid_on || ' ' || source FROM payment WHERE trace LIKE '99%'")
    assert row == ["1999999999 2026-03-09 2026-03-06 employer"]


async def test_a_payment_that_is_in_both_files_is_taken_once_as_the_state_has_it(tmp_path: Path) -> None:
    same = {"originator": "1999999999", "settled_on": "2026-03-09", "paid_on": "2026-03-06", "posted_on": "2026-03-10"}
    extract = Extract({"payments.csv": [payment("990000010000001", 45000, **same)]}, 2, "delta")
    extract.files["employers.ach"] = raw(ach([BankEntry(45000, segment("C-1", 45000))]))
    await load(Extract().write(tmp_path / "first"))
    report = await load(extract.write(tmp_path / "second"))
    assert report.rejected == 0
    assert await values("SELECT posted_on::text FROM payment WHERE trace LIKE '99%'") == ["2026-03-10"]
    assert await verbs() == ["payment.posted"]
