"""How far somebody has read: it goes forward only, and it is theirs alone."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from backend.db import connection
from tests.make import make_case, make_participant
from tests.sync.world import Phone, make_family

pytestmark = pytest.mark.usefixtures("db")

READ_MARK = 120
THEN = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


async def read(phone: Phone, thread: UUID, at: datetime) -> str:
    done = await phone.send("message.read", phone.account, thread=thread, read_at=at)
    return done.outcome


async def marks(phone: Phone) -> list[Any]:
    await phone.pull()
    await phone.pull()
    return phone.bodies(READ_MARK)


async def test_a_mark_goes_forward_and_never_back() -> None:
    family = await make_family()
    for hours in (1, 3, 2):
        assert await read(family.receiving, family.receiving_part, THEN + timedelta(hours=hours)) == "ok"
    assert [mark["read_at"] for mark in await marks(family.receiving)] == ["2026-03-02T18:00:00.000Z"]


async def test_nobody_reads_what_has_not_come_yet() -> None:
    family = await make_family()
    await read(family.receiving, family.receiving_part, datetime.now(UTC) + timedelta(days=400))
    (mark,) = await marks(family.receiving)
    assert datetime.fromisoformat(mark["read_at"]) <= datetime.now(UTC)


async def test_neither_the_other_parent_nor_the_case_team_ever_learns_that_somebody_has_read() -> None:
    family = await make_family()
    others = (family.paying, family.worker)
    for phone in others:
        await phone.pull()
    await read(family.receiving, family.receiving_part, THEN)
    for phone in others:
        pulled = await phone.pull()
        assert pulled.snapshot is None
        assert not phone.bodies(READ_MARK)


async def test_a_parent_learns_nothing_of_what_a_worker_has_read() -> None:
    family = await make_family()
    for phone in (family.receiving, family.paying):
        await phone.pull()
    await read(family.worker, family.receiving_part, THEN)
    for phone in (family.receiving, family.paying):
        assert (await phone.pull()).snapshot is None
    assert len(await marks(family.worker)) == 1


async def test_a_mark_on_a_conversation_that_is_not_ones_own_is_answered_like_any_other_and_kept_nowhere() -> None:
    family = await make_family()
    elsewhere = await make_participant(await make_case())
    for thread in (family.paying_part, elsewhere, uuid4()):
        assert await read(family.receiving, thread, THEN) == "ok"
    async with connection() as held:
        assert await held.fetchval("SELECT count(*) FROM read_mark") == 0


async def test_a_mark_is_sent_about_ones_own_account_only() -> None:
    family = await make_family()
    done = await family.receiving.send("message.read", family.case, thread=family.receiving_part, read_at=THEN)
    assert (done.outcome, done.code) == ("refused", "invalid")


async def test_the_journal_says_it_without_the_case_so_that_nobody_else_is_poked() -> None:
    family = await make_family()
    await read(family.receiving, family.receiving_part, THEN)
    async with connection() as held:
        rows = await held.fetch("SELECT verb, case_id FROM journal WHERE verb LIKE 'message.%'")
    assert [(row["verb"], row["case_id"]) for row in rows] == [("message.read", None)]
