"""A database of its own for a measurement: durable as in production, thrown away afterwards."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backend.embedded import Embedded, ensure_database
from backend.environment import ROOT


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
    """User and system time that a process and its children have used so far."""
    tick = os.sysconf("SC_CLK_TCK")
    total = _used(pid, tick)
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            total += sum(map(int, fields[11:15])) / tick
    return total


def _used(pid: int, tick: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / tick
