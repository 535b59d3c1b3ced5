"""What is done at once when something has gone wrong: a person, a unit, a key, a release lose what they were trusted with.

Each is one transaction and one journal entry besides those of the devices. None needs an app or a session, only this machine.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from backend.access import Actor
from backend.db import DB, connection
from backend.devices.fleet import revoke_person, revoke_unit
from backend.devices.keys import Purpose, renew_key
from backend.devices.revoking import END_SESSIONS
from backend.errors import Refused
from backend.journal import Entry, record

CLOSE: Final = "UPDATE account SET active = false WHERE login = $1 AND active RETURNING id"
FIND: Final = "SELECT id FROM account WHERE login = $1"
CLOSE_UNIT: Final = """
UPDATE account a SET active = false FROM worker w
WHERE w.worker_login = a.worker_login AND w.unit_code = $1 AND a.active RETURNING a.id"""
RAISE: Final = "INSERT INTO app_floor (version) VALUES ($1)"


async def close_person(actor: Actor, login: str) -> int:
    """The account is closed, its sessions end, its devices are to forget; answers how many devices. Refused: not_found."""
    async with DB.transaction(), connection() as held:
        account = await held.fetchval(FIND, login.strip().lower())
        if account is None:
            raise Refused("not_found", "There is nobody of that login.")
        await held.execute(CLOSE, login.strip().lower())
        await held.execute(END_SESSIONS, [], [account], None)
        await record([Entry("incident.person_closed", actor.account_id, subject_id=account)])
        return await _devices(lambda: revoke_person(actor, account, wipe=True))


async def close_unit(actor: Actor, unit: str) -> int:
    """The same for everybody of a unit. Refused: not_found."""
    async with DB.transaction(), connection() as held:
        people = [row["id"] for row in await held.fetch(CLOSE_UNIT, unit)]
        devices = await _devices(lambda: revoke_unit(actor, unit, wipe=True))
        if not people and not devices:
            raise Refused("not_found", "There is no such unit with people in it.")
        await held.execute(END_SESSIONS, [], people, None)
        await record([Entry("incident.unit_closed", actor.account_id, detail={"unit": unit, "people": len(people)})])
        return devices


async def retire_key(actor: Actor, purpose: Purpose) -> str:
    """What the older keys signed holds no more, and nothing new is sealed for them; answers the new one's name."""
    async with DB.transaction():
        made = await renew_key(purpose, retire=True)
        await record([Entry("incident.key_retired", actor.account_id, detail={"purpose": purpose, "key": made.id})])
    return made.id


async def recall_release(actor: Actor, oldest: str) -> None:
    """Leases say from now on that an app older than this is not to be used. Refused: invalid."""
    parts = oldest.split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdecimal() and len(part) <= 5 for part in parts):
        raise Refused("invalid", "A version has three numbers, for instance 0.2.0.")
    async with DB.transaction(), connection() as held:
        await held.execute(RAISE, oldest)
        await record([Entry("incident.release_recalled", actor.account_id, detail={"oldest": oldest})])


async def _devices(revoke: Callable[[], Awaitable[int]]) -> int:
    """How many there were; that there were none is no fault here."""
    try:
        return await revoke()
    except Refused:
        return 0
