"""`./porchlight run` as a person meets it: starts, is killed, starts again, is told to stop."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.environment import ROOT
from tests.conftest import SERVER
from tests.redis_server import RedisServer

pytestmark = pytest.mark.slow
SECOND_START_S = 5.0


class Run:
    """One `run` on a data folder and a port of its own."""

    def __init__(self, data: Path, port: int, **more: str) -> None:
        self.data, self.port = data, port
        self.environment = {**os.environ, "PORCHLIGHT_DATA": str(data), "PORCHLIGHT_DEMO": "off", **more}
        if not more:
            self.environment.pop("DATABASE_URL", None)

    def start(self) -> None:
        command = [sys.executable, "-P", "-m", "backend.cli", "run", "--no-build", "--port", str(self.port)]
        self.process = subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, preexec_fn=let_interrupt
        )
        self.said = ""

    def ready(self) -> float:
        """Wait until it says so; answers how long it took by its own account."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line
            if found := re.search(r"ready after ([\d.]+) s", line):
                return float(found[1])
        raise AssertionError(self.said)

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        self.said += self.process.communicate(timeout=30)[0]
        return self.process.returncode

    def is_well(self) -> bool:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)

    def worked(self) -> float:
        """Seconds of a core it has used: on a machine without other work, about the time that has passed."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def children(self) -> list[str]:
        """Servers that still run on this data folder."""
        listed = [path.read_bytes().decode(errors="replace") for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
        return [line for line in listed if str(self.data) in line]


def let_interrupt() -> None:
    """As in a terminal: a shell's background jobs ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def run(open_folder: Path) -> Iterator[Run]:
    from tests.journeys.house import free_port

    made = Run(open_folder / "data", free_port())
    yield made
    if made.process.poll() is None:
        made.end(signal.SIGTERM)


def test_ctrl_c_ends_every_child_and_the_next_start_is_quick_and_keeps_the_data(run: Run) -> None:
    run.start()
    run.ready()
    assert run.is_well()
    assert run.children() != []
    assert run.end(signal.SIGINT) == 0
    assert "Traceback" not in run.said
    assert run.children() == []
    made = (run.data / "postgres" / "PG_VERSION").stat().st_mtime
    run.start()
    run.ready()
    assert run.worked() < SECOND_START_S
    assert (run.data / "postgres" / "PG_VERSION").stat().st_mtime == made


def test_after_a_crash_the_next_start_finds_nothing_in_its_way(run: Run) -> None:
    run.start()
    run.ready()
    run.end(signal.SIGKILL)
    run.start()
    run.ready()
    assert run.is_well()
    assert run.end(signal.SIGTERM) == 0
    assert run.children() == []


def test_being_stopped_while_it_starts_leaves_nothing_behind(run: Run) -> None:
    run.start()
    while not (run.data / "postgres.lock").exists():  # from then on it has a database to leave behind
        assert run.process.poll() is None, run.process.communicate()[0]
        time.sleep(0.01)
    assert run.end(signal.SIGTERM) == 0
    assert "Traceback" not in run.said
    assert run.children() == []


def test_a_port_in_use_is_told_in_a_sentence(run: Run) -> None:
    run.start()
    run.ready()
    second = Run(run.data, run.port)
    second.start()
    said, _ = second.process.communicate(timeout=30)
    assert second.process.returncode == 1
    assert said.startswith(f"Port {run.port} of 127.0.0.1 cannot be used")
    assert "Traceback" not in said


async def test_with_a_database_and_redis_given_nothing_embedded_starts_and_a_worker_does_the_jobs(
    fresh_db: str, redis_server: RedisServer, tmp_path: Path
) -> None:
    from backend.db import connection
    from tests.journeys.house import free_port

    run = Run(tmp_path / "data", free_port(), DATABASE_URL=fresh_db, REDIS_URL=redis_server.url)
    run.start()
    run.ready()
    assert run.is_well()
    assert not (run.data / "postgres").exists()
    end = time.monotonic() + 20
    async with connection() as held:
        while not await held.fetchval("SELECT run_at > now() FROM job WHERE kind = 'jobs.tidy'"):
            assert time.monotonic() < end
    assert run.end(signal.SIGINT) == 0
    assert "Traceback" not in run.said
    assert str(SERVER.socket_dir) in fresh_db


def test_help_is_there_without_an_environment() -> None:
    bare = {"PATH": os.environ["PATH"]}
    said = subprocess.run([sys.executable, "-I", str(ROOT / "porchlight"), "--help"], env=bare, capture_output=True, text=True).stdout
    for command in ("run", "test", "ingest", "demo"):
        assert f"\n    {command} " in said


def test_a_mistake_is_told_before_anything_is_installed() -> None:
    done = subprocess.run([str(ROOT / "porchlight"), "fly"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "invalid choice: 'fly'" in done.stderr
