"""How a device asks for what its vault needs, hands over what it wrote, and says that it has forgotten."""

from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec
from litestar import MediaType, Request, Response, delete, get, post, put
from litestar.datastructures import State
from litestar.params import FromPath

from backend.access import actor_of, found_actor, public
from backend.devices.handover import hand_over
from backend.devices.keys import vault_keys
from backend.devices.orders import wiped
from backend.devices.proof import NoProof, Proof
from backend.devices.share import confirm_share, forget_share, make_share, open_share
from backend.devices.wire import Checked, HandOver, MadeShare, OfDevice, Shares, VaultKeys
from backend.errors import Refused
from backend.policy import allowed
from sync import inbox

PROOF: Final = "porchlight-proof"

Shape = TypeVar("Shape")
Asking = Request[Any, Any, State]


def proof_of(request: Asking, device: UUID, body: bytes) -> Proof:
    """What this request brings along to prove that it comes from that device."""
    return Proof(request.method, request.scope["path"], device, body, request.headers.get(PROOF))


@get("/vault/keys", guards=[public])
async def keys() -> VaultKeys:
    """What devices seal their outbox for, and what signs leases and orders."""
    return await vault_keys()


@put("/vault/share", guards=[allowed("vault.share")])
async def share_made(request: Asking) -> MadeShare:
    """A new share for a PIN; it counts from its confirmation on."""
    body = await request.body()
    asked = _read(body, Checked)
    return await make_share(actor_of(request), proof_of(request, asked.device, body), asked.check)


@post("/vault/share/confirm", guards=[allowed("vault.share")], status_code=204)
async def share_confirmed(request: Asking) -> None:
    """The device has put its next share to use."""
    body = await request.body()
    await confirm_share(actor_of(request), proof_of(request, _read(body, OfDevice).device, body))


@post("/vault/share/open", guards=[allowed("vault.share")], status_code=200)
async def share_opened(request: Asking) -> Shares:
    """The shares, for a right PIN; a wrong one is counted."""
    body = await request.body()
    asked = _read(body, Checked)
    return await open_share(actor_of(request), proof_of(request, asked.device, body), asked.check)


@delete("/vault/share/{device:uuid}", guards=[allowed("vault.share")], status_code=204)
async def share_forgotten(request: Asking, device: FromPath[UUID]) -> None:
    """This device unlocks with a PIN no more."""
    await forget_share(actor_of(request), proof_of(request, device, await request.body()))


@post("/handover", guards=[public], status_code=200, media_type=MediaType.JSON)
async def handover(request: Asking) -> Response[bytes]:
    """Sealed work of a device that may have no session, be locked or revoked; the device's proof is the permission."""
    _must_prove(request)
    body = await request.body()
    given = _read(body, HandOver)
    proof = proof_of(request, given.device, body)
    try:
        answer = await hand_over(found_actor(request), request.app.state.registry, given, proof)
    except inbox.Forked as forked:
        raise Refused("conflict", "This device is a copy of another.", {"code": "device_forked"}) from forked
    return Response(msgspec.json.encode(answer), media_type=MediaType.JSON)


@post("/devices/{device:uuid}/wiped", guards=[public], status_code=204)
async def wiped_by_device(request: Asking, device: FromPath[UUID]) -> None:
    """The device says that it has forgotten everything, as it was ordered."""
    _must_prove(request)
    await wiped(proof_of(request, device, await request.body()))


def _must_prove(request: Asking) -> None:
    """Before anything is read: who brings no proof at all is nobody."""
    if PROOF not in request.headers:
        raise NoProof


def _read(body: bytes, shape: type[Shape]) -> Shape:
    """A body as what it has to be; it is kept as it came, since it is what was signed. Refused: invalid."""
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.DecodeError as error:
        raise Refused("invalid", "This request could not be read.", {"reason": str(error)}) from error
