"""What people see of their own devices, and how they take a lost one's access away."""

from typing import Any, Final
from uuid import UUID

from backend.access import Actor
from backend.db import DB, connection
from backend.devices.revoking import ENDED, REVOKE, revoke_found
from backend.devices.rules import lease_until, wipe_state
from backend.devices.wire import OwnDevice, OwnDevices
from backend.errors import Refused
from backend.journal import Entry, record

SHOWN: Final = 100

LIST: Final = f"""
SELECT id, kind, name, seen_at, greatest(0, next_n_seen - 1 - last_n) AS unsent, revoked_at, wipe, told_at, wiped_at, session_id
FROM sync_device WHERE principal = $1 AND heir_of IS NULL AND closed_at IS NULL
ORDER BY (session_id IS NOT DISTINCT FROM $2) DESC, seen_at DESC LIMIT {SHOWN}"""  # noqa: S608
OWN: Final = "SELECT id FROM sync_device WHERE principal = $1 AND heir_of IS NULL"
ONE: Final = f"{REVOKE} ({OWN} AND id = $2) {ENDED}"
OTHERS: Final = f"""
{REVOKE} ({OWN} AND closed_at IS NULL AND id IS DISTINCT FROM $2 AND session_id IS DISTINCT FROM $4
    AND (revoked_at IS NULL OR $3 AND NOT wipe)) {ENDED}"""
NAME: Final = "UPDATE sync_device SET name = $3 WHERE id = $2 AND principal = $1 AND heir_of IS NULL RETURNING id"


async def own_devices(actor: Actor) -> OwnDevices:
    """The actor's devices, the one that asks first."""
    async with connection() as held:
        rows = await held.fetch(LIST, actor.account_id, actor.session_id)
    return OwnDevices(devices=[_own(actor, row) for row in rows])


async def name_device(actor: Actor, device: UUID, name: str) -> None:
    """What its owner calls it. Refused: not_found, invalid."""
    if "\0" in name:
        raise Refused("invalid", "This name holds a character that cannot be kept.")
    async with DB.transaction(), connection() as held:
        if await held.fetchval(NAME, actor.account_id, device, name.strip()) is None:
            raise Refused("not_found", "There is no such device.")
        await record([Entry("device.named", actor.account_id, subject_id=device)])


async def revoke_own(actor: Actor, device: UUID, *, wipe: bool) -> None:
    """A device that its owner lost or gave away; signed out there too. Refused: not_found."""
    async with DB.transaction(), connection() as held:
        rows = await held.fetch(ONE, actor.account_id, device, wipe)
        if not rows:
            raise Refused("not_found", "There is no such device.")
        await revoke_found(held, actor, rows, wipe=wipe, everywhere=False)


async def revoke_others(actor: Actor, this: UUID | None, *, wipe: bool) -> int:
    """Every device of the actor but this one, and every other session; answers how many devices."""
    async with DB.transaction(), connection() as held:
        rows = await held.fetch(OTHERS, actor.account_id, this, wipe, actor.session_id)
        await revoke_found(held, actor, rows, wipe=wipe, everywhere=True)
    return len(rows)


def _own(actor: Actor, row: Any) -> OwnDevice:
    known = {name: row[name] for name in OwnDevice.__struct_fields__ if name in row.keys()}  # noqa: SIM118 (a record is no dict)
    this = actor.session_id is not None and row["session_id"] == actor.session_id
    until = lease_until(actor.role, row["seen_at"])
    return OwnDevice(**known, lease_until=until, wipe_state=wipe_state(row["wipe"], row["wiped_at"]), this=this)
