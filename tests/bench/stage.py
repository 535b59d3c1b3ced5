"""A database of its own for a measurement: durable as in production, thrown away afterwards."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backend.embedded import Embedded, ensure_database
from backend.environment import ROOT

PROCESS_CLOCK = 2  # CPUCLOCK_SCHED


@contextmanager
def stage(*, demo: bool = True) -> Iterator[Embedded]:
    """A migrated server on a folder of its own, with the demonstration agency if wanted; DATABASE_URL names it."""
    with tempfile.TemporaryDirectory(prefix="porchlight-bench-") as folder:
        Path(folder).chmod(0o755)
        server = Embedded(Path(folder) / "postgres")
        server.start()
        before = dict(os.environ)
        try:
            in_thread(ensure_database(server))
            os.environ.update(DATABASE_URL=server.url(), PORCHLIGHT_DATA=str(Path(folder) / "data"), PORCHLIGHT_DEMO="on")
            run("backend.migrate")
            if demo:
                run("backend.cli", "demo", "load")
            yield server
        finally:
            os.environ.clear()
            os.environ.update(before)
            server.stop()


def in_thread(work: object) -> None:
    """Run a coroutine to its end, also where a loop runs already."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as threads:
        threads.submit(asyncio.run, work).result()  # type: ignore[arg-type]


def run(*words: str) -> None:
    """A module of ours in a process of its own."""
    subprocess.run([sys.executable, "-m", *words], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def cpu_seconds(pid: int) -> float:
    """User and system time that a process and its children have used so far, to the microsecond for those that live."""
    total = _used(pid)
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(_fields(path)[1]) == pid:
                total += _used(int(path.parent.name))
        except OSError:
            continue
    return total


def _used(pid: int) -> float:
    """Of the process by its own clock (its number is the kernel's way to name it), of children that ended by what it was told."""
    ended = sum(map(int, _fields(Path(f"/proc/{pid}/stat"))[13:15])) / os.sysconf("SC_CLK_TCK")
    return time.clock_gettime((~pid << 3) | PROCESS_CLOCK) + ended


def _fields(stat: Path) -> list[str]:
    return stat.read_text().rpartition(")")[2].split()
