"""The embedded server: shared, adopted, killed, refused; on folders as people have them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from backend import postgres_binaries
from backend.embedded import Embedded, _is_postgres, ensure_database
from backend.environment import ROOT
from backend.postgres_binaries import Trouble

HOLD = """
import sys, time
from pathlib import Path
from backend.embedded import Embedded
server = Embedded(Path(sys.argv[1]), unsafe=True)
server.start()
print("started", flush=True)
sys.stdin.read()
server.stop()
"""


@pytest.fixture
def server(open_folder: Path) -> Iterator[Embedded]:
    made = Embedded(open_folder / "a folder with spaces, whose name is longer than a socket's path may ever be" / "postgres", unsafe=True)
    yield made
    made.start()
    made.stop()


def hold(server: Embedded) -> subprocess.Popen[str]:
    """Another process that uses the server until its input closes."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(server.folder)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    return process


def postmaster(server: Embedded) -> int:
    return int((server.folder / "postmaster.pid").read_text().split("\n", 1)[0])


async def ask(server: Embedded, sql: str) -> object:
    held = await asyncpg.connect(server.url("postgres"))
    try:
        return await held.fetchval(sql)
    finally:
        await held.close()


async def test_it_starts_stops_and_starts_again_with_its_data(server: Embedded) -> None:
    server.start()
    await ensure_database(server)
    await ensure_database(server)
    server.stop()
    server.start()
    assert await ask(server, "SELECT count(*) FROM pg_database WHERE datname = 'porchlight'") == 1
    assert (await ask(server, "SHOW server_version_num")) >= "160000"  # type: ignore[operator]


async def test_nobody_else_on_the_machine_can_reach_it(server: Embedded) -> None:
    server.start()
    assert await ask(server, "SHOW listen_addresses") == ""
    assert server.socket_dir.stat().st_mode & 0o077 == 0
    assert server.folder.stat().st_mode & 0o077 == 0


async def test_the_last_process_that_leaves_stops_it(server: Embedded) -> None:
    other = hold(server)
    server.start()
    other.communicate("")
    assert await ask(server, "SELECT 1") == 1
    server.stop()
    assert not (server.folder / "postmaster.pid").exists()


async def test_a_killed_process_leaves_a_server_that_the_next_one_adopts_and_stops(server: Embedded) -> None:
    other = hold(server)
    before = postmaster(server)
    other.kill()
    other.communicate()
    server.start()
    assert postmaster(server) == before
    server.stop()
    assert not _is_postgres(before)


async def test_after_the_server_itself_was_killed_what_was_committed_is_there(server: Embedded) -> None:
    durable = Embedded(server.folder)
    durable.start()
    await ask(durable, "CREATE TABLE kept AS SELECT 7 AS n")
    os.kill(postmaster(durable), signal.SIGKILL)
    while _is_postgres(postmaster(durable)):
        time.sleep(0.01)
    again = Embedded(server.folder)
    again.start()
    assert await ask(again, "SELECT n FROM kept") == 7
    again.stop()


async def test_a_pid_file_whose_number_is_now_another_programs_blocks_nothing(server: Embedded) -> None:
    server.start()
    stale = (server.folder / "postmaster.pid").read_text().split("\n", 1)[1]
    server.stop()
    (server.folder / "postmaster.pid").write_text(f"{os.getppid()}\n{stale}")
    server.start()
    assert await ask(server, "SELECT 1") == 1


async def test_an_interrupted_first_start_leaves_nothing_in_the_way(server: Embedded) -> None:
    half = server.folder.with_name("postgres.new")
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    server.start()
    assert await ask(server, "SELECT 1") == 1


def test_data_of_a_version_we_do_not_have_is_told(open_folder: Path) -> None:
    (open_folder / "postgres").mkdir()
    (open_folder / "postgres" / "PG_VERSION").write_text("9\n")
    with pytest.raises(Trouble, match="PostgreSQL 9"):
        Embedded(open_folder / "postgres")


def test_without_any_binaries_the_way_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_binaries, "_of_wheel", lambda: [])
    monkeypatch.setattr(postgres_binaries, "_of_system", lambda: [])
    with pytest.raises(Trouble, match="DATABASE_URL"):
        postgres_binaries.find(None)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root borrows another account")
async def test_as_root_below_a_closed_home_data_and_binaries_are_put_where_the_account_reaches_them(tmp_path: Path) -> None:
    account = postgres_binaries.account()
    assert account is not None
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)
    place = postgres_binaries.reachable_folder(closed / "data" / "postgres", account)
    try:
        assert place.parent.parent == Path("/var/lib")
        copied = postgres_binaries._copied(postgres_binaries._of_wheel()[0])
        assert postgres_binaries._reaches(copied, account)
        said = subprocess.run([copied / "postgres", "--version"], user=account.pw_uid, capture_output=True, text=True)
        assert "PostgreSQL" in said.stdout
        assert closed.stat().st_mode & 0o077 == 0
    finally:
        place.parent.rmdir()
