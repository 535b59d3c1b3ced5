"""How a supervisor asks what was visible to whom, and decides about what came from devices that are no longer trusted."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import MediaType, Request, Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody

from backend.access import actor_of
from backend.devices.exposure import exposure_of
from backend.devices.quarantine import discard, list_kept, read_kept, release
from backend.devices.wire import Decided, Exposure, KeptItems, OfPerson
from backend.policy import allowed


@post("/exposure", guards=[allowed("exposure.read")], status_code=200)
async def exposure(request: Request[Any, Any, State], data: JSONBody[OfPerson]) -> Exposure:
    """What of a person was ever visible to whom; in the body, since a person's number belongs into no address."""
    return await exposure_of(actor_of(request), request.app.state.registry, data.person)


@get("/quarantine", guards=[allowed("quarantine.read")])
async def quarantine(request: Request[Any, Any, Any], after: FromQuery[UUID | None] = None) -> KeptItems:
    """What waits for this supervisor, without content."""
    return await list_kept(actor_of(request), after)


@get("/quarantine/{item:uuid}", guards=[allowed("quarantine.read")], media_type=MediaType.JSON)
async def quarantine_read(request: Request[Any, Any, Any], item: FromPath[UUID]) -> Response[bytes]:
    """One of them with its content; that it was read is recorded."""
    return Response(msgspec.json.encode(await read_kept(actor_of(request), item)), media_type=MediaType.JSON)


@post("/quarantine/{item:uuid}/released", guards=[allowed("quarantine.decide")], status_code=200)
async def quarantine_released(request: Request[Any, Any, State], item: FromPath[UUID]) -> Decided:
    """Has it done on behalf of who wrote it, if that person may still do it."""
    done = await release(actor_of(request), request.app.state.registry, item)
    return Decided(outcome=done.outcome, code=done.code)


@post("/quarantine/{item:uuid}/discarded", guards=[allowed("quarantine.decide")], status_code=204)
async def quarantine_discarded(request: Request[Any, Any, Any], item: FromPath[UUID]) -> None:
    """Has it forgotten."""
    await discard(actor_of(request), item)
