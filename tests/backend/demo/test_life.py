"""The demonstration lives: it is loaded once, then day by day, and ends as one full extract of its last day would."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from backend.accounts.passwords import is_password
from backend.demo import actions
from backend.demo.agency import build
from backend.demo.book import Book
from backend.demo.extract import SOURCE, local_key, write_all
from backend.ingest.actions import load
from backend.ingest.words import told
from backend.settings import SETTINGS
from tests.backend.ingest.states import mirrored, value, values

CASES, DAYS = 60, 30


async def test_the_agency_is_loaded_into_an_empty_database_and_its_people_can_sign_in(db: object) -> None:
    assert await actions.demo_people() == ()
    report = await actions.load_if_empty(CASES, 3)
    assert report is not None
    assert (report.state, report.rejected, report.source) == ("loaded", 0, SOURCE)
    assert [person.key for person in await actions.demo_people()] == [
        "receiving", "paying", "both", "worker", "worker2", "supervisor",
    ]  # fmt: skip
    password = (SETTINGS.data / "demo" / "password").read_text()
    assert await is_password(await value("SELECT password_hash FROM account WHERE demo_key = 'both'"), password)
    sql = """SELECT string_agg(DISTINCT p.role, ',' ORDER BY p.role) FROM participant p JOIN account a USING (person_id)
        WHERE a.demo_key = $1"""
    assert [await value(sql, key) for key in ("receiving", "paying", "both")] == ["CP", "NCP", "CP,NCP"]
    told = """SELECT string_agg(DISTINCT a.demo_key, ',' ORDER BY a.demo_key) FROM notice n JOIN account a ON a.id = n.account_id
        JOIN sync_grant g ON g.principal = a.id AND g.scope = n.case_id WHERE n.opened_at > n.told_at AND n.state = 'sent'"""
    assert await value(told) == "both,paying,receiving"
    assert await value("SELECT count(*) FROM notice n WHERE n.opened_at IS NULL OR n.told_at > now()") == 0
    money_out = "SELECT count(*) FROM notice n JOIN account a ON a.id = n.account_id WHERE n.kind = 'disbursement' AND demo_key = 'paying'"
    assert await value(money_out) == 0
    shared = "SELECT count(DISTINCT case_id) FROM participant WHERE person_id IN ('P000001', 'P000002')"
    assert await value(shared) == 1
    assert await actions.load_if_empty(CASES, 3) is None


async def test_day_by_day_it_comes_to_what_one_full_extract_of_the_last_day_would_say(
    db: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    anchor = date(2026, 3, 4)
    monkeypatch.setattr(actions, "yesterday", lambda: anchor)
    await actions.load_if_empty(CASES, DAYS)
    for _ in range(DAYS):
        report = await actions.load_tomorrow()
        assert report is not None
        assert (report.state, report.gap, report.rejected) == ("loaded", False, 0), told(report)
    lived = await mirrored()
    whole = folded(build(actions.SEED, anchor, CASES, DAYS).book)
    write_all(whole, tmp_path, local_key(SETTINGS.data))
    manifest = (tmp_path / "full" / "manifest.json").read_text()
    assert '"sequence": 1' in manifest
    await forget_batches()
    report = await load(tmp_path / "full")
    assert [(f.name, f.new, f.changed, f.closed) for f in report.files if f.new + f.changed + f.closed] == []
    assert await mirrored() == lived


async def test_a_cleared_folder_is_written_again_with_the_same_days(db: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "CASES", 30)
    await actions.load_if_empty(30, actions.DAYS)
    before = (actions.folder() / "delta-001" / "payments.csv").read_bytes()
    for folder in actions.folder().iterdir():
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
    report = await actions.load_tomorrow()
    assert report is not None
    assert report.state == "loaded"
    assert (actions.folder() / "delta-001" / "payments.csv").read_bytes() == before


async def test_there_is_no_tomorrow_without_a_yesterday(db: object) -> None:
    assert await actions.load_tomorrow() is None
    assert await values("SELECT id FROM batch") == []


def folded(book: Book) -> Book:
    """The book in which everything that was written up to the last day stands in the full extract."""
    for page in book.pages[1:-1]:
        for kind, written in page.items():
            book.pages[0][kind].update(written)
    book.calendar.anchor = book.calendar.steps[-1]
    book.calendar.steps = []
    return book


async def forget_batches() -> None:
    """As if another source began anew: only what the rows say counts."""
    await value("WITH gone AS (UPDATE batch SET source = 'before', digest = '\\x00' || digest RETURNING 1) SELECT count(*) FROM gone")
