"""How a device asks: it registers, it syncs, it waits to be poked."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import MediaType, Request, Response, Router, get, post, put
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Stream

from backend import metrics
from backend.access import actor_of, found_actor, public
from backend.devices.actions import Busy, TooOld, Wipe, exchange, register_device
from backend.devices.custody_routes import exposure, quarantine, quarantine_discarded, quarantine_read, quarantine_released
from backend.devices.exposure import note_sent
from backend.devices.fleet import list_devices, revoke, revoke_person, revoke_unit
from backend.devices.hub import Hub
from backend.devices.orders import lease, revoked_without_session, told_to_go
from backend.devices.own_routes import others_revoked, own, own_named, own_revoked
from backend.devices.proof import read_key
from backend.devices.rules import BUSY_S
from backend.devices.vault_routes import (
    PROOF,
    handover,
    keys,
    proof_of,
    share_confirmed,
    share_forgotten,
    share_made,
    share_opened,
    wiped_by_device,
)
from backend.devices.wire import DevicesPage, NewDevice, Revoked, Revoking
from backend.errors import Refused, spread
from backend.policy import allowed, require
from sync import inbox
from sync.declare import Registry
from sync.pull import Standby
from sync.wire import SyncRequest

decode = msgspec.json.Decoder(SyncRequest).decode
encode = msgspec.json.Encoder().encode


@put("/devices/{device:uuid}", guards=[allowed("device.register")], status_code=204)
async def register(request: Request[Any, Any, Any], device: FromPath[UUID], data: JSONBody[NewDevice]) -> None:
    """Makes this device known as the signed-in person's."""
    await register_device(actor_of(request), device, data.kind, None if data.key is None else read_key(data.key))


@get("/devices", guards=[allowed("devices.read")])
async def devices(request: Request[Any, Any, Any], after: FromQuery[UUID | None] = None) -> DevicesPage:
    """The devices that an operator answers for, those seen last first."""
    return await list_devices(actor_of(request), after)


@put("/devices/{device:uuid}/revoked", guards=[allowed("device.revoke")], status_code=204)
async def revoked(request: Request[Any, Any, Any], device: FromPath[UUID], data: JSONBody[Revoking]) -> None:
    """Takes a lost device's access away."""
    await revoke(actor_of(request), device, wipe=data.wipe)


@put("/accounts/{account:uuid}/devices/revoked", guards=[allowed("device.revoke")])
async def person_revoked(request: Request[Any, Any, Any], account: FromPath[UUID], data: JSONBody[Revoking]) -> Revoked:
    """Takes the access of all of a person's devices away, and ends the person's sessions."""
    return Revoked(devices=await revoke_person(actor_of(request), account, wipe=data.wipe))


@put("/units/{unit:str}/devices/revoked", guards=[allowed("device.revoke")])
async def unit_revoked(request: Request[Any, Any, Any], unit: FromPath[str], data: JSONBody[Revoking]) -> Revoked:
    """Takes the access of all devices of a unit away, and ends its people's sessions."""
    return Revoked(devices=await revoke_unit(actor_of(request), unit, wipe=data.wipe))


@post("/sync", guards=[public], status_code=200, media_type=MediaType.JSON)
async def sync(request: Request[Any, Any, State]) -> Response[bytes]:
    """One round of sync (sync/README.md): what the device wrote goes in, what it may hold comes out.

    Whoever is not signed in gets nothing; but a device that was revoked, and its session with it, is told so.
    """
    actor = found_actor(request)
    if actor is not None:
        require(actor, "sync")
    elif PROOF not in request.headers:
        raise Refused("unauthorized", "Please sign in.")
    body = await request.body()
    try:
        asked = decode(body)
    except msgspec.DecodeError as error:
        raise Refused("invalid", "This request could not be read.", {"reason": str(error)}) from error
    proof = proof_of(request, asked.device, body)
    if actor is None:
        return await _told_to_go(await revoked_without_session(proof), asked.device)
    registry: Registry = request.app.state.registry
    try:
        answer = await exchange(actor, registry, asked, request.app.state.places, proof)
    except Wipe as wipe:
        return await _told_to_go(wipe, asked.device)
    except inbox.Forked as forked:
        raise Refused("conflict", "This device is a copy of another.", {"code": "device_forked"}) from forked
    except Standby as standby:
        raise Refused("unavailable", "We are moving house. Please try again in a moment.", retry_after_s=5) from standby
    except Busy as busy:
        again = {"Retry-After": str(spread(BUSY_S))}
        return Response(encode(busy.taken), status_code=503, headers=again, media_type=MediaType.JSON)
    except TooOld as old:
        return Response(encode(old.taken), status_code=426, media_type=MediaType.JSON)
    await note_sent(actor, registry, asked.device, answer)
    if asked.lease:
        answer = msgspec.structs.replace(answer, lease=await lease(actor, asked, answer))
    told = encode(answer)
    metrics.BYTES.inc(len(told))
    return Response(told, media_type=MediaType.JSON)


@get("/poke", guards=[allowed("poke")])
async def poke(request: Request[Any, Any, State]) -> Stream:
    """A stream that says "ask" whenever something that this person may hold has changed."""
    hub: Hub = request.app.state.hub
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Stream(hub.stream(actor_of(request).account_id), media_type="text/event-stream", headers=headers)


async def _told_to_go(wipe: Wipe, device: UUID) -> Response[bytes]:
    return Response(encode(await told_to_go(wipe, device)), status_code=401, media_type=MediaType.JSON)


OWN = (own, own_named, own_revoked, others_revoked)
VAULT = (keys, share_made, share_confirmed, share_opened, share_forgotten, handover, wiped_by_device)
CUSTODY = (exposure, quarantine, quarantine_read, quarantine_released, quarantine_discarded)

router = Router(
    "/v1", route_handlers=[register, devices, revoked, person_revoked, unit_revoked, sync, poke, *OWN, *VAULT, *CUSTODY]
)
