"""Migrations: on empty, at once from several processes, and when one of them fails."""

from __future__ import annotations

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


async def test_a_second_time_there_is_nothing_to_do(fresh_db: str) -> None:
    assert await migrate() == []


async def test_a_migration_that_fails_leaves_nothing_behind(fresh_db: str) -> None:
    manager = statements("9999_broken", "broken", "CREATE TABLE half (id int); SELECT 1/0")
    with pytest.raises(asyncpg.DivisionByZeroError):
        async with DB.transaction():
            await manager.run()
    async with connection() as held:
        assert await held.fetchval("SELECT to_regclass('half')") is None
