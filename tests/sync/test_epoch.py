"""An epoch ends when transaction ids may mean something else: a failover, a restore. A standby gives and takes nothing."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from backend import db
from backend.db import connection
from backend.embedded import Embedded, ensure_database
from backend.registry import REGISTRY
from sync import epoch
from sync.pull import Asked, Standby, pull
from tests.backend.devices.phone import phone, rows
from tests.conftest import SERVER
from tests.make import make_agency, make_case, make_participant, make_payment
from tests.sync.world import make_family

ELSEWHERE = "UPDATE sync_epoch SET timeline = timeline + 1"
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'sync_epoch'::regclass"
AHEAD = "UPDATE sync_row SET x = (pg_current_xact_id()::text::numeric + 1000000)::text::xid8"


async def scalar(sql: str) -> object:
    async with connection() as held:
        return await held.fetchval(sql)


async def current() -> epoch.Epoch:
    async with connection() as held:
        return await epoch.current(held)


@pytest.mark.parametrize("column", ["timeline", "system_identifier"])
async def test_a_database_that_moved_begins_a_new_epoch_and_keeps_it(fresh_db: str, column: str) -> None:
    before = await current()
    await scalar(f"UPDATE sync_epoch SET {column} = {column} + 1 RETURNING 1")
    after = await current()
    assert after != before
    assert await current() == after


async def test_all_that_notice_at_once_that_the_database_moved_begin_the_same_epoch(fresh_db: str) -> None:
    await scalar(f"{ELSEWHERE} RETURNING 1")
    async with AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(connection()) for _ in range(6)]
        gate = await stack.enter_async_context(connection())
        async with gate.transaction():  # all have seen that it moved before the first of them may write
            await gate.execute("LOCK TABLE sync_epoch IN SHARE ROW EXCLUSIVE MODE")
            asking = [asyncio.create_task(epoch.current(line)) for line in lines]
            async with asyncio.timeout(60):
                while await gate.fetchval(WAITING) < len(lines):
                    continue
        found = await asyncio.gather(*asking)
    assert len(set(found)) == 1
    assert await scalar("SELECT count(*) FROM sync_epoch") == 1


async def test_stamps_that_a_restore_brought_from_a_cluster_further_on_are_made_anew(fresh_db: str) -> None:
    family = await make_family()
    await make_payment(family.case)
    await scalar(f"{AHEAD} RETURNING 1")
    await scalar(f"{ELSEWHERE} RETURNING 1")
    await current()
    await family.receiving.pull()
    assert (await family.receiving.pull()).snapshot is None


async def test_a_dump_that_was_brought_back_into_the_same_cluster_has_every_phone_reload(fresh_db: str, other_db: str) -> None:
    await make_agency()
    case = await make_case()
    thread = await make_participant(case, "CP", person_id="A")
    async with phone("ana", person_id="A") as ana:
        await ana.sync(ana.says(case, thread, "before the dump"))
        dumped = _tool("pg_dump", "--format=custom", fresh_db)
        await ana.sync(ana.says(case, thread, "after it"))
        _tool("pg_restore", "--exit-on-error", "--dbname", other_db, said=dumped)
        await db.close_pool()
        await db.open_pool(other_db)
        answer = await ana.sync()
        assert answer["reset"] == "epoch"
        assert {row["body"] for row in rows(answer, 110)} == {"before the dump"}
        await db.close_pool()


@pytest.fixture
async def other_db(fresh_db: str) -> AsyncIterator[str]:
    """An empty database beside the test's own."""
    name = f"{fresh_db_name(fresh_db)}_again"
    await ensure_database(SERVER, name)
    yield SERVER.url(name)
    held = await asyncpg.connect(SERVER.url("postgres"))
    await held.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await held.close()


def _tool(name: str, *words: str, said: bytes = b"") -> bytes:
    done = subprocess.run([SERVER.bin / name, *words], input=said, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


async def test_a_server_that_took_over_between_opening_and_answer_gives_none_under_the_old_epoch(fresh_db: str) -> None:
    family = await make_family()
    await family.receiving.pull()
    before = await current()
    asked = Asked(family.receiving.account, family.receiving.device, before.id, family.receiving.snapshot, None, [])
    await scalar(f"{ELSEWHERE} RETURNING 1")
    for begun in (False, True):  # noticed by nobody yet, and by another process
        if begun:
            assert await current() != before
        async with connection() as held:
            with pytest.raises(Standby):
                await pull(held, REGISTRY, asked)


@pytest.fixture
async def standby(fresh_db: str, open_folder: Path) -> AsyncIterator[Embedded]:
    """A second server that follows the tests' own."""
    follower = Embedded(open_folder / "postgres", unsafe=True)
    follower.folder.mkdir(mode=0o700)
    if follower.account:
        os.chown(follower.folder, follower.account.pw_uid, follower.account.pw_gid)
    command: list[str | Path] = [follower.bin / "pg_basebackup", "-D", follower.folder, "-R", "-c", "fast"]
    done = subprocess.run([*command, "-d", SERVER.url("postgres")], capture_output=True, text=True, **follower._as_account())
    assert done.returncode == 0, done.stderr
    follower.start()
    yield follower
    follower.stop()


async def test_a_standby_gives_and_takes_nothing_and_after_it_took_over_every_phone_reloads(
    fresh_db: str, standby: Embedded
) -> None:
    await make_agency()
    case = await make_case()
    thread = await make_participant(case, "CP", person_id="A")
    async with phone("ana", person_id="A") as ana:
        await ana.sync(ana.says(case, thread, "to the first house"))
        await _followed(standby, fresh_db)
        await db.close_pool()
        await db.open_pool(standby.url(fresh_db_name(fresh_db)))
        for push in ((), (ana.says(case, thread, "to the second house"),)):
            refused = await ana.post(*push)
            assert refused.status_code == 503, refused.text
            assert int(refused.headers["retry-after"]) > 0
        assert await scalar("SELECT pg_promote()")
        answer = await ana.sync(*push)
        assert answer["reset"] == "epoch"
        assert answer["done"][0]["outcome"] == "ok"
        assert {row["body"] for row in rows(answer, 110)} == {"to the first house", "to the second house"}
        assert "reset" not in await ana.sync()


def fresh_db_name(url: str) -> str:
    return urlsplit(url).path.removeprefix("/")


async def _followed(standby: Embedded, url: str) -> None:
    """Until the standby has read everything that the first server wrote so far."""
    written = await scalar("SELECT pg_current_wal_insert_lsn()")
    async with asyncio.timeout(30):
        held = await asyncpg.connect(standby.url(fresh_db_name(url)))
        while not await held.fetchval("SELECT pg_last_wal_replay_lsn() >= $1", written):
            continue
        await held.close()
