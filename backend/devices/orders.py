"""What we give a device with our signature: a lease for a while, or the order to forget everything."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from backend.access import Actor
from backend.db import DB, connection
from backend.devices.actions import Wipe
from backend.devices.exposure import note_erased
from backend.devices.keys import signed
from backend.devices.proof import NoProof, Proof
from backend.devices.rules import version_number
from backend.errors import Refused
from backend.journal import Entry, record
from backend.policy import VERSION
from backend.settings import SETTINGS
from sync.wire import SyncRequest, SyncResponse

HELD: Final = "SELECT key, revoked_at, wipe FROM sync_device WHERE id = $1"
FLOORS: Final = "SELECT version FROM app_floor"
TOLD: Final = "UPDATE sync_device SET told_at = now() WHERE id = $1 AND (told_at IS NULL OR told_at < now() - interval '1 minute')"
WIPED: Final = """
UPDATE sync_device SET wiped_at = now() WHERE id = $1 AND wiped_at IS NULL AND revoked_at IS NOT NULL AND wipe RETURNING principal"""


async def lease(actor: Actor, asked: SyncRequest, answer: SyncResponse) -> str:
    """Until when this device may show what it holds by this answer; the device verifies it without us."""
    return await signed(
        {
            "device": str(asked.device),
            "account": str(actor.account_id),
            "issued": answer.now,
            "not_after": answer.lease_until,
            "scopes": answer.manifest.digest if answer.manifest else asked.have,
            "policy": VERSION,
            "app_min": await app_min(),
        }
    )


async def app_min() -> str:
    """The oldest version of the app that may be used: the setting's, or what an incident made of it."""
    async with connection() as held:
        floors: list[str] = [row["version"] for row in await held.fetch(FLOORS)]
    return max([SETTINGS.app_min, *floors], key=version_number)


async def told_to_go(wipe: Wipe, device: UUID) -> dict[str, Any]:
    """The body for a device that is no longer trusted, with a signed order when it is to forget; that it was told is noted."""
    async with connection() as held:
        await held.execute(TOLD, device)
    if not (wipe.erase and wipe.keyed):
        return {"wipe": wipe.erase}
    payload = {"device": str(device), "wipe": True, "issued": int(datetime.now(UTC).timestamp() * 1000)}
    return {"wipe": True, "order": await signed(payload)}


async def revoked_without_session(proof: Proof) -> Wipe:
    """For a device whose session ended with it: that it is revoked. Refused alike: unknown, unproved, and not revoked."""
    async with connection() as held:
        row = await held.fetchrow(HELD, proof.device)
    if row is None or row["revoked_at"] is None or not proof.holds(row["key"]):
        raise Refused("unauthorized", "Please sign in.")
    return Wipe(row["wipe"], keyed=True)


async def wiped(proof: Proof) -> None:
    """The device says that it has forgotten; once. Refused: unauthorized, conflict when nobody ordered it."""
    async with DB.transaction(), connection() as held:
        row = await held.fetchrow(HELD, proof.device)
        if row is None or not proof.holds(row["key"]):
            raise NoProof
        if row["revoked_at"] is None or not row["wipe"]:
            raise Refused("conflict", "Nobody has asked this device to forget.")
        owner = await held.fetchval(WIPED, proof.device)
        if owner is not None:
            await note_erased(held, proof.device, owner)
            await record([Entry("device.wiped", subject_id=proof.device, detail={"account": str(owner)})])
