"""Each row of the list of faults that the stock engine has, and what `after_commit` promises."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator

import asyncpg
import pytest

from backend import db
from backend.db import DB, after_commit, connection

SIZE = 4


@pytest.fixture
async def small_pool(fresh_db: str) -> AsyncIterator[None]:
    """A pool of four on a database of its own, with a constraint that only COMMIT checks."""
    await db.close_pool()
    await db.open_pool(fresh_db, size=SIZE)
    async with connection() as held:
        await held.execute("""
            CREATE TABLE parent (id integer PRIMARY KEY);
            CREATE TABLE child (id integer REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED);
            CREATE TABLE counter (id integer PRIMARY KEY, n integer NOT NULL);
            INSERT INTO counter VALUES (1, 0), (2, 0)""")
    yield
    async with asyncio.timeout(5):  # every connection can be had again
        async with contextlib.AsyncExitStack() as stack:
            for _ in range(SIZE):
                held = await stack.enter_async_context(db.pool().acquire())
                assert await held.fetchval("SELECT 1") == 1
                assert not held.is_in_transaction()


async def run(sql: str, *arguments: object) -> object:
    async with connection() as held:
        return await held.fetchval(sql, *arguments)


async def test_a_constraint_that_fails_at_commit_leaks_no_connection(small_pool: None) -> None:
    for _ in range(SIZE + 1):
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            async with DB.transaction():
                await run("INSERT INTO child VALUES (404)")
    assert not DB.transaction_exists()


async def test_gather_inside_a_transaction_is_refused_with_a_clear_error(small_pool: None) -> None:
    for _ in range(SIZE + 1):
        with pytest.raises(RuntimeError, match="no gather"):
            async with DB.transaction():
                await asyncio.gather(run("SELECT 1"), run("SELECT 2"))


async def test_being_cancelled_during_commit_leaks_no_connection(small_pool: None) -> None:
    async def commit_slowly() -> None:
        async with DB.transaction() as transaction:
            await run("INSERT INTO parent SELECT coalesce(max(id), 0) + 1 FROM parent")
            asyncio.get_running_loop().call_soon(task.cancel)
            await transaction.connection.execute("SELECT 1")

    for _ in range(SIZE + 1):
        task = asyncio.create_task(commit_slowly())
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_a_serialization_failure_leaks_no_connection_and_is_told(small_pool: None) -> None:
    for _ in range(SIZE + 1):
        with pytest.raises(asyncpg.SerializationError):
            async with DB.transaction(isolation="repeatable_read"):
                await run("SELECT n FROM counter WHERE id = 1")
                async with db.pool().acquire() as another:
                    await another.execute("UPDATE counter SET n = n + 1 WHERE id = 1")
                await run("UPDATE counter SET n = n + 1 WHERE id = 1")


async def test_a_task_made_inside_a_transaction_and_running_after_it_uses_the_pool(small_pool: None) -> None:
    go = asyncio.Event()

    async def later() -> object:
        await go.wait()
        return await run("SELECT 7")

    async with DB.transaction():
        task = asyncio.create_task(later())
        await run("SELECT 1")
    go.set()
    assert await task == 7


def test_importing_the_engine_opens_no_connection() -> None:
    code = "import backend.piccolo_conf, socket; print('imported')"
    nowhere = {"DATABASE_URL": "postgresql://nobody@/nothing?host=/nonexistent", "PATH": ""}
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], env=nowhere, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("imported\n", "")


async def test_a_nested_transaction_is_part_of_the_outer_one(small_pool: None) -> None:
    with pytest.raises(ZeroDivisionError):
        async with DB.transaction():
            async with DB.transaction():
                await run("INSERT INTO parent VALUES (1)")
            raise ZeroDivisionError
    assert await run("SELECT count(*) FROM parent") == 0


async def test_a_nested_transaction_cannot_ask_for_another_isolation(small_pool: None) -> None:
    with pytest.raises(RuntimeError, match="isolation"):
        async with DB.transaction():
            async with DB.transaction(isolation="serializable"):
                pass


async def test_an_abandoned_begin_is_undone_when_its_connection_returns(small_pool: None) -> None:
    for _ in range(SIZE + 1):
        async with db.pool().acquire() as held:
            await held.execute("BEGIN; INSERT INTO parent VALUES (1)")
    assert await run("SELECT count(*) FROM parent") == 0


async def test_callbacks_run_after_the_outermost_commit_and_see_it(db: object) -> None:
    seen: list[object] = []

    async def look() -> None:
        seen.append(DB.transaction_exists())
        async with connection() as held:
            seen.append(await held.fetchval("SELECT count(*) FROM throttle"))

    async with DB.transaction():
        async with DB.transaction():
            await run("INSERT INTO throttle VALUES ('key', now(), 1)")
            after_commit(look)
        assert seen == []
    assert seen == [False, 1]


async def test_callbacks_do_not_run_after_a_rollback(db: object) -> None:
    seen: list[str] = []

    async def look() -> None:
        seen.append("ran")

    with pytest.raises(ZeroDivisionError):
        async with DB.transaction():
            after_commit(look)
            raise ZeroDivisionError
    assert seen == []


async def test_a_failing_callback_is_logged_and_spoils_nothing(db: object, caplog: pytest.LogCaptureFixture) -> None:
    seen: list[str] = []

    async def fail() -> None:
        raise ZeroDivisionError

    async def look() -> None:
        seen.append("ran")

    async with DB.transaction():
        await run("INSERT INTO throttle VALUES ('key', now(), 1)")
        after_commit(fail)
        after_commit(look)
    assert seen == ["ran"]
    assert "a callback after a commit failed" in caplog.text
    assert await run("SELECT count(*) FROM throttle") == 1


async def test_without_a_transaction_a_callback_runs_soon(db: object) -> None:
    ran = asyncio.Event()

    async def look() -> None:
        ran.set()

    after_commit(look)
    async with asyncio.timeout(1):
        await ran.wait()
