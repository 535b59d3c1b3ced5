"""Nobody changes the record of acts unnoticed: not with the database in hand, and not by cutting off its end."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from backend.audit.actions import anchor, read_anchors, seal, seal_all, verify
from backend.audit.tampering import WAYS, try_everything
from backend.db import DB, connection
from backend.journal import Entry, record


@pytest.fixture
async def anchors(db: object, tmp_path: Path) -> Path:
    """A journal of thirty entries, sealed in three batches, and anchored after the second."""
    path = tmp_path / "anchors"
    for batch in range(3):
        await record([Entry("case.read", uuid4(), subject_id=uuid4(), detail={"n": n, "word": "a\tb\\c\nñ"}) for n in range(10)])
        assert await seal() == 10
        if batch == 1:
            await anchor(path)
    return path


async def tamper(*statements: str) -> None:
    """As whoever owns the database can."""
    async with DB.transaction(), connection() as held:
        await held.execute("SET LOCAL session_replication_role = replica")
        for sql in statements:
            await held.execute(sql)


async def faults(anchors: Path) -> list[str]:
    return (await verify(anchors)).faults


async def test_an_untouched_journal_is_found_to_be_so(anchors: Path) -> None:
    found = await verify(anchors)
    assert (found.links, found.anchored, found.faults) == (30, 20, [])


@pytest.mark.parametrize("verb", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize(("table", "column"), [("journal", "verb"), ("journal_seal", "hash"), ("journal_head", "hash")])
async def test_the_database_itself_refuses_to_change_it(anchors: Path, verb: str, table: str, column: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with connection() as held:
            await held.execute(verb.format(table, column, column))


ID = "(SELECT entry FROM journal_seal WHERE seq = {})"


@pytest.mark.parametrize(
    ("statements", "told"),
    [
        ([f"UPDATE journal SET verb = 'case.seen' WHERE id = {ID.format(7)}"], "link 7 "),
        ([f"UPDATE journal SET actor_id = NULL WHERE id = {ID.format(30)}"], "link 30 "),
        ([f"UPDATE journal SET at = at + interval '1 microsecond' WHERE id = {ID.format(1)}"], "link 1 "),
        ([f"UPDATE journal SET detail = detail || '{{\"m\": 1}}' WHERE id = {ID.format(12)}"], "link 12 "),
        ([f"DELETE FROM journal WHERE id = {ID.format(5)}"], "its entry is gone"),
        ([f"DELETE FROM journal WHERE id = {ID.format(5)}", "DELETE FROM journal_seal WHERE seq = 5"], "link 6 "),
        (["INSERT INTO journal (verb) VALUES ('planted')"], "1 entries were put in"),
        (["UPDATE journal_seal SET entry = -entry WHERE seq IN (3, 4)", f"""UPDATE journal_seal SET entry = CASE seq
            WHEN 3 THEN (SELECT -entry FROM journal_seal WHERE seq = 4) ELSE (SELECT -entry FROM journal_seal WHERE seq = 3) END
            WHERE seq IN (3, 4) AND {ID.format(3)} < 0"""], "link 3 "),
        ([f"DELETE FROM journal WHERE id > {ID.format(18)}", "DELETE FROM journal_seal WHERE seq > 18",
          "DELETE FROM journal_head WHERE seq > 18"], "its tail was cut off"),
        (["DELETE FROM journal", "DELETE FROM journal_seal", "DELETE FROM journal_head"], "its tail was cut off"),
        (["DELETE FROM journal_head WHERE seq = 30"], "was never signed"),
        (["UPDATE journal_head SET signature = decode(repeat('11', 64), 'hex') WHERE seq = 10"], "not signed by us"),
        (["UPDATE journal_head SET seq = 9 WHERE seq = 10"], "not signed by us"),
    ],
)  # fmt: skip
async def test_what_somebody_with_the_database_does_to_it_is_told(anchors: Path, statements: list[str], told: str) -> None:
    await tamper(*statements)
    assert told in "\n".join(await faults(anchors))


async def test_an_entry_that_is_taken_out_before_it_was_sealed_is_missed(anchors: Path) -> None:
    await record([Entry("case.read")])
    await tamper("DELETE FROM journal WHERE id = (SELECT max(id) FROM journal)")
    assert await faults(anchors) == ["1 entries were taken out before they were sealed"]


async def test_an_anchor_that_somebody_wrote_by_hand_is_not_believed(anchors: Path) -> None:
    (told,) = read_anchors(anchors)
    anchors.write_text(anchors.read_text().replace(f'"seq":{told.seq}', f'"seq":{told.seq + 1}'))
    assert await faults(anchors) == ["the anchor at 21 was not signed by us"]


async def test_a_head_is_anchored_once_and_anchors_are_only_added(anchors: Path) -> None:
    first = anchors.read_text()
    for _ in range(2):
        await anchor(anchors)
    assert [one.seq for one in read_anchors(anchors)] == [20, 30]
    assert anchors.read_text().startswith(first)


async def test_eight_who_write_and_four_who_seal_make_one_chain(db: object, tmp_path: Path) -> None:
    async def write() -> None:
        for _ in range(15):
            async with DB.transaction():
                await record([Entry("case.read", uuid4()), Entry("case.read", uuid4())])

    async def sealing() -> None:
        for _ in range(10):
            await seal(7)

    await asyncio.gather(*(write() for _ in range(8)), *(sealing() for _ in range(4)))
    await seal_all()
    found = await verify(tmp_path / "none")
    assert (found.links, found.faults) == (8 * 15 * 2, [])


async def test_an_act_whose_entry_cannot_be_written_does_not_happen(db: object) -> None:
    async def act() -> None:
        async with DB.transaction(), connection() as held:
            await held.execute("INSERT INTO agency (source, name, phone, time_zone) VALUES ('s', 'n', '555-0100', 'UTC')")
            await record([Entry("x\0y")])

    with pytest.raises(asyncpg.PostgresError):
        await act()
    async with connection() as held:
        assert await held.fetchval("SELECT count(*) FROM agency") == 0


async def test_the_sealer_comes_by_itself(db: object) -> None:
    from backend.jobs import HANDLERS
    from backend.worker import load_handlers

    load_handlers()
    await record([Entry("case.read")])
    kept: Any = HANDLERS["journal.seal"]
    assert kept.every_s is not None
    assert kept.every_s <= 5
    await kept.run({})
    async with connection() as held:
        assert await held.fetchval("SELECT count(*) FROM journal_seal") == 1


def test_ten_thousand_ways_to_change_a_chain_are_all_noticed() -> None:
    assert len(WAYS) == 8
    assert try_everything(10_000, seed=20261121) == []


def test_a_verifier_that_looks_away_would_be_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    from backend.audit import tampering

    monkeypatch.setattr(tampering, "faults", lambda found: [])
    assert len(try_everything(16, seed=1)) == 16
