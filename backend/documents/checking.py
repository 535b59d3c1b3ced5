"""What becomes of a document whose files are all here: looked into, scanned, and only then shown to the case team."""

import asyncio
import os
import shlex
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import msgspec

from backend.db import DB, connection
from backend.documents import shelf
from backend.documents.actions import tell
from backend.settings import SETTINGS

EXAMINE: Final = Path(__file__).with_name("examine.py")
EXAMINE_S: Final = 120.0  # a wall for what hangs without working; work itself is limited by processor time
SCAN_S: Final = 60.0
INFECTED: Final = 1  # what clamdscan and its kin answer

FILES: Final = """
SELECT f.id, f.media_type, f.sha256, d.case_id, d.account_id FROM document_file f JOIN document d ON d.id = f.document_id
WHERE d.id = $1 AND d.state = 'held' AND f.state = 'arrived' ORDER BY f.place"""
HOLD: Final = "SELECT id, case_id, thread, party_bit, account_id FROM document WHERE id = $1 AND state = 'held' FOR UPDATE"
CLEAN: Final = "UPDATE document_file SET state = 'clean', clean_sha256 = $2, clean_bytes = $3, pages = $4 WHERE id = $1"
READY: Final = "UPDATE document SET state = 'ready', scan = $2, pages = $3 WHERE id = $1"
UNFIT: Final = "UPDATE document SET state = 'unfit', reason = $2, decided_at = $3 WHERE id = $1"
STILL: Final = """
SELECT f.clean_sha256 FROM document_file f JOIN document d ON d.id = f.document_id
WHERE d.case_id = $1 AND d.account_id = $2 AND f.clean_sha256 = ANY($3)"""
GONE: Final = "UPDATE document_file SET state = 'gone' WHERE document_id = $1"


class Unfit(Exception):
    """A file that is not taken; the code says why."""


class Clean(msgspec.Struct, frozen=True):
    """What is kept of a file."""

    digest: bytes
    bytes: int
    pages: int


class Said(msgspec.Struct, frozen=True):
    """What the examining program prints."""

    pages: int = 0
    fault: str | None = None


class ScanDown(Exception):
    """The scanner gave no verdict: the document stays held, and is tried again."""


async def check(document: UUID) -> None:
    """Look into every file of a document that is held; safe to repeat. Raises ScanDown."""
    async with connection() as held:
        files = await held.fetch(FILES, document)
    if not files:
        return
    try:
        made = [(file["id"], await _check_file(file)) for file in files]
    except Unfit as unfit:
        await _refuse(document, str(unfit))
    else:
        if not await _release(document, made):
            await _drop(files[0], [clean.digest for _, clean in made])
    await asyncio.to_thread(shelf.let_go, [file["id"] for file in files])


async def _check_file(file: Any) -> Clean:
    """Scan what came, then keep what the examination makes of it. Raises Unfit, ScanDown."""
    path = shelf.arriving(file["id"])
    if await asyncio.to_thread(shelf.digest_of, path) != file["sha256"]:
        raise Unfit("unreadable")
    if SETTINGS.scan_command and await _scan(path) == INFECTED:
        raise Unfit("malware")
    with tempfile.TemporaryDirectory(prefix="porchlight-document-") as folder:
        sink = Path(folder, "clean")
        said = await _examine(file["media_type"], path, sink)
        if said.fault is not None:
            raise Unfit(said.fault)
        digest, size = await asyncio.to_thread(shelf.keep, sink, file["case_id"], file["account_id"])
    return Clean(digest, size, said.pages)


async def _scan(path: Path) -> int:
    """The verdict of the operator's scanner: 0 nothing found, 1 found; everything else is none."""
    words = [*shlex.split(SETTINGS.scan_command), str(path)]
    try:
        code, _ = await _run(words, SCAN_S)
    except (OSError, TimeoutError) as error:
        raise ScanDown(type(error).__name__) from error
    if code not in (0, INFECTED):
        raise ScanDown(f"exit code {code}")
    return code


async def _examine(media_type: str, path: Path, sink: Path) -> Said:
    """What the examining program says; when it died over a file, that file is too much."""
    words = [sys.executable, "-I", str(EXAMINE), media_type, str(path), str(sink)]
    try:
        code, out = await _run(words, EXAMINE_S)
        return msgspec.json.decode(out, type=Said) if code == 0 else Said(fault="too_heavy")
    except (TimeoutError, msgspec.DecodeError):
        return Said(fault="too_heavy")


async def _run(words: list[str], limit_s: float) -> tuple[int, bytes]:
    """A program without our environment, ended when its time is over."""
    process = await asyncio.create_subprocess_exec(
        *words,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"},
    )
    try:
        async with asyncio.timeout(limit_s):
            out, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode or 0, out


async def _release(document: UUID, made: list[tuple[UUID, Clean]]) -> bool:
    """The team may look now; false when it was taken back meanwhile, or another check was faster."""
    async with DB.transaction(), connection() as held:
        row = await held.fetchrow(HOLD, document)
        if row is None:
            return False
        for file, clean in made:
            await held.execute(CLEAN, file, clean.digest, clean.bytes, clean.pages)
        scan = "clean" if SETTINGS.scan_command else "not_scanned"
        await held.execute(READY, document, scan, sum(clean.pages for _, clean in made))
        await tell("ready", dict(row), None, from_party=True)
    return True


async def _drop(owned: Any, digests: list[bytes]) -> None:
    """Kept for nothing: these files go, unless its owner sent the same in another document of the case."""
    async with connection() as held:
        rows = await held.fetch(STILL, owned["case_id"], owned["account_id"], digests)
    for digest in set(digests) - {row["clean_sha256"] for row in rows}:
        await asyncio.to_thread(shelf.kept(owned["case_id"], owned["account_id"], digest).unlink, missing_ok=True)


async def _refuse(document: UUID, reason: str) -> None:
    async with DB.transaction(), connection() as held:
        row = await held.fetchrow(HOLD, document)
        if row is None:
            return
        await held.execute(UNFIT, document, reason, datetime.now(UTC))
        await held.execute(GONE, document)
        await tell("unfit", dict(row), None, from_party=False)
