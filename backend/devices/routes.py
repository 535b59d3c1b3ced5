"""How a device asks: it registers, it syncs, it waits to be poked."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import MediaType, Request, Response, Router, get, post, put
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Stream

from backend import metrics
from backend.access import actor_of
from backend.devices.actions import Busy, TooOld, Wipe, exchange, register_device
from backend.devices.fleet import list_devices, revoke
from backend.devices.hub import Hub
from backend.devices.rules import BUSY_S
from backend.devices.wire import DevicesPage, Revoking
from backend.errors import Refused, spread
from backend.policy import allowed
from backend.wire import Wire
from sync import inbox
from sync.declare import Registry
from sync.pull import Standby
from sync.wire import SyncRequest

decode = msgspec.json.Decoder(SyncRequest).decode
encode = msgspec.json.Encoder().encode


class NewDevice(Wire, frozen=True):
    """What kind of device it says it is: shown to its owner, believed for nothing."""

    kind: Annotated[str, msgspec.Meta(max_length=80)] = ""


@put("/devices/{device:uuid}", guards=[allowed("device.register")], status_code=204)
async def register(request: Request[Any, Any, Any], device: FromPath[UUID], data: JSONBody[NewDevice]) -> None:
    """Makes this device known as the signed-in person's."""
    await register_device(actor_of(request), device, data.kind)


@get("/devices", guards=[allowed("devices.read")])
async def devices(request: Request[Any, Any, Any], after: FromQuery[UUID | None] = None) -> DevicesPage:
    """The devices that an operator answers for, those seen last first."""
    return await list_devices(actor_of(request), after)


@put("/devices/{device:uuid}/revoked", guards=[allowed("device.revoke")], status_code=204)
async def revoked(request: Request[Any, Any, Any], device: FromPath[UUID], data: JSONBody[Revoking]) -> None:
    """Takes a lost device's access away."""
    await revoke(actor_of(request), device, wipe=data.wipe)


@post("/sync", guards=[allowed("sync")], status_code=200, media_type=MediaType.JSON)
async def sync(request: Request[Any, Any, State]) -> Response[bytes]:
    """One round of sync (sync/README.md): what the device wrote goes in, what it may hold comes out."""
    try:
        asked = decode(await request.body())
    except msgspec.DecodeError as error:
        raise Refused("invalid", "This request could not be read.", {"reason": str(error)}) from error
    registry: Registry = request.app.state.registry
    try:
        answer = await exchange(actor_of(request), registry, asked, request.app.state.loads)
    except Wipe as wipe:
        return Response(encode({"wipe": wipe.erase}), status_code=401, media_type=MediaType.JSON)
    except inbox.Forked as forked:
        raise Refused("conflict", "This device is a copy of another.", {"code": "device_forked"}) from forked
    except Standby as standby:
        raise Refused("unavailable", "We are moving house. Please try again in a moment.", retry_after_s=5) from standby
    except Busy as busy:
        again = {"Retry-After": str(spread(BUSY_S))}
        return Response(encode(busy.taken), status_code=503, headers=again, media_type=MediaType.JSON)
    except TooOld as old:
        return Response(encode(old.taken), status_code=426, media_type=MediaType.JSON)
    body = encode(answer)
    metrics.BYTES.inc(len(body))
    return Response(body, media_type=MediaType.JSON)


@get("/poke", guards=[allowed("poke")])
async def poke(request: Request[Any, Any, State]) -> Stream:
    """A stream that says "ask" whenever something that this person may hold has changed."""
    hub: Hub = request.app.state.hub
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Stream(hub.stream(actor_of(request).account_id), media_type="text/event-stream", headers=headers)


router = Router("/v1", route_handlers=[register, devices, revoked, sync, poke])
