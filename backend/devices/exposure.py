"""What was ever visible to whom: noted from what we send, before it is sent, and told for one person.

A manifest says what a device may hold from now on; with it an interval begins for each case and ends for each that is not in it,
or whose mask is another. So it does when the registry says something else: what was visible is told by what it said at the time. An
interval counts once something of its case was sent. An answer without news notes nothing.
"""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

import msgspec

from backend.access import Actor
from backend.db import DB, connection
from backend.devices.fleet import answers_for
from backend.devices.wire import Exposed, Exposure
from backend.errors import Refused
from backend.journal import Entry, record
from backend.permits.views import keep_view, read_view, view_of, visible
from backend.permits.watch import watch_held
from backend.policy import VERSION
from sync.declare import Registry
from sync.wire import SyncResponse

PAGE: Final = 5000
LOCK: Final = "SELECT 1 FROM sync_device WHERE id = $1 FOR UPDATE"
END: Final = """
UPDATE exposure e SET until_at = now() WHERE e.device = $1 AND e.until_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM unnest($2::uuid[], $3::int2[]) AS held (case_id, mask)
        WHERE (held.case_id, held.mask) = (e.case_id, e.mask))
RETURNING e.case_id, e.mask, e.sent_at"""
OFFER: Final = """
INSERT INTO exposure (device, account_id, role, case_id, mask, view)
SELECT $1, $4, $5, held.case_id, held.mask, $6 FROM unnest($2::uuid[], $3::int2[]) AS held (case_id, mask)
JOIN ivd_case c ON c.id = held.case_id
ON CONFLICT (device, case_id) WHERE until_at IS NULL DO NOTHING"""
UNSENT: Final = """
SELECT EXISTS (SELECT 1 FROM exposure WHERE device = $1 AND until_at IS NULL AND case_id = ANY($2)
    AND (sent_at IS NULL OR view IS DISTINCT FROM $3))"""
# What is sent now is sent as the registry says now: where it said something else before, that interval ends and another begins.
OLDER: Final = """
UPDATE exposure SET until_at = now() WHERE device = $1 AND until_at IS NULL AND case_id = ANY($2) AND view IS DISTINCT FROM $3
RETURNING case_id, mask, account_id, role, sent_at"""
ANEW: Final = """
INSERT INTO exposure (device, account_id, role, case_id, mask, view)
SELECT $1, r.account_id, r.role, r.case_id, r.mask, $6
FROM unnest($2::uuid[], $3::int2[], $4::uuid[], $5::text[]) AS r (case_id, mask, account_id, role)"""
SENT: Final = """
UPDATE exposure SET sent_at = now() WHERE device = $1 AND until_at IS NULL AND sent_at IS NULL AND case_id = ANY($2)
RETURNING case_id, mask"""

# $1 for all, $2 the supervisor's login: only persons in a case that the unit works.
OPEN: Final = """
p.person_id = $3 AND ($1 OR EXISTS (
    SELECT 1 FROM worker own JOIN worker w ON w.unit_code = own.unit_code
        JOIN participant q ON q.person_id = $3 JOIN assignment s ON s.case_id = q.case_id AND s.worker_login = w.worker_login
    WHERE own.worker_login = $2 AND s.from_on <= current_date AND (s.to_on IS NULL OR s.to_on > current_date)))"""
HELD: Final = f"""
SELECT e.account_id, a.display_name AS person, e.role, e.device, d.kind, d.name, e.case_id, c.case_number, e.mask, p.party_bit,
    p.role AS part, e.sent_at AS from_at, e.until_at, d.revoked_at, NULL::jsonb AS labels, v.says
FROM participant p JOIN exposure e ON e.case_id = p.case_id JOIN sync_device d ON d.id = e.device
    JOIN account a ON a.id = e.account_id JOIN ivd_case c ON c.id = p.case_id LEFT JOIN exposure_view v ON v.id = e.view
WHERE e.sent_at IS NOT NULL AND {OPEN}"""  # noqa: S608
READ: Final = f"""
SELECT j.actor_id, a.display_name, j.detail->>'role', NULL::uuid, j.detail->>'kind', '', j.case_id, c.case_number,
    (j.detail->>'mask')::int2, p.party_bit, p.role, j.at, j.at, NULL::timestamptz, j.detail->'labels', v.says
FROM participant p JOIN journal j ON j.case_id = p.case_id AND j.verb = 'permit.read'
    JOIN account a ON a.id = j.actor_id JOIN ivd_case c ON c.id = p.case_id
    LEFT JOIN exposure_view v ON v.id = (j.detail->>'view')::uuid
WHERE {OPEN}"""  # noqa: S608
OF_PERSON: Final = f"{HELD} UNION ALL {READ} ORDER BY from_at, case_number LIMIT {PAGE}"


async def note_sent(actor: Actor, registry: Registry, device: UUID, answer: SyncResponse) -> None:
    """Notes what this answer makes visible on this device and what it takes away; if that cannot be noted, it is not sent."""
    sent = {load.scope for load in answer.load} | {row[0] for row in answer.rows if row[5] is not None}
    if answer.manifest is None and not sent:
        return
    if answer.manifest is None and not await _is_first(device, sent, view_of(registry).id):
        return
    async with DB.transaction(), connection() as held:
        view = await keep_view(held, registry)
        ended: list[Any] = []
        if answer.manifest is not None:
            await held.execute(LOCK, device)
            scopes, masks = zip(*answer.manifest.scopes, strict=True) if answer.manifest.scopes else ((), ())
            ended = await held.fetch(END, device, scopes, masks)
            await held.execute(OFFER, device, scopes, masks, actor.account_id, actor.role.value, view)
        ended += await _end_older(held, device, sent, view) if sent else []
        begun = await held.fetch(SENT, device, list(sent)) if sent else []
        who = (actor.account_id, actor.role.value)
        left = [row for row in ended if row["sent_at"] is not None]
        await record([*_entries("held.ended", left, device, who), *_entries("held.begun", begun, device, who)], quiet=True)
    if begun:
        await watch_held(actor)


async def note_erased(held: Any, device: UUID, owner: UUID) -> None:
    """In the transaction in which a device says that it has forgotten everything."""
    ended = await held.fetch(END, device, [], [])
    left = [row for row in ended if row["sent_at"] is not None]
    await record(_entries("held.ended", left, device, (owner, "")), quiet=True)


async def exposure_of(actor: Actor, registry: Registry, person: str) -> Exposure:
    """What of this person was ever visible to whom, when, on which device. Refused: not_found, where nothing is open to the actor.

    What is visible follows from what the registry said at the time; of what was noted before that was kept, from what it says now.
    """
    async with DB.transaction(), connection() as held:
        rows = await held.fetch(OF_PERSON, *answers_for(actor), person)
        if not rows:
            raise Refused("not_found", "There is nobody of that number here, or nothing was ever sent.")
        found = [_exposed(registry, row) for row in rows]
        await record([Entry("exposure.read", actor.account_id, detail={"cases": sorted({str(one.case_id) for one in found})})])
    return Exposure(exposed=found, complete=len(rows) < PAGE)


async def _is_first(device: UUID, sent: set[UUID], view: UUID) -> bool:
    """Whether something of one of these cases goes to this device for the first time, or as the registry never said before.

    That is seldom: most news are changes.
    """
    async with connection() as held:
        return bool(await held.fetchval(UNSENT, device, list(sent), view))


async def _end_older(held: Any, device: UUID, sent: set[UUID], view: UUID) -> list[Any]:
    """Intervals of these cases in which the registry said something else end, and go on as others."""
    older = await held.fetch(OLDER, device, list(sent), view)
    if older:
        columns = [[row[name] for row in older] for name in ("case_id", "mask", "account_id", "role")]
        await held.execute(ANEW, device, *columns, view)
    return list(older)


def _exposed(registry: Registry, row: Any) -> Exposed:
    given = {name: row[name] for name in Exposed.__struct_fields__ if name != "what"}
    labels = None if row["labels"] is None else msgspec.json.decode(row["labels"], type=list[str] | None)
    view = read_view(row["says"] or view_of(registry).says)
    return Exposed(**given, what=visible(view, row["mask"], row["party_bit"] or 0, labels))


def _entries(verb: str, rows: Iterable[Any], device: UUID, who: tuple[UUID, str]) -> list[Entry]:
    actor, role = who
    return [
        Entry(verb, actor, row["case_id"], device, detail={"mask": row["mask"], "role": role, "policy": VERSION}) for row in rows
    ]
