"""Archives that came by HTTP: kept in the data folder from the moment they are received until they are loaded."""

import asyncio
import hashlib
from pathlib import Path
from uuid import UUID, uuid4

import msgspec

from backend.db import DB, connection
from backend.errors import Refused
from backend.ingest import archive
from backend.ingest.actions import find_already, load
from backend.ingest.signing import known_keys, verify
from backend.ingest.wire import BatchView, Report, Unfit, decode_manifest
from backend.jobs import enqueue
from backend.settings import SETTINGS

UPLOADS = "uploads"


def upload_path() -> Path:
    """A place for an upload that is being received; its name becomes its batch."""
    folder = SETTINGS.data / UPLOADS
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / uuid4().hex


async def accept_upload(path: Path) -> UUID:
    """The batch as which this upload will be loaded, or was loaded before. Refused: invalid, unauthorized."""
    try:
        raw = await asyncio.to_thread(archive.manifest_of, path)
        manifest = decode_manifest(raw)
    except Unfit as error:
        raise Refused("invalid", f"This is not an extract: {error}") from None
    try:
        signed = verify(raw, known_keys(SETTINGS.extract_keys, SETTINGS.data))
    except Unfit as error:
        raise Refused("unauthorized", str(error)) from None
    digest = hashlib.sha256(signed).digest()
    already = await find_already(digest)
    if already is not None:
        await asyncio.to_thread(path.unlink)
        return already
    batch = UUID(path.name)
    async with DB.transaction(), connection() as held:
        await held.execute(
            "INSERT INTO batch (id, source, sequence, mode, digest, as_of, state) VALUES ($1, $2, $3, $4, $5, $6, 'loading')",
            *(batch, manifest.source, manifest.sequence, manifest.mode, digest, manifest.as_of),
        )
        await enqueue("ingest.upload", {"batch": batch}, key=str(batch))
    return batch


async def finish_upload(batch: UUID) -> None:
    """Load an accepted upload; safe to repeat, since only what is still `loading` is taken up."""
    path = SETTINGS.data / UPLOADS / batch.hex
    async with connection() as held:
        state = await held.fetchval("SELECT state FROM batch WHERE id = $1", batch)
    if state == "loading":
        report = await load(path, batch=batch, watched=False)
        if report.state == "already":  # its twin was faster
            async with connection() as held:
                sql = "UPDATE batch SET state = 'refused', report = $2, ended_at = now() WHERE id = $1"
                await held.execute(sql, batch, msgspec.json.encode(report).decode())
    await asyncio.to_thread(path.unlink, missing_ok=True)


async def get_batch(batch: UUID) -> BatchView:
    """How a load went. Refused: not_found."""
    async with connection() as held:
        row = await held.fetchrow("SELECT state, report FROM batch WHERE id = $1", batch)
    if row is None:
        raise Refused("not_found", "There is no such load.")
    report = None if row["state"] == "loading" else msgspec.json.decode(row["report"], type=Report)
    return BatchView(batch=batch, state=row["state"], report=report)
