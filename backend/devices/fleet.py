"""What an operator may know of devices and do to them. An administrator answers for all, a supervisor for the own unit's."""

from typing import Any
from uuid import UUID

from backend.access import Actor, Role
from backend.db import DB, connection
from backend.devices.revoking import ENDED, REVOKE, revoke_found
from backend.devices.rules import lease_until, wipe_state
from backend.devices.wire import DevicesPage, DeviceView
from backend.errors import Refused

PAGE = 100

MINE = """
FROM sync_device d JOIN account a ON a.id = d.principal LEFT JOIN worker w ON w.worker_login = a.worker_login
WHERE d.heir_of IS NULL AND ($1 OR w.unit_code = (SELECT own.unit_code FROM worker own WHERE own.worker_login = $2))"""

LIST = f"""
WITH page AS MATERIALIZED (
    SELECT d.*, a.role, a.display_name AS person {MINE}
        AND ($3::uuid IS NULL OR (d.seen_at, d.id) < (SELECT o.seen_at, o.id FROM sync_device o WHERE o.id = $3))
    ORDER BY d.seen_at DESC, d.id DESC LIMIT {PAGE + 1})
SELECT p.id, p.kind, p.person, p.role, p.seen_at, greatest(0, p.next_n_seen - 1 - p.last_n) AS unsent,
    m.refused, m.parked, p.clock_ms, p.app_version, p.schema, p.digest_at, p.revoked_at, p.wipe, p.told_at, p.wiped_at, p.closed_at,
    (SELECT count(*) FROM quarantine q WHERE q.device = p.id AND q.state = 'kept') AS quarantined
FROM page p CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE outcome = 'refused') AS refused, count(*) FILTER (WHERE outcome = 'parked') AS parked
    FROM sync_mutation WHERE device = p.id AND outcome <> 'ok') m
ORDER BY p.seen_at DESC, p.id DESC"""  # noqa: S608

ONE = f"{REVOKE} (SELECT d.id {MINE} AND d.id = $4) {ENDED}"
OF_PERSON = f"{REVOKE} (SELECT d.id {MINE} AND d.principal = $4) {ENDED}"
OF_UNIT = f"{REVOKE} (SELECT d.id {MINE} AND w.unit_code = $4) {ENDED}"


async def list_devices(actor: Actor, after: UUID | None = None) -> DevicesPage:
    """A page of the devices that this operator answers for."""
    async with connection() as held:
        rows = await held.fetch(LIST, *answers_for(actor), after)
    devices = [_view(row) for row in rows[:PAGE]]
    return DevicesPage(devices=devices, after=devices[-1].id if len(rows) > PAGE else None)


async def revoke(actor: Actor, device: UUID, *, wipe: bool) -> None:
    """From now on this device gets nothing; a wipe once ordered stays ordered. Refused: not_found."""
    if not await _revoke(ONE, actor, device, wipe=wipe):
        raise Refused("not_found", "There is no such device.")


async def revoke_person(actor: Actor, account: UUID, *, wipe: bool) -> int:
    """All devices of one person, and every session; answers how many devices there were. Refused: not_found."""
    found = await _revoke(OF_PERSON, actor, account, wipe=wipe)
    if not found:
        raise Refused("not_found", "There is nobody of that name with a device.")
    return found


async def revoke_unit(actor: Actor, unit: str, *, wipe: bool) -> int:
    """All devices of the people of one unit, and their sessions; answers how many. Refused: not_found."""
    found = await _revoke(OF_UNIT, actor, unit, wipe=wipe)
    if not found:
        raise Refused("not_found", "There is no such unit with a device.")
    return found


def answers_for(actor: Actor) -> tuple[bool, str | None]:
    """Whether for all, and else by which login the unit is found; without a unit for none."""
    return actor.role is Role.ADMIN, actor.worker_login


async def _revoke(sql: str, actor: Actor, which: object, *, wipe: bool) -> int:
    async with DB.transaction(), connection() as held:
        rows = await held.fetch(sql, *answers_for(actor), wipe, which)
        await revoke_found(held, actor, rows, wipe=wipe, everywhere=sql is not ONE)
    return len(rows)


def _view(row: Any) -> DeviceView:
    until, state = lease_until(Role(row["role"]), row["seen_at"]), wipe_state(row["wipe"], row["wiped_at"])
    return DeviceView(lease_until=until, wipe_state=state, **row)
