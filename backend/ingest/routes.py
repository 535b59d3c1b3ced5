"""How an agency's own programs deliver: the archive as it is, signed inside. No session, no other secret."""

import asyncio
from typing import Any
from uuid import UUID

from litestar import Request, Router, get, post
from litestar.params import FromPath

from backend.access import public
from backend.errors import Refused
from backend.ingest.uploads import accept_upload, get_batch, upload_path
from backend.ingest.wire import Accepted, BatchView
from backend.policy import allowed

UPLOAD_BYTES = 64 * 2**20
UPLOAD_S = 600
AT_ONCE = 2

_room = asyncio.Semaphore(AT_ONCE)


@post("/extracts", guards=[public], status_code=202, request_max_body_size=UPLOAD_BYTES)
async def upload(request: Request[Any, Any, Any]) -> Accepted:
    """Take in an archive (zip or tar.gz) whose manifest a known key has signed; it is loaded afterwards."""
    if _room.locked():
        raise Refused("unavailable", "Other extracts are being received. Please try again.", retry_after_s=15)
    async with _room:
        path = upload_path()
        try:
            await _receive(request, path)
            return Accepted(batch=await accept_upload(path))
        except BaseException:
            await asyncio.to_thread(path.unlink, missing_ok=True)
            raise


@get("/extracts/{batch:uuid}", guards=[allowed("batch.read")])
async def read_batch(batch: FromPath[UUID]) -> BatchView:
    """How a load went, or that it goes on."""
    return await get_batch(batch)


async def _receive(request: Request[Any, Any, Any], path: Any) -> None:
    received = 0
    with await asyncio.to_thread(path.open, "xb") as sink:
        try:
            async with asyncio.timeout(UPLOAD_S):
                async for chunk in request.stream():
                    received += len(chunk)
                    if received > UPLOAD_BYTES:
                        raise Refused("too_large", "An upload may have 64 MiB.")
                    await asyncio.to_thread(sink.write, chunk)
        except TimeoutError:
            raise Refused("invalid", "The upload took too long.") from None


router = Router("/v1", route_handlers=[upload, read_batch])
