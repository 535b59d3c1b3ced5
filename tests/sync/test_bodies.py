"""Bodies come from the snapshot of the pull, whatever happens between its beginning and its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import asyncpg
import pytest

from backend.db import connection, database_url
from backend.registry import REGISTRY
from sync import bodies
from tests.sync.test_planted import planted
from tests.sync.world import Family, make_family

MESSAGE, GATE = 110, 7001
WAITS = f"(SELECT pg_advisory_xact_lock({GATE}))"
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
REWRITE = "ALTER TABLE message ALTER body TYPE text USING body || ''"


@asynccontextmanager
async def _line() -> AsyncIterator[asyncpg.Connection[Any]]:
    held = await asyncpg.connect(database_url())
    try:
        yield held
    finally:
        await held.close()


async def _pull_meanwhile(family: Family, watch: asyncpg.Connection[Any], then: Callable[[], Awaitable[object]]) -> None:
    """The receiving parent's phone pulls; what is to happen happens when the pull waits."""
    pulling = asyncio.create_task(family.receiving.pull())
    async with asyncio.timeout(20):
        while not await watch.fetchval(WAITING):  # noqa: ASYNC110 (PostgreSQL tells nobody that it waits)
            await asyncio.sleep(0.01)
    await then()
    await pulling


def _said(family: Family) -> list[str]:
    return [body["body"] for body in family.receiving.bodies(MESSAGE)]


@pytest.fixture
async def family(db: object) -> Family:
    made = await make_family()
    await made.receiving.send("message.send", made.case, id=str(made.case), thread=str(made.receiving_part), body="before")
    return made


async def test_a_phone_that_asks_while_a_table_is_being_rewritten_gets_every_row_of_it(family: Family) -> None:
    async with _line() as other, _line() as watch:
        await other.execute(f"BEGIN; {REWRITE}")
        await _pull_meanwhile(family, watch, lambda: other.execute("COMMIT"))
    assert _said(family) == ["before"]


async def _written_in_the_middle_of_a_pull(family: Family) -> None:
    agency = next(noun for noun in REGISTRY.synced if noun.noun == "agency")
    column = agency.shown[0].columns[0]
    slow = replace(agency, sql={**agency.sql, column: f"{bodies.value_of(agency, column)} || {WAITS}::text"})
    registry = replace(REGISTRY, synced=(slow, *(noun for noun in REGISTRY.synced if noun is not agency)))
    async with _line() as other, _line() as watch:
        async with connection() as held:
            await held.execute(bodies.function(registry))
        await other.execute(f"SELECT pg_advisory_lock({GATE})")

        async def write() -> None:
            await other.execute("UPDATE message SET body = 'after'")
            await other.execute(f"SELECT pg_advisory_unlock({GATE})")

        with patch("tests.sync.world.REGISTRY", registry):
            await _pull_meanwhile(family, watch, write)
    assert _said(family) == ["before"]
    await family.receiving.pull()
    assert _said(family) == ["after"]


async def test_what_is_written_in_the_middle_of_a_pull_comes_with_the_next_one(family: Family) -> None:
    await _written_in_the_middle_of_a_pull(family)


async def test_a_body_that_is_younger_than_its_stamp_is_noticed(family: Family) -> None:
    with planted(bodies, "LANGUAGE plpgsql STABLE", "LANGUAGE plpgsql VOLATILE"), pytest.raises(AssertionError):
        await _written_in_the_middle_of_a_pull(family)


async def test_a_table_that_is_not_locked_first_is_noticed(family: Family) -> None:
    with planted(bodies, "SELECT FROM {', '.join(tables)}", "SELECT"), pytest.raises(AssertionError):
        await test_a_phone_that_asks_while_a_table_is_being_rewritten_gets_every_row_of_it(family)
