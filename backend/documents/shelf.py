"""Where files lie: what arrives under its own id, what was checked under its hash in its owner's folder. Never a name that was sent.

The length of an arriving file is the offset of its upload: what the disk holds is the truth, and no row has to be kept in
step with it. Every function blocks; callers use threads.
"""

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import UUID, uuid4

from backend.settings import SETTINGS

BLOCK = 1 << 20


def arriving(file: UUID) -> Path:
    """The place of a file that is on its way."""
    return SETTINGS.blob_folder / "arriving" / file.hex


def kept(case: UUID, owner: UUID, digest: bytes) -> Path:
    """The place of a checked file: by content, but within one person's part of one case, so that nothing is shared across people."""
    return SETTINGS.blob_folder / "kept" / case.hex / owner.hex / digest.hex()


def offset(file: UUID) -> int:
    """How many bytes of it are here."""
    try:
        return arriving(file).stat().st_size
    except FileNotFoundError:
        return 0


def append(file: UUID, at: int, chunk: bytes) -> bool:
    """Write a chunk where the file ends, if it ends there; false when somebody else went on with it meanwhile."""
    with _held(file) as held:
        if os.fstat(held.fileno()).st_size != at:
            return False
        held.seek(at)
        held.write(chunk)
        return True


def settle(file: UUID) -> None:
    """What was appended survives the machine."""
    with _held(file) as held:
        os.fsync(held.fileno())


def cut_back(file: UUID, came_to: int, to: int) -> None:
    """Undo what was appended since `to`, unless somebody else went on from there."""
    with _held(file) as held:
        if os.fstat(held.fileno()).st_size == came_to:
            held.truncate(to)
            os.fsync(held.fileno())


def digest_of(path: Path) -> bytes:
    """SHA-256 of a file, in blocks."""
    whole = hashlib.sha256()
    with path.open("rb") as source:
        while block := source.read(BLOCK):
            whole.update(block)
    return whole.digest()


def keep(made: Path, case: UUID, owner: UUID) -> tuple[bytes, int]:
    """Put a checked file in its place, whole or not at all; answers its hash and its size in bytes."""
    digest = digest_of(made)
    place = kept(case, owner, digest)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    passing = place.with_name(f".{uuid4().hex}")
    try:
        shutil.copyfile(made, passing)
        with passing.open("rb") as held:
            os.fsync(held.fileno())
        passing.replace(place)
    finally:
        passing.unlink(missing_ok=True)
    _sync_folder(place.parent)
    return digest, place.stat().st_size


def let_go(files: Iterable[UUID]) -> None:
    """Whatever came of these."""
    for file in files:
        arriving(file).unlink(missing_ok=True)


def unfinished(older_s: float) -> list[UUID]:
    """The arriving files that nobody went on with for so long."""
    folder = SETTINGS.blob_folder / "arriving"
    if not folder.is_dir():
        return []
    before = time.time() - older_s
    return [UUID(path.name) for path in folder.iterdir() if path.stat().st_mtime < before]


def _sync_folder(folder: Path) -> None:
    """A name in a folder is durable only when the folder is."""
    held = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)


@contextmanager
def _held(file: UUID) -> Iterator[BinaryIO]:
    """The arriving file, for this moment alone: an upload that was cut never keeps the next one out."""
    path = arriving(file)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    number = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(number, "r+b", buffering=0) as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield held
