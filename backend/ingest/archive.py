"""Opens what was sent: a folder, a `.zip` or a `.tar.gz`, bounded in size and with plain file names only.

An archive is unpacked into a folder of this process inside the data folder; a killed process's folder is swept by the next.
"""

import contextlib
import os
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from backend.ingest.wire import MANIFEST, unfit

FILES_MAX = 200
UNPACKED_MAX_BYTES = 8 * 2**30
MANIFEST_MAX_BYTES = 2**20
CHUNK_BYTES = 2**20
UNPACKED = "unpacked"

_BROKEN = (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError)


@contextlib.contextmanager
def opened(path: Path, data_folder: Path) -> Iterator[Path]:
    """The folder with the extract's files, for as long as the context lasts. Raises Unfit."""
    if path.is_dir():
        yield path
        return
    if not path.is_file():
        raise unfit(path.name, "is neither a folder nor a file")
    home = data_folder / UNPACKED
    _sweep(home)
    folder = home / f"{os.getpid()}-{os.urandom(4).hex()}"
    folder.mkdir(parents=True, mode=0o700)
    try:
        _unpack(path, folder)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def listed(folder: Path) -> list[str]:
    """The names in an opened extract."""
    names = []
    for item in sorted(folder.iterdir()):
        if item.is_symlink() or not item.is_file():
            raise unfit(item.name, "is not a plain file")
        names.append(item.name)
    return names


def manifest_of(path: Path) -> bytes:
    """Only the manifest, without unpacking the rest. Raises Unfit."""
    if path.is_dir():
        return _bounded((path / MANIFEST).open("rb")) if (path / MANIFEST).is_file() else _missing()
    with _as_unfit(path):
        for name, source in _members(path):
            if PurePosixPath(name).name == MANIFEST:
                return _bounded(source)
    return _missing()


def _missing() -> bytes:
    raise unfit(MANIFEST, "is missing")


def _bounded(source: IO[bytes]) -> bytes:
    with source:
        raw = source.read(MANIFEST_MAX_BYTES + 1)
    if len(raw) > MANIFEST_MAX_BYTES:
        raise unfit(MANIFEST, "is too large")
    return raw


def _unpack(path: Path, folder: Path) -> None:
    left = UNPACKED_MAX_BYTES
    parents: set[str] = set()
    with _as_unfit(path):
        for count, (name, source) in enumerate(_members(path), 1):
            plain = _plain(name)
            parents.add(str(plain.parent))
            if count > FILES_MAX or len(parents) > 1:
                raise unfit(path.name, "holds too many files or folders")
            left = _copy(source, folder / plain.name, left)


def _plain(name: str) -> PurePosixPath:
    """The name, when it stays where it belongs: in the archive's root, or in its one folder."""
    plain = PurePosixPath(name.removeprefix("./"))
    odd = plain.is_absolute() or ".." in plain.parts or "\\" in name or ":" in name or "\0" in name
    if odd or len(plain.parts) not in (1, 2):
        raise unfit("archive", "holds a file with a path that leads elsewhere")
    return plain


def _copy(source: IO[bytes], target: Path, left: int) -> int:
    """Copy within the bytes that are left; a header may lie about sizes, the bytes cannot."""
    with source, target.open("xb") as sink:
        while chunk := source.read(CHUNK_BYTES):
            left -= len(chunk)
            if left < 0:
                raise unfit(target.name, "is too large when unpacked")
            sink.write(chunk)
    return left


def _members(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                if info.is_dir():
                    continue
                if (info.external_attr >> 16) & 0o170000 == 0o120000:
                    raise unfit("archive", "holds a link")
                yield info.filename, archive.open(info)
        return
    with tarfile.open(path, "r:*") as tar:
        for member in tar:
            if member.isdir():
                continue
            source = tar.extractfile(member) if member.isreg() else None
            if source is None:
                raise unfit("archive", "holds something that is not a plain file")
            yield member.name, source


@contextlib.contextmanager
def _as_unfit(path: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise unfit(path.name, "holds a file twice") from None
    except _BROKEN as error:
        raise unfit(path.name, f"cannot be unpacked, it is damaged or cut short ({type(error).__name__})") from None


def _sweep(home: Path) -> None:
    """Remove what processes left that are gone."""
    for old in home.glob("*-*"):
        pid = old.name.partition("-")[0]
        if pid.isdigit() and not _alive(int(pid)):
            shutil.rmtree(old, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
