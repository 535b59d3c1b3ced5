"""Makes `.venv` from the hashed lock files.

Standard library only: this runs before anything is installed. The fast installer is used when the machine has it,
or brought along by pip at its locked version; plain pip does the same more slowly when neither works.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from itertools import takewhile
from pathlib import Path
from typing import Literal

Level = Literal["none", "run", "dev"]

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
TOOLS = VENV / "tools"
STAMP = VENV / "porchlight.json"
TOOLS_LOCK = ROOT / "requirements-tools.lock"
LOCKS: dict[Level, Path] = {"run": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}
CERTIFICATES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")
NO_INSTALLER = """Porchlight could not install what it needs: this Python has neither pip nor venv's own copy of it.
Do one of these and start again:
  Debian, Ubuntu: apt-get install python3-venv
  any system:     install uv and put it on the path"""


def ensure(level: Level) -> None:
    """Have the packages of this level installed; instant when they are."""
    if level == "none" or _ready(level):
        return
    with _turn():
        if _ready(level):  # another process was faster
            return
        began = time.monotonic()
        level = "dev" if _stamp().get("level") == "dev" else level
        what = "what Porchlight needs" if level == "run" else "what Porchlight and its tests need"
        print(f"Installing {what} (only when it changes) …", file=sys.stderr, flush=True)
        _make_venv()
        _sync(LOCKS[level])
        STAMP.write_text(json.dumps({"level": level, "digest": _digest(level)}))
        print(f"Installed in {time.monotonic() - began:.0f} s.", file=sys.stderr, flush=True)


def tool(name: str) -> Path:
    """The folder of a tool from requirements-tools.lock, installed there when it is missing."""
    pinned = _pinned(name)
    folder = TOOLS / f"{name}-{hashlib.sha256(pinned.encode()).hexdigest()[:12]}"
    if not folder.exists():
        TOOLS.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=TOOLS) as scratch:
            wanted = Path(scratch, "wanted.txt")
            wanted.write_text(pinned)
            made = Path(scratch, "made")
            arguments = ["install", "--no-deps", "--require-hashes", "--target", str(made), "-r", str(wanted)]
            if not (name != "uv" and _uv_does(["pip", *arguments, "--python", str(PYTHON)])):
                _pip_does(arguments)
            with contextlib.suppress(OSError):  # another process put it there first
                made.rename(folder)
    return folder


def data_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where this machine keeps what it must remember."""
    return Path(environ.get("PORCHLIGHT_DATA") or ROOT / ".data").expanduser().absolute()


def certificates() -> str | None:
    """The machine's own list of authorities, which installers with a list of theirs are told to use as well."""
    given = os.environ.get("SSL_CERT_FILE")
    return given or next((place for place in CERTIFICATES if os.path.exists(place)), None)


def lock() -> int:
    """Make the lock files anew from the .in files, at the newest versions, without any address in them."""
    for name in ("requirements-tools", "requirements", "requirements-dev"):
        options = ["--universal", "--generate-hashes", "--python-version", "3.11", "--no-header", "--upgrade"]
        command = ["pip", "compile", "-q", *options, "--no-emit-index-url", f"{name}.in", "-o", f"{name}.lock"]
        if not _uv_does(command):
            print(f"{name}.lock was not made", file=sys.stderr)
            return 1
    return 0


def _stamp() -> dict[str, str]:
    try:
        return dict(json.loads(STAMP.read_text()))
    except (OSError, ValueError):
        return {}


def _digest(level: Level) -> str:
    around = repr((sys.version_info[:3], os.path.realpath(_base_python()), str(VENV)))
    return hashlib.sha256(LOCKS[level].read_bytes() + around.encode()).hexdigest()


def _ready(level: Level) -> bool:
    stamp = _stamp()
    have = stamp.get("level")
    if not PYTHON.exists() or have not in LOCKS or (level == "dev" and have != "dev"):
        return False
    return stamp.get("digest") == _digest(have)


@contextlib.contextmanager
def _turn() -> Iterator[None]:
    """One installation at a time."""
    import fcntl

    with open(ROOT / ".venv.lock", "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _base_python() -> str:
    return str(getattr(sys, "_base_executable", sys.executable))


def _make_venv() -> None:
    import venv

    home = re.search(r"^version(?:_info)? *= *(\S+)", _text(VENV / "pyvenv.cfg"), re.MULTILINE)
    same = home is not None and home[1].startswith(f"{sys.version_info[0]}.{sys.version_info[1]}.")
    if not same or subprocess.run([PYTHON, "-c", ""], capture_output=True).returncode != 0:
        venv.EnvBuilder(clear=True, symlinks=os.name != "nt", with_pip=False).create(VENV)
    for folder in VENV.glob("lib/python3*/site-packages"):
        (folder / "porchlight.pth").write_text(f"{ROOT}\n")  # `import backend` works from any folder


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _sync(lock_file: Path) -> None:
    if _uv_does(["pip", "sync", "--python", str(PYTHON), "--require-hashes", str(lock_file)]):
        return
    print("Using pip, which takes about a minute …", file=sys.stderr, flush=True)
    _pip_does(["install", "--no-deps", "--require-hashes", "-r", str(lock_file)])


def _uv_does(arguments: list[str]) -> bool:
    """Let uv do it: the machine's own, else the locked one that pip brings. False when that does not work here."""
    uv = shutil.which("uv")
    if uv is None:
        try:
            uv = str(tool("uv") / "bin" / "uv")
        except SystemExit:
            return False
    env = {key: value for key, value in os.environ.items() if key not in ("VIRTUAL_ENV", "PYTHONPATH")}
    if "PIP_INDEX_URL" in env:
        env.setdefault("UV_DEFAULT_INDEX", env["PIP_INDEX_URL"])
    env["UV_NO_CONFIG"] = "1"
    if authorities := certificates():
        env["SSL_CERT_FILE"] = authorities
    done = subprocess.run([uv, *arguments, "-q", "--no-progress"], env=env, cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        print(f"uv did not manage: {done.stderr.strip()[-400:]}", file=sys.stderr)
    return done.returncode == 0


def _pip_does(arguments: list[str]) -> None:
    quiet = ["-q", "--disable-pip-version-check", "--no-input"]
    if subprocess.run([*_pip(), *arguments, *quiet], env={**os.environ, "PYTHONPATH": ""}).returncode != 0:
        sys.exit("The packages could not be installed. Check that this machine reaches its package index, and try again.")


def _pip() -> list[str]:
    """A pip that installs into `.venv`: its own, the machine's, or the one Python carries."""
    own = [str(PYTHON), "-m", "pip"]
    machines = [_base_python(), "-m", "pip", "--python", str(PYTHON)]
    for candidate in (own, machines):
        if _works([*candidate, "--version"]):
            return candidate
    if _works([str(PYTHON), "-m", "ensurepip"]):
        return own
    sys.exit(NO_INSTALLER)


def _works(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, env={**os.environ, "PYTHONPATH": ""}).returncode == 0


def _pinned(name: str) -> str:
    """The lines of one package in the tools' lock file: its version and its hashes."""
    lines = iter(TOOLS_LOCK.read_text().splitlines(keepends=True))
    for line in lines:
        if line.startswith(f"{name}=="):
            return line + "".join(takewhile(lambda more: more[0] in " \t", lines))
    raise LookupError(f"{name} is not in {TOOLS_LOCK.name}")
