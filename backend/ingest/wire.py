"""What an extract says of itself, and what we say of it: the manifest, and the report of a load."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from backend.wire import Wire

MANIFEST = "manifest.json"
ALGORITHM = "ed25519"

Mode = Literal["full", "delta"]


class FileEntry(Wire, frozen=True):
    """What the system of record says of one file: rows without the header, sums of its money columns, SHA-256 in hex."""

    name: str
    rows: int
    sha256: str
    totals: dict[str, int] = msgspec.field(default_factory=dict)


class Signature(Wire, frozen=True):
    """Ed25519 over the canonical JSON of the rest of the manifest; `value` in base64."""

    key: str
    value: str
    alg: str = ALGORITHM


class Manifest(Wire, frozen=True):
    """The first file of an extract. `sequence` counts the extracts of one source without gaps."""

    source: str
    sequence: int
    mode: Mode
    as_of: datetime
    files: list[FileEntry]
    signature: Signature


class Reject(Wire, frozen=True):
    """A row that could not be taken, and why; never what stood in it. Line 0 is the file as a whole."""

    file: str
    line: int
    column: str | None
    reason: str


class FileReport(Wire, frozen=True):
    """What one file brought."""

    name: str
    rows: int = 0
    new: int = 0
    changed: int = 0
    closed: int = 0
    rejected: int = 0


class Report(Wire, frozen=True):
    """How a load ended. `already`: this very extract was loaded before, and nothing happened."""

    state: Literal["loaded", "already", "refused"]
    batch: UUID
    source: str
    sequence: int | None = None
    mode: Mode | None = None
    as_of: datetime | None = None
    first: bool = False
    gap: bool = False
    seconds: float = 0.0
    files: tuple[FileReport, ...] = ()
    problems: tuple[Reject, ...] = ()  # why it was refused
    rejects: tuple[Reject, ...] = ()  # the first of the rows that were left out
    rejected: int = 0
    says: tuple[str, ...] = ()


class BatchView(Wire, frozen=True):
    """A load as staff see it; the report is there once it has ended."""

    batch: UUID
    state: Literal["loading", "loaded", "refused"]
    report: Report | None


class Accepted(Wire, frozen=True):
    """An upload that was taken in and will be loaded."""

    batch: UUID


class Unfit(Exception):
    """The extract as a whole cannot be believed: everything in it is refused."""

    def __init__(self, *problems: Reject) -> None:
        super().__init__("; ".join(f"{p.file}:{p.line} {p.reason}" for p in problems))
        self.problems = problems


def unfit(file: str, reason: str, line: int = 0, column: str | None = None) -> Unfit:
    """An `Unfit` of one problem."""
    return Unfit(Reject(file=file, line=line, column=column, reason=reason))


def decode_manifest(raw: bytes) -> Manifest:
    """The manifest's values, strictly: a field too many or too few is a refusal."""
    try:
        manifest = msgspec.json.decode(raw.removeprefix(b"\xef\xbb\xbf"), type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise unfit(MANIFEST, f"cannot be read: {error}") from None
    if manifest.as_of.tzinfo is None:
        raise unfit(MANIFEST, "as_of has no time zone")
    return manifest
