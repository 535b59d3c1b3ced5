"""Publication is atomic: readers see the old state or the new one, and a load that dies leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import pytest

from backend.ingest.actions import load
from backend.settings import SETTINGS
from tests.backend.ingest.extracts import Extract, Tables, agency, payment, zipped
from tests.backend.ingest.states import mirrored, value

KILLS = 20
PAYMENTS = 6_000


def large(cents: int) -> Tables:
    """The small agency with many payments, all of the same amount, and a balance that says how much."""
    tables = agency()
    tables["payments.csv"] = [payment(f"T-{n}", cents) for n in range(PAYMENTS)]
    tables["balances.csv"][0]["amount_cents"] = cents
    return tables


def loading(path: Path) -> subprocess.Popen[bytes]:
    """A process of its own that loads this."""
    command = [sys.executable, "-m", "backend.cli", "ingest", str(path)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)


async def test_readers_see_the_old_state_or_the_new_one_and_never_a_mixture(db: object, tmp_path: Path) -> None:
    await load(Extract(large(100)).write(tmp_path / "1"))
    sql = """SELECT (SELECT amount_cents FROM balance), (SELECT min(amount_cents) FROM payment),
        (SELECT max(amount_cents) FROM payment), (SELECT count(*) FROM payment), (SELECT max(sequence) FROM batch)"""
    seen: set[tuple[int, ...]] = set()
    reading = asyncio.Event()

    async def read() -> None:
        reader = await asyncpg.connect(os.environ["DATABASE_URL"])
        while not reading.is_set():
            seen.update(tuple(row) for row in await reader.fetch(sql))
            await asyncio.sleep(0)
        seen.update(tuple(row) for row in await reader.fetch(sql))
        await reader.close()

    task = asyncio.create_task(read())
    for sequence in (2, 3, 4):
        await load(Extract(large(100 * sequence), sequence).write(tmp_path / str(sequence)))
    reading.set()
    await task
    assert seen == {(cents, cents, cents, PAYMENTS, cents // 100) for cents in (100, 200, 300, 400)}


@pytest.mark.slow
async def test_a_load_killed_at_any_moment_leaves_nothing_and_starts_over_with_the_same_result(fresh_db: str, tmp_path: Path) -> None:
    path = zipped(Extract(large(4500)).write(tmp_path / "e"))
    nothing = await mirrored()
    began = time.monotonic()
    process = loading(path)
    assert await asyncio.to_thread(process.wait) == 0
    whole_s = time.monotonic() - began
    expected = await mirrored()
    await forget()
    draw = random.Random(20)
    killed = 0
    for _ in range(KILLS):
        process = loading(path)
        await asyncio.sleep(draw.uniform(0.25, 1.0) * whole_s)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            killed += 1
        await asyncio.to_thread(process.wait)
        await settled()
        if await value("SELECT count(*) FROM batch") == 0:
            assert await mirrored() == nothing
            assert (await load(path)).state == "loaded"
        assert await mirrored() == expected
        assert (await load(path)).state == "already"
        await forget()
    assert killed > KILLS // 3
    assert list((SETTINGS.data / "unpacked").iterdir()) == [], "what the killed ones had unpacked was swept"


async def test_two_loads_of_the_same_extract_at_once_load_it_once(db: object, tmp_path: Path) -> None:
    path = Extract(large(4500)).write(tmp_path / "e")
    reports = await asyncio.gather(*(load(path) for _ in range(4)))
    assert sorted(report.state for report in reports) == ["already", "already", "already", "loaded"]
    assert await value("SELECT count(*) FROM payment") == PAYMENTS


async def test_two_extracts_at_once_end_as_one_after_the_other(db: object, tmp_path: Path) -> None:
    await load(Extract(large(100)).write(tmp_path / "1"))
    paths = [Extract(large(100 * n), n).write(tmp_path / str(n)) for n in (2, 3)]
    states = [report.state for report in await asyncio.gather(*(load(path) for path in paths))]
    assert states in (["loaded", "loaded"], ["refused", "loaded"])
    assert await value("SELECT min(amount_cents) FROM payment") == 300


async def settled() -> None:
    """Wait until the server has noticed that its client is gone."""
    sql = "SELECT count(*) FROM pg_stat_activity WHERE state <> 'idle' AND pid <> pg_backend_pid() AND datname = current_database()"
    for _ in range(400):
        if await value(sql) == 0:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("a killed load still runs")


async def forget() -> None:
    """An empty database again."""
    held = await asyncpg.connect(os.environ["DATABASE_URL"])
    names = await held.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('migration', 'sync_epoch')")
    deletes = "".join(f'DELETE FROM "{row["tablename"]}";' for row in names)
    async with held.transaction():
        await held.execute(f"SET LOCAL session_replication_role = replica; {deletes}")
    await held.close()
