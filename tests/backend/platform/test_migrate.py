"""Migrations: on empty, at once from several processes, and when one of them fails."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

import asyncpg
import pytest

from backend.db import DB, connection
from backend.embedded import ensure_database
from backend.environment import ROOT
from backend.migrate import migrate, statements
from tests.conftest import SERVER


async def make_empty() -> str:
    name = f"empty_{os.urandom(4).hex()}"
    await ensure_database(SERVER, name, "template0")
    return SERVER.url(name)


async def test_five_processes_at_once_migrate_an_empty_database_once(db: object) -> None:
    url = await make_empty()
    command = [sys.executable, "-m", "backend.migrate"]
    environment = {**os.environ, "DATABASE_URL": url}
    started = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(5)]
    said = [process.communicate()[0] for process in started]
    assert [process.returncode for process in started] == [0] * 5
    names = [path.stem for path in sorted(ROOT.glob("migrations/[0-9]*.py"))]
    assert sorted(said, key=len) == ["nothing to apply\n"] * 4 + ["".join(f"applied {name}\n" for name in names)]


NAMES = [path.stem for path in sorted(ROOT.glob("migrations/[0-9]*.py"))]
STEPWISE = """
import asyncio, sys
from piccolo.apps.migrations.commands.forwards import run_forwards
from backend.db import DB, open_pool
from backend.migrate import APP, migrate

async def both():
    await open_pool(size=2)
    async with DB.transaction():
        await run_forwards(APP, migration_id=sys.argv[1])
    await migrate()

asyncio.run(both())
"""
SHAPE = """
SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns
WHERE table_schema = 'public' UNION ALL
SELECT tablename, indexname, indexdef, '', '' FROM pg_indexes WHERE schemaname = 'public' UNION ALL
SELECT tgrelid::regclass::text, tgname, '', '', '' FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2, 3"""


async def shape(url: str) -> list[tuple[str, ...]]:
    """Every column, index and trigger of a database."""
    held = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await held.fetch(SHAPE)]
    finally:
        await held.close()


@pytest.mark.parametrize("last", NAMES[:-1])
async def test_a_database_of_every_earlier_state_comes_to_the_same_schema(fresh_db: str, last: str) -> None:
    url = await make_empty()
    done = await asyncio.create_subprocess_exec(sys.executable, "-c", STEPWISE, last, env={**os.environ, "DATABASE_URL": url}, cwd=ROOT)
    assert await done.wait() == 0
    assert await shape(url) == await shape(fresh_db)


async def test_a_second_time_there_is_nothing_to_do(fresh_db: str) -> None:
    assert await migrate() == []


async def test_a_migration_that_fails_leaves_nothing_behind(fresh_db: str) -> None:
    manager = statements("9999_broken", "broken", "CREATE TABLE half (id int); SELECT 1/0")
    with pytest.raises(asyncpg.DivisionByZeroError):
        async with DB.transaction():
            await manager.run()
    async with connection() as held:
        assert await held.fetchval("SELECT to_regclass('half')") is None
