"""A whole Porchlight for a test: its own database, real processes on ports of the loopback, stopped at the end."""

from __future__ import annotations

import base64
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from backend.environment import ROOT
from backend.installation import installation_secret
from backend.settings import SETTINGS

READY_S = 120.0  # on a machine with much else to do
STOP_S = 25.0


def free_port() -> int:
    """A port of the loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@dataclass
class Process:
    """One running part; what it says goes to a file that a failing test can show."""

    name: str
    log: Path
    child: subprocess.Popen[bytes]

    def stop(self, how: int = signal.SIGTERM) -> int:
        """Ask it to stop (by its id), and wait; answers its exit code."""
        if self.child.poll() is None:
            self.child.send_signal(how)
        try:
            return self.child.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.child.kill()
            raise AssertionError(f"{self.name} did not stop:\n{self.log.read_text()[-2000:]}") from None


@dataclass
class House:
    """The processes of one installation on one database. `origin` is what browsers are told, whichever API answers."""

    database_url: str
    folder: Path
    redis_url: str = ""
    port: int = field(default_factory=free_port)
    extra: dict[str, str] = field(default_factory=dict)
    through: str = ""  # a module that prepares a process and then runs the one that is named to it
    running: list[Process] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.port}"

    def environment(self, **more: str) -> dict[str, str]:
        """What every process of this house is told."""
        ours = {
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "PORCHLIGHT_DATA": str(self.folder / "data"),
            "PORCHLIGHT_ORIGIN": self.origin,
            "PORCHLIGHT_DEMO": "on",
            "PORCHLIGHT_STAFF_PASSWORDS": "on",
            "PORCHLIGHT_SECRET": base64.b64encode(installation_secret(SETTINGS)).decode(),  # tests hash passwords themselves
            "PYTHONDONTWRITEBYTECODE": "",  # a process starts as an installed one does, from what was compiled before
            "PYTHONPYCACHEPREFIX": str(ROOT / ".data" / "compiled"),
        }
        return {**os.environ, **ours, **self.extra, **more}

    def api(self, port: int | None = None) -> Process:
        """One API process, ready to answer."""
        port = port or self.port
        process = self._start(f"api-{port}", ["-m", "backend.web.server"], PORCHLIGHT_PORT=str(port))
        _wait(process, lambda: _answers(port, self.origin))
        return process

    def keep_running(self) -> None:
        """Have the one API process, started if it is not there or did not survive what somebody did to it."""
        self.running = [process for process in self.running if process.child.poll() is None]
        if not self.running:
            self.api()

    def worker(self) -> Process:
        """One job worker, at work."""
        process = self._start("worker", ["-m", "backend.cli", "worker"])
        _wait(process, lambda: "working" in process.log.read_text())
        return process

    def command(self, *words: str) -> str:
        """`./porchlight …` on this house's database; answers what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "backend.cli", *words], cwd=ROOT, env=self.environment(), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def _start(self, name: str, words: Sequence[str], **more: str) -> Process:
        log = self.folder / f"{name}.log"
        words = ["-m", self.through, *words[1:]] if self.through else words
        with log.open("ab") as said:
            child = subprocess.Popen([sys.executable, *words], cwd=ROOT, env=self.environment(**more), stdout=said, stderr=said)
        process = Process(name, log, child)
        self.running.append(process)
        return process


@contextmanager
def house(database_url: str, redis_url: str = "", **extra: str) -> Iterator[House]:
    """An installation without processes yet; whatever is started in it is stopped at the end."""
    with ExitStack() as open_things:
        folder = open_things.enter_context(tempfile.TemporaryDirectory(prefix="porchlight-house-"))
        made = House(database_url, Path(folder), redis_url, extra=extra)
        try:
            yield made
        except BaseException:
            for process in made.running:
                print(f"--- {process.name}\n{process.log.read_text()[-3000:]}")
            raise
        finally:
            for process in reversed(made.running):
                if process.child.poll() is None:
                    process.stop()


def _answers(port: int, origin: str) -> bool:
    host = origin.removeprefix("http://")
    request = urllib.request.Request(f"http://127.0.0.1:{port}/readyz", headers={"Host": host})
    try:
        with urllib.request.urlopen(request, timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _wait(process: Process, ready: Callable[[], bool]) -> None:
    end = time.monotonic() + READY_S
    while time.monotonic() < end:
        if process.child.poll() is not None:
            raise AssertionError(f"{process.name} ended:\n{process.log.read_text()[-3000:]}")
        if ready():
            return
        time.sleep(0.02)
    raise AssertionError(f"{process.name} is not ready:\n{process.log.read_text()[-3000:]}")
