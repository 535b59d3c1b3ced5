"""From a fresh clone to a usable page, and to green tests: seconds, with cold and with warm package caches."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from backend.environment import ROOT
from tests.journeys.house import free_port

PATIENCE_S = 600
OURS = ("DATABASE_URL", "REDIS_URL", "VIRTUAL_ENV", "PYTHONPATH")


def measure() -> dict[str, Any]:
    """One clone with empty caches, one with what the first one fetched, a second start of that one, and its tests."""
    with tempfile.TemporaryDirectory(prefix="porchlight-clone-") as folder:
        base = Path(folder)
        base.chmod(0o755)
        figures: dict[str, Any] = {"cold_to_usable_s": _start(_clone(base / "cold"), base)}
        warm = _clone(base / "warm")
        figures["warm_to_usable_s"] = _start(warm, base)
        figures["second_start_s"] = _start(warm, base)
        figures["tests_s"] = _tests(_clone(base / "tested"), base)
        return figures


def _clone(to: Path) -> Path:
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(to)], check=True)
    return to


def _environment(base: Path) -> dict[str, str]:
    """Caches of this measurement alone; nothing of the environment that we run in."""
    path = os.pathsep.join(p for p in os.environ["PATH"].split(os.pathsep) if not p.startswith(str(ROOT)))
    caches = {"PIP_CACHE_DIR": "pip", "UV_CACHE_DIR": "uv", "npm_config_cache": "npm"}
    kept = {name: value for name, value in os.environ.items() if name not in OURS and not name.startswith("PORCHLIGHT")}
    return {**kept, "PATH": path, **{name: str(base / "caches" / folder) for name, folder in caches.items()}}


def _start(clone: Path, base: Path) -> float:
    """Seconds until the page and the demonstration people are there; the process is then ended and must end well."""
    port, began = free_port(), time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "porchlight", "run", "--port", str(port)],
        cwd=clone,
        env=_environment(base),
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        while not (_answers(port, "/") and _answers(port, "/v1/demo")):
            if process.poll() is not None:
                raise RuntimeError(f"./porchlight run ended with {process.returncode}")
            if time.monotonic() - began > PATIENCE_S:
                raise RuntimeError("./porchlight run never became usable")
            time.sleep(0.05)
        return round(time.monotonic() - began, 1)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def _answers(port: int, path: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://localhost:{port}{path}", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _tests(clone: Path, base: Path) -> float:
    began = time.monotonic()
    subprocess.run(["bash", ".ci/run"], cwd=clone, env=_environment(base), check=True, stdout=sys.stderr)
    return round(time.monotonic() - began, 1)
