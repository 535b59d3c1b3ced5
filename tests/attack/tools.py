"""The attackers' tools, each in an environment of its own beside the project's, at the version that is named here."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from backend.environment import TOOLS, certificates, tool
from backend.node import Node, find_node

PYTHON_TOOLS = {
    "schemathesis": "schemathesis==4.32.5",
    "wapiti": "wapiti3==3.2.3",
    "sqlmap": "sqlmap==1.10.10",
    "mutmut": "mutmut==3.8.1",
}
NODE_TOOLS = {
    "csp_evaluator": ("csp_evaluator@1.1.8",),
    "stryker": ("@stryker-mutator/core@9.6.1", "@stryker-mutator/vitest-runner@9.6.1"),
}
MACHINES = ("ffuf", "slowhttptest")  # programs of the machine's own packages


class Missing(Exception):
    """A tool cannot be had here; the message says what to do."""


def program(name: str) -> Path:
    """A tool that is written in Python: its program, installed when it is missing."""
    return packages(name) / "bin" / name


def packages(name: str) -> Path:
    """The virtual environment of a tool that is written in Python."""
    folder = _place(name, PYTHON_TOOLS[name])
    if not (folder / "done").exists():
        shutil.rmtree(folder, ignore_errors=True)
        venv.EnvBuilder().create(folder)
        python = str(folder / "bin" / "python")
        uv = shutil.which("uv") or str(tool("uv") / "bin" / "uv")
        _install(name, [uv, "pip", "install", "-q", "--no-progress", "--python", python, PYTHON_TOOLS[name]], folder, _for_uv())
    return folder


def modules(name: str) -> tuple[Node, Path]:
    """Node, and the folder in whose `node_modules` a tool of npm's lies."""
    node, folder = find_node(), _place(name, " ".join(NODE_TOOLS[name]))
    if not (folder / "done").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "package.json").write_text('{"private": true}')
        npm = [*node.npm, "install", "--no-audit", "--no-fund", "--silent", "--prefix", str(folder), *NODE_TOOLS[name]]
        _install(name, npm, folder, node.environment())
    return node, folder


def machines(name: str) -> str:
    """A program of the machine's, brought by its package manager when we may do that."""
    assert name in MACHINES
    if shutil.which(name) is None and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "-y", "-q", name], stdout=subprocess.DEVNULL)
    found = shutil.which(name)
    if found is None:
        raise Missing(f"{name} is not on this machine. On Debian and Ubuntu: apt-get install {name}")
    return found


def run(command: list[str], seconds: float, **given: object) -> subprocess.CompletedProcess[str]:
    """A tool's run, ended when its time is up; what it says is kept."""
    try:
        done: subprocess.CompletedProcess[str] = subprocess.run(command, capture_output=True, text=True, timeout=seconds, **given)  # type: ignore[call-overload]
    except subprocess.TimeoutExpired as late:
        said = [part.decode(errors="replace") if isinstance(part, bytes) else part or "" for part in (late.stdout, late.stderr)]
        return subprocess.CompletedProcess(command, -1, *said)
    return done


def in_background(*command: str) -> subprocess.Popen[bytes]:
    """A process of ours that lasts until it is terminated; what it says goes to standard error."""
    return subprocess.Popen([sys.executable, *command], stdout=sys.stderr)


def _place(name: str, pinned: str) -> Path:
    return TOOLS / f"attack-{name}-{hashlib.sha256(pinned.encode()).hexdigest()[:12]}"


def _for_uv() -> dict[str, str]:
    """The environment in which uv asks the index that pip would ask, and trusts whom this machine trusts."""
    named = {"UV_DEFAULT_INDEX": os.environ["PIP_INDEX_URL"]} if "PIP_INDEX_URL" in os.environ else {}
    trust = {"SSL_CERT_FILE": authorities} if (authorities := certificates()) else {}
    return {**named, **os.environ, **trust, "UV_NO_CONFIG": "1"}


def _install(name: str, command: list[str], folder: Path, environment: dict[str, str] | None = None) -> None:
    print(f"Installing {name} …", file=sys.stderr, flush=True)
    done = subprocess.run(command, stdout=sys.stderr, env={**(environment or os.environ), "PYTHONPATH": ""})
    if done.returncode != 0:
        raise Missing(f"{name} could not be installed. Check that this machine reaches its package index, and try again.")
    (folder / "done").touch()

