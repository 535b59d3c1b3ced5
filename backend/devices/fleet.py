"""What an operator may know of devices and do to them. An administrator answers for all, a supervisor for the own unit's."""

from typing import Any
from uuid import UUID

from backend.access import Actor, Role
from backend.db import DB, connection
from backend.devices.rules import lease_until
from backend.devices.wire import DevicesPage, DeviceView
from backend.errors import Refused
from backend.journal import Entry, record

PAGE = 100

MINE = """
FROM sync_device d JOIN account a ON a.id = d.principal LEFT JOIN worker w ON w.worker_login = a.worker_login
WHERE ($1 OR w.unit_code = (SELECT own.unit_code FROM worker own WHERE own.worker_login = $2))"""

LIST = f"""
WITH page AS MATERIALIZED (
    SELECT d.*, a.role, a.display_name AS person {MINE}
        AND ($3::uuid IS NULL OR (d.seen_at, d.id) < (SELECT o.seen_at, o.id FROM sync_device o WHERE o.id = $3))
    ORDER BY d.seen_at DESC, d.id DESC LIMIT {PAGE + 1})
SELECT p.id, p.kind, p.person, p.role, p.seen_at, greatest(0, p.next_n_seen - 1 - p.last_n) AS unsent,
    m.refused, m.parked, p.clock_ms, p.app_version, p.schema, p.digest_at, p.revoked_at, p.wipe, p.closed_at
FROM page p CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE outcome = 'refused') AS refused, count(*) FILTER (WHERE outcome = 'parked') AS parked
    FROM sync_mutation WHERE device = p.id AND outcome <> 'ok') m
ORDER BY p.seen_at DESC, p.id DESC"""  # noqa: S608

REVOKE = f"""
UPDATE sync_device SET revoked_at = coalesce(revoked_at, now()), wipe = wipe OR $4
WHERE id = (SELECT d.id {MINE} AND d.id = $3) RETURNING principal"""  # noqa: S608


async def list_devices(actor: Actor, after: UUID | None = None) -> DevicesPage:
    """A page of the devices that this operator answers for."""
    async with connection() as held:
        rows = await held.fetch(LIST, *_answers_for(actor), after)
    devices = [_view(row) for row in rows[:PAGE]]
    return DevicesPage(devices=devices, after=devices[-1].id if len(rows) > PAGE else None)


async def revoke(actor: Actor, device: UUID, *, wipe: bool) -> None:
    """From now on this device gets nothing; a wipe once ordered stays ordered. Refused: not_found."""
    async with DB.transaction(), connection() as held:
        owner = await held.fetchval(REVOKE, *_answers_for(actor), device, wipe)
        if owner is None:
            raise Refused("not_found", "There is no such device.")
        detail = {"wipe": wipe, "account": str(owner)}
        await record([Entry("device.revoked", actor_id=actor.account_id, subject_id=device, detail=detail)])


def _answers_for(actor: Actor) -> tuple[bool, str | None]:
    """Whether for all, and else by which login the unit is found; without a unit for none."""
    return actor.role is Role.ADMIN, actor.worker_login


def _view(row: Any) -> DeviceView:
    return DeviceView(lease_until=lease_until(Role(row["role"]), row["seen_at"]), **row)
