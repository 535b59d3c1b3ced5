"""What happens to documents by itself: they are checked when all of them is here, and what nobody needs any more is let go of."""

import asyncio
from typing import Any, Final
from uuid import UUID

from backend.db import connection
from backend.documents import shelf
from backend.documents.checking import check
from backend.documents.rules import KEPT_UNFINISHED
from backend.jobs import enqueue, every, handler

SWEEP_S: Final = 600
CHECK_S: Final = 1800
FORGOTTEN: Final = "SELECT id FROM document WHERE state = 'held' AND received_at < now() - make_interval(secs => $1)"
EXPIRED: Final = "DELETE FROM document_ticket WHERE expires_at < now()"


@handler("documents.check", timeout_s=CHECK_S)
async def examine(payload: dict[str, Any]) -> None:
    """Look into a document whose files are all here."""
    await check(UUID(payload["document"]))


@every(SWEEP_S, "documents.sweep")
async def sweep(payload: dict[str, Any]) -> None:
    """A document is held until there is a verdict, however long the scanner is down; tickets and half-sent files are not for ever."""
    async with connection() as held:
        waiting = [row["id"] for row in await held.fetch(FORGOTTEN, SWEEP_S)]
        await held.execute(EXPIRED)
    for document in waiting:
        await enqueue("documents.check", {"document": document}, key=str(document))
    left = await asyncio.to_thread(shelf.unfinished, KEPT_UNFINISHED.total_seconds())
    await asyncio.to_thread(shelf.let_go, left)
