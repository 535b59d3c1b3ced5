"""How people ask about their own devices."""

from typing import Any
from uuid import UUID

from litestar import Request, get, put
from litestar.params import FromPath, JSONBody

from backend.access import actor_of
from backend.devices.own import name_device, own_devices, revoke_others, revoke_own
from backend.devices.wire import Naming, OwnDevices, Revoked, Revoking, RevokingOthers
from backend.policy import allowed


@get("/account/devices", guards=[allowed("own_device.read")])
async def own(request: Request[Any, Any, Any]) -> OwnDevices:
    """The signed-in person's devices, this one first."""
    return await own_devices(actor_of(request))


@put("/account/devices/{device:uuid}/name", guards=[allowed("own_device.change")], status_code=204)
async def own_named(request: Request[Any, Any, Any], device: FromPath[UUID], data: JSONBody[Naming]) -> None:
    """What its owner calls a device."""
    await name_device(actor_of(request), device, data.name)


@put("/account/devices/{device:uuid}/revoked", guards=[allowed("own_device.revoke")], status_code=204)
async def own_revoked(request: Request[Any, Any, Any], device: FromPath[UUID], data: JSONBody[Revoking]) -> None:
    """Takes the access of one's own device away, and signs out there."""
    await revoke_own(actor_of(request), device, wipe=data.wipe)


@put("/account/devices/revoked", guards=[allowed("own_device.revoke")])
async def others_revoked(request: Request[Any, Any, Any], data: JSONBody[RevokingOthers]) -> Revoked:
    """Takes the access of all one's other devices away, and signs out everywhere else."""
    return Revoked(devices=await revoke_others(actor_of(request), data.this, wipe=data.wipe))
