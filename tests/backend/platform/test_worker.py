"""The production shape: workers and a Redis that loses everything, killed in the middle."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backend.db import connection
from backend.environment import ROOT
from tests.redis_server import RedisServer

JOBS = 200
HANDLER = '''
import asyncio
from backend import jobs, worker
from backend.db import connection

jobs.LEASE_S = 3.0

@jobs.handler("test.effect")
async def effect(payload):
    await asyncio.sleep(0.02)
    async with connection() as held:
        await held.execute("INSERT INTO effect (n) VALUES ($1)", payload["n"])

worker.main()
'''
Start = Callable[[], subprocess.Popen[str]]


@pytest.fixture
def start_worker(redis_server: RedisServer, fresh_db: str, tmp_path: Path) -> Iterator[Start]:
    """Start worker processes that know one more kind of job."""
    program = tmp_path / "worker.py"
    program.write_text(HANDLER)
    environment = {**os.environ, "DATABASE_URL": fresh_db, "REDIS_URL": redis_server.url, "PYTHONPATH": str(ROOT)}
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        process = subprocess.Popen([sys.executable, str(program)], env=environment, stderr=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


async def add(count: int, first: int = 1) -> None:
    async with connection() as held:
        await held.execute("CREATE TABLE IF NOT EXISTS effect (n integer)")
        await held.execute(
            """INSERT INTO job (kind, payload)
            SELECT 'test.effect', jsonb_build_object('n', g) FROM generate_series($1::int, $2::int) g""",
            first,
            first + count - 1,
        )


async def effects(at_least: int, within_s: float = 40) -> list[int]:
    async with connection() as held, asyncio.timeout(within_s):
        while True:
            seen = [row["n"] for row in await held.fetch("SELECT DISTINCT n FROM effect ORDER BY n")]
            if len(seen) >= at_least:
                return seen
            await asyncio.sleep(0.1)


@pytest.mark.slow
async def test_every_job_is_done_though_redis_is_wiped_and_a_worker_killed(
    start_worker: Start, redis_server: RedisServer
) -> None:
    doomed, survivor = start_worker(), start_worker()
    await add(JOBS)
    await effects(JOBS // 4)
    redis_server.kill()
    doomed.kill()
    await add(JOBS, JOBS + 1)
    await asyncio.sleep(1)
    redis_server.start()
    assert await effects(2 * JOBS) == list(range(1, 2 * JOBS + 1))
    assert survivor.poll() is None


@pytest.mark.slow
async def test_jobs_are_done_while_there_is_no_redis_at_all(start_worker: Start, redis_server: RedisServer) -> None:
    redis_server.kill()
    start_worker()
    await add(20)
    assert await effects(20) == list(range(1, 21))


@pytest.mark.slow
async def test_a_worker_that_is_told_to_stop_finishes_what_runs_and_leaves_cleanly(start_worker: Start) -> None:
    process = start_worker()
    await add(60)
    await effects(5)
    process.send_signal(signal.SIGTERM)
    said = await asyncio.to_thread(lambda: process.communicate(timeout=30)[1])
    assert process.returncode == 0, said
    assert "Traceback" not in said
    async with connection() as held:
        assert await held.fetchval("SELECT count(*) - count(DISTINCT n) FROM effect") == 0
        assert await held.fetchval("SELECT count(*) FROM effect") == await held.fetchval("SELECT count(done_at) FROM job")


async def test_redis_never_holds_a_pickle(start_worker: Start, redis_server: RedisServer) -> None:
    from redis import asyncio as aioredis

    from backend.jobs import Claim
    from backend.worker import Courier, WorkerSettings

    usual = WorkerSettings.redis_settings
    try:
        WorkerSettings.redis_settings = type(usual).from_dsn(redis_server.url)
        courier = Courier()
        async with connection() as held:
            now = await held.fetchval("SELECT now()")
        await courier.deliver(Claim(1, "test.effect", {}, 1, now))
        await courier.close()
    finally:
        WorkerSettings.redis_settings = usual
    async with aioredis.Redis.from_url(redis_server.url) as redis:
        (key,) = [key async for key in redis.scan_iter("arq:job:*")]
        value = await redis.get(key)
    assert not value.startswith(b"\x80\x04")
    assert b"run_row" in value
