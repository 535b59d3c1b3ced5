"""How a file comes: a piece after the other, each from where the last one ended, whoever was cut off in between."""

import asyncio
import base64
import binascii
import hashlib
import hmac
from collections.abc import AsyncIterator
from typing import Any, Final
from uuid import UUID

import msgspec

from backend.access import Actor
from backend.db import DB, connection
from backend.documents import shelf
from backend.documents.actions import tell
from backend.errors import Refused
from backend.jobs import enqueue

PIECE_BYTES: Final = 4 << 20

# By today's rights, and only what this very account offered: of anything else there is nothing to be told.
FIND: Final = """
SELECT f.id, f.document_id, f.sha256, f.bytes, f.state
FROM document_file f JOIN document d ON d.id = f.document_id
JOIN sync_grant g ON g.scope = d.case_id AND g.principal = $1 AND (g.mask & d.party_bit) <> 0
WHERE d.id = $2 AND f.place = $3 AND d.account_id = $1 AND f.state <> 'gone'"""
HOLD: Final = "SELECT id, case_id, thread, party_bit, account_id, files, state FROM document WHERE id = $1 FOR UPDATE"
ARRIVING: Final = "UPDATE document SET state = 'arriving' WHERE id = $1 AND state = 'offered' RETURNING id"
ARRIVED: Final = "UPDATE document_file SET state = 'arrived', arrived_at = now() WHERE id = $1 AND state = 'waiting' RETURNING id"
HERE: Final = "SELECT count(*) FROM document_file WHERE document_id = $1 AND state = 'arrived'"
COUNTED: Final = "UPDATE document SET arrived = $2, state = $3 WHERE id = $1"


class Upload(msgspec.Struct, frozen=True):
    """A file that its owner may send: who it is, what it will be, and whether all of it came."""

    id: UUID
    document: UUID
    owner: UUID
    sha256: bytes
    bytes: int
    done: bool


class Elsewhere(Exception):
    """The file does not end where this piece begins; `offset` is where it ends."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


class Damaged(Elsewhere):
    """What came is not what was sent; it has to be sent again from `offset`."""


async def find_upload(actor: Actor, document: UUID, place: int) -> Upload:
    """The file that this person offered. Refused: not_found, whether there is none or it is somebody else's."""
    async with DB.transaction(person=actor.account_id), connection() as held:
        row = await held.fetchrow(FIND, actor.account_id, document, place)
    if row is None:
        raise Refused("not_found", "There is nothing here.")
    return Upload(row["id"], row["document_id"], actor.account_id, row["sha256"], row["bytes"], row["state"] != "waiting")


async def offset_of(upload: Upload) -> int:
    """How much of it is here. A file whose last byte came just before we died is finished now."""
    if upload.done:
        return upload.bytes
    here = await asyncio.to_thread(shelf.offset, upload.id)
    if here == upload.bytes:
        try:
            await _finish(upload)
        except Damaged as damaged:
            return damaged.offset
    return here


async def receive(upload: Upload, at: int, pieces: AsyncIterator[bytes], checksum: str | None) -> int:
    """Take what comes from this offset on; answers the new one. What was cut off stays as far as it came.

    Raises Elsewhere, Damaged; Refused: too_large, invalid.
    """
    here = await offset_of(upload)
    if at != here:
        raise Elsewhere(here)
    if upload.done or at == upload.bytes:
        return at
    wanted = _checksum(checksum)
    await _arriving(upload)
    digest, end = hashlib.sha256(), at
    try:
        async for piece in pieces:
            if end + len(piece) > min(upload.bytes, at + PIECE_BYTES):
                raise Refused("too_large", "This is more than was offered.")
            if not await asyncio.to_thread(shelf.append, upload.id, end, piece):
                raise Elsewhere(await asyncio.to_thread(shelf.offset, upload.id))
            digest.update(piece)
            end += len(piece)
    finally:
        await asyncio.shield(asyncio.to_thread(shelf.settle, upload.id))
    if wanted is not None and not hmac.compare_digest(wanted, digest.digest()):
        await asyncio.to_thread(shelf.cut_back, upload.id, end, at)
        raise Damaged(at)
    if end == upload.bytes:
        await _finish(upload)
    return end


async def _arriving(upload: Upload) -> None:
    """The first piece: everybody who may hold the document learns that it is coming."""
    async with DB.transaction(person=upload.owner), connection() as held:
        if await held.fetchval(ARRIVING, upload.document) is not None:
            row: Any = await held.fetchrow(HOLD, upload.document)
            await tell("arriving", row, row["account_id"], from_party=True)


async def _finish(upload: Upload) -> None:
    """All bytes are here. If they are the ones that were offered, the file has arrived; with the last one the document is checked."""
    if await asyncio.to_thread(shelf.digest_of, shelf.arriving(upload.id)) != upload.sha256:
        await asyncio.to_thread(shelf.cut_back, upload.id, upload.bytes, 0)
        raise Damaged(0)
    async with DB.transaction(person=upload.owner), connection() as held:
        row: Any = await held.fetchrow(HOLD, upload.document)
        if row["state"] not in ("offered", "arriving") or await held.fetchval(ARRIVED, upload.id) is None:
            return
        here = await held.fetchval(HERE, upload.document)
        whole = here == row["files"]
        await held.execute(COUNTED, upload.document, here, "held" if whole else "arriving")
        if whole:
            await enqueue("documents.check", {"document": upload.document}, key=str(upload.document))
        await tell("arrived" if whole else "arriving", row, row["account_id"], from_party=True)


def _checksum(header: str | None) -> bytes | None:
    """`sha256 BASE64`, the one way of checking that we speak."""
    if header is None:
        return None
    kind, _, value = header.partition(" ")
    try:
        digest = base64.b64decode(value, validate=True)
    except (ValueError, binascii.Error):
        digest = b""
    if kind != "sha256" or len(digest) != hashlib.sha256().digest_size:
        raise Refused("invalid", "This checksum cannot be read.")
    return digest
