"""How files come and go: tus 1.0 (core and checksum) for what a mutation has offered, and single-use tickets for what was checked."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, Router, get, head, patch, post
from litestar.exceptions import InternalServerException
from litestar.params import FromPath

from backend.access import actor_of
from backend.documents.downloads import fetch_file, give_ticket
from backend.documents.uploads import PIECE_BYTES, Damaged, Elsewhere, find_upload, offset_of, receive
from backend.documents.wire import Ticket
from backend.errors import Refused
from backend.policy import allowed

TUS: Final = "1.0.0"
CHECKSUM_MISMATCH: Final = 460  # as tus says it
PIECE_S: Final = 120
AT_ONCE: Final = 32
SANDBOX: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"

_room = asyncio.Semaphore(AT_ONCE)


class WrongVersion(Refused):
    """A request that does not speak the protocol as we do."""

    @property
    def status(self) -> int:
        """Precondition failed, as tus says it."""
        return 412


@head("/uploads/{document:uuid}/{place:int}", guards=[allowed("document.offer")])
async def ask_offset(request: Request[Any, Any, Any], document: FromPath[UUID], place: FromPath[int]) -> Response[None]:
    """How much of an offered file is here."""
    _speaks(request)
    upload = await find_upload(actor_of(request), document, place)
    offset = await offset_of(upload)
    return Response(None, headers={**_said(offset), "Upload-Length": str(upload.bytes)})


@patch("/uploads/{document:uuid}/{place:int}", guards=[allowed("document.offer")], status_code=204, request_max_body_size=PIECE_BYTES)
async def send_piece(request: Request[Any, Any, Any], document: FromPath[UUID], place: FromPath[int]) -> Response[None]:
    """Take a piece of an offered file, from where the last one ended."""
    _speaks(request)
    begin = request.headers.get("upload-offset", "")
    if not begin.isdecimal() or len(begin) > 12:
        raise Refused("invalid", "The piece does not say where it begins.")
    upload = await find_upload(actor_of(request), document, place)
    if _room.locked():
        raise Refused("unavailable", "Many files are arriving. Please try again.", retry_after_s=5)
    async with _room:
        try:
            async with asyncio.timeout(PIECE_S):
                offset = await receive(upload, int(begin), _pieces(request), request.headers.get("upload-checksum"))
        except TimeoutError:
            raise Refused("invalid", "The piece took too long.") from None
        except Damaged as damaged:
            return Response(None, status_code=CHECKSUM_MISMATCH, headers=_said(damaged.offset))
        except Elsewhere as elsewhere:
            return Response(None, status_code=409, headers=_said(elsewhere.offset))
    return Response(None, status_code=204, headers=_said(offset))


@post("/documents/{document:uuid}/{place:int}/ticket", guards=[allowed("document.read")], status_code=200)
async def ticket(request: Request[Any, Any, Any], document: FromPath[UUID], place: FromPath[int]) -> Ticket:
    """Where this file can be fetched, once and soon."""
    return await give_ticket(actor_of(request), document, place)


@get("/files/{token:str}", guards=[allowed("document.read")])
async def file(request: Request[Any, Any, Any], token: FromPath[str]) -> Response[bytes]:
    """A checked file: to be saved or drawn by the app, never opened as a page of ours."""
    found = await fetch_file(actor_of(request), token)
    headers = {
        "Content-Disposition": f'attachment; filename="{found.name}"',
        "Content-Security-Policy": SANDBOX,
        "Cache-Control": "no-store",
    }
    return Response(found.content, media_type=found.media_type, headers=headers)


async def _pieces(request: Request[Any, Any, Any]) -> AsyncIterator[bytes]:
    try:
        async for piece in request.stream():
            if piece:
                yield piece
    except InternalServerException as cut:  # the framework's word for a line that went dead
        raise Refused("invalid", "The piece was cut off.") from cut


def _speaks(request: Request[Any, Any, Any]) -> None:
    if request.headers.get("tus-resumable") != TUS:
        raise WrongVersion("invalid", f"This address speaks tus {TUS}.")


def _said(offset: int) -> dict[str, str]:
    return {"Tus-Resumable": TUS, "Upload-Offset": str(offset), "Cache-Control": "no-store"}


router = Router("/v1", route_handlers=[ask_offset, send_piece, ticket, file])
