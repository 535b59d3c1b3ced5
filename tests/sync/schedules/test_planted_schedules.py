"""Defects planted into what only shows between transactions, between messages and between servers; each has to be caught."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import ModuleType
from typing import NamedTuple

import asyncpg
import pytest

from backend import db
from backend.db import connection, database_url
from backend.devices import actions
from backend.registry import REGISTRY
from sync import epoch, inbox, pull, rows
from tests.backend.platform.test_cut import cut_from
from tests.cutter import cutter
from tests.sync.schedules.orders import scheduled, shuffled
from tests.sync.schedules.scenarios import SCENARIOS, Scenario
from tests.sync.test_planted import planted

MONEY, COMING, WORKER, PARTS = SCENARIOS
ENOUGH = 60


class Sown(NamedTuple):
    """What is wrong, where, and the orders that have to show it."""

    name: str
    module: ModuleType
    right: str
    wrong: str
    scenario: Scenario


NOT_SEEN = "r.x >= pg_snapshot_xmin(($2::text)::pg_snapshot)\n        AND NOT pg_visible_in_snapshot(r.x, ($2::text)::pg_snapshot)"
STAMP = "SET rev = sync_row.rev + 1, gone = false, gone_at = NULL, x = pg_current_xact_id();"

IN_PULL = (
    Sown("the cursor is the newest stamp", pull, NOT_SEEN, "r.x >= pg_snapshot_xmax(($2::text)::pg_snapshot)", MONEY),
    Sown(
        "the cursor is taken in a second statement",
        pull,
        "    return _answer(records, asked)\n",
        '    made = _answer(records, asked)\n    made.snapshot = await connection.fetchval("SELECT pg_current_snapshot()::text")\n'
        "    return made\n",
        MONEY,
    ),
    Sown(
        "a cursor covers what was still in progress",
        pull,
        "'snapshot', pg_current_snapshot()::text",
        "'snapshot', pg_snapshot_xmax(pg_current_snapshot())::text || ':' || pg_snapshot_xmax(pg_current_snapshot())::text || ':'",
        COMING,
    ),
    Sown("the manifest is not told again", pull, "if head.digest != asked.have or", "if", WORKER),
    Sown("what was deleted is not told", pull, "FROM answer WHERE gone", "FROM answer WHERE gone AND false", COMING),
)

IN_TRIGGERS = (
    Sown("a row that changes again is not stamped", rows, STAMP, "SET rev = sync_row.rev + 1, gone = false;", MONEY),
    Sown("changes of a worker's rights do not see each other", rows, "PERFORM {ONE_AT_A_TIME};", "", WORKER),
    Sown("changes of a person's parts do not see each other", rows, "PERFORM {ONE_AT_A_TIME};", "", PARTS),
)


async def _orders(scenario: Scenario) -> None:
    async with scheduled(database_url(), scenario) as schedules:
        await schedules.run(shuffled(1), ENOUGH)


@pytest.mark.parametrize("sown", IN_PULL, ids=lambda sown: sown.name)
async def test_orders_of_transactions_catch_a_defect_of_the_pull(db: object, sown: Sown) -> None:
    with planted(sown.module, sown.right, sown.wrong), pytest.raises(AssertionError, match="a fresh one is"):
        await _orders(sown.scenario)


@pytest.mark.parametrize("sown", IN_TRIGGERS, ids=lambda sown: sown.name)
async def test_orders_of_transactions_catch_a_defect_of_the_triggers(fresh_db: str, sown: Sown) -> None:
    with planted(sown.module, sown.right, sown.wrong):
        async with connection() as held:
            await held.execute(rows.statements(REGISTRY))
        with pytest.raises(AssertionError, match=r"a fresh one is|the triggers left"):
            await _orders(sown.scenario)


class Torn(NamedTuple):
    """What is wrong, where, and a message of the protocol before the one at which it shows."""

    name: str
    module: ModuleType
    right: str
    wrong: str
    first: int


OUTSIDE = (
    Torn(
        "the effect commits before its outcome",
        inbox,
        '    return await _store(connection, device, mutation, _outcome(mutation.n, "ok", None))',
        '    await connection.execute("COMMIT; BEGIN")\n'
        '    return await _store(connection, device, mutation, _outcome(mutation.n, "ok", None))',
        60,
    ),
    Torn(
        "the number commits before its outcome",
        inbox,
        "    await connection.execute(\n        STORE,",
        '    await connection.execute("UPDATE sync_device SET last_n = $2 WHERE id = $1", device, mutation.n)\n'
        '    await connection.execute("COMMIT; BEGIN")\n'
        "    await connection.execute(\n        STORE,",
        65,
    ),
    Torn("a lost database counts as a mutation that broke us", actions, "if is_lost(c):", "if False:", 20),
)


@pytest.fixture
async def direct(fresh_db: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    held = await asyncpg.connect(fresh_db)
    yield held
    await held.close()


@pytest.mark.parametrize("torn", OUTSIDE, ids=lambda torn: torn.name)
async def test_cutting_the_line_catches_what_is_not_one_transaction(
    fresh_db: str, direct: asyncpg.Connection[asyncpg.Record], torn: Torn
) -> None:
    await db.close_pool()
    async with cutter(fresh_db) as cut:
        await db.open_pool(cut.url, size=3)
        with planted(torn.module, torn.right, torn.wrong), pytest.raises(AssertionError):
            await cut_from(torn.first, cut, direct)
        cut.disarm()
        await db.close_pool()


async def test_two_processes_that_begin_an_epoch_without_a_lock_are_caught(fresh_db: str) -> None:
    from tests.sync.test_epoch import test_all_that_notice_at_once_that_the_database_moved_begin_the_same_epoch as at_once

    with planted(epoch, '"LOCK TABLE sync_epoch IN SHARE ROW EXCLUSIVE MODE"', '"SELECT"'), pytest.raises(AssertionError):
        await at_once(fresh_db)
