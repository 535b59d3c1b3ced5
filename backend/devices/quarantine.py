"""What devices handed over that we do not trust any more: a supervisor reads it and releases or discards it, each by itself.

A supervisor answers for what workers of the own unit wrote, and for what was written about a case that the unit works. What is
released goes through the same inbox as everything that devices send, on behalf of its author and under the rights of now. It
goes in by an heir of the device, a name that nobody can sync under: numbers of the device itself may be missing for ever.
"""

from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid5

import msgspec

from backend.access import Actor
from backend.db import DB, connection
from backend.devices.fleet import answers_for
from backend.devices.handover import PURPOSE, place
from backend.devices.wire import KeptContent, KeptItem, KeptItems
from backend.errors import Refused
from backend.installation import unseal
from backend.journal import Entry, record
from sync import inbox
from sync.declare import Registry
from sync.wire import Done, Mutation

PAGE: Final = 100
HEIRS: Final = UUID("5f0c2f5e-2f55-4c6e-9f3c-7a8b0f4f1d11")

# $1 everything, $2 the supervisor's login: the unit's workers wrote it, or the unit works the case that it is about.
MINE: Final = """
FROM quarantine q JOIN sync_device d ON d.id = q.device JOIN account a ON a.id = d.principal
WHERE ($1 OR EXISTS (SELECT 1 FROM worker own JOIN worker w ON w.unit_code = own.unit_code WHERE own.worker_login = $2
    AND (w.worker_login = a.worker_login OR EXISTS (SELECT 1 FROM assignment s
        WHERE s.worker_login = w.worker_login AND s.case_id = q.scope
            AND s.from_on <= current_date AND (s.to_on IS NULL OR s.to_on > current_date)))))"""
COLUMNS: Final = "q.id, q.device, a.display_name AS person, q.n, q.name, q.scope, q.kept_at"

LIST: Final = f"""
SELECT {COLUMNS} {MINE} AND q.state = 'kept'
    AND ($3::uuid IS NULL OR (q.kept_at, q.id) > (SELECT o.kept_at, o.id FROM quarantine o WHERE o.id = $3))
ORDER BY q.kept_at, q.id LIMIT {PAGE + 1}"""  # noqa: S608
ONE: Final = f"SELECT {COLUMNS}, q.box, q.mutation, q.state, q.outcome, q.code, d.principal {MINE} AND q.id = $3"
LOCKED: Final = f"{ONE} FOR UPDATE OF q"
DECIDE: Final = """
UPDATE quarantine SET state = $2, decided_by = $3, decided_at = $4, outcome = $5, code = $6, box = NULL WHERE id = $1"""
HEIR: Final = """
INSERT INTO sync_device (id, principal, kind, closed_at, heir_of) VALUES ($1, $2, 'quarantine', now(), $3)
ON CONFLICT (id) DO NOTHING"""
NEXT_N: Final = "SELECT last_n + 1 FROM sync_device WHERE id = $1 FOR UPDATE"


class Released(NamedTuple):
    """What became of a released change."""

    outcome: str
    code: str | None


async def list_kept(actor: Actor, after: UUID | None = None) -> KeptItems:
    """A page of what waits for this supervisor, without content."""
    async with connection() as held:
        rows = await held.fetch(LIST, *answers_for(actor), after)
    items = [_item(row) for row in rows[:PAGE]]
    return KeptItems(items=items, after=items[-1].id if len(rows) > PAGE else None)


async def read_kept(actor: Actor, item: UUID) -> KeptContent:
    """One of them with its content; that it was read is recorded. Refused: not_found."""
    async with DB.transaction(), connection() as held:
        row = await _kept(held, ONE, actor, item)
        await _note("quarantine.read", actor, row)
    return KeptContent(item=_item(row), content=msgspec.Raw(_content(row)))


async def release(actor: Actor, registry: Registry, item: UUID) -> Released:
    """Has it done on behalf of who wrote it, if that person may still do it. Refused: not_found."""
    async with DB.transaction(), connection() as held:
        row = await _kept(held, LOCKED, actor, item)
        done = await _take(held, registry, row)
        await held.execute(DECIDE, item, "released", actor.account_id, datetime.now(UTC), done.outcome, done.code)
        await _note("quarantine.released", actor, row, outcome=done.outcome)
    return Released(done.outcome, done.code)


async def discard(actor: Actor, item: UUID) -> None:
    """Has it forgotten; that it was there stays known. Refused: not_found."""
    async with DB.transaction(), connection() as held:
        row = await _kept(held, LOCKED, actor, item)
        await held.execute(DECIDE, item, "discarded", actor.account_id, datetime.now(UTC), None, None)
        await _note("quarantine.discarded", actor, row)


async def _kept(held: Any, sql: str, actor: Actor, item: UUID) -> Any:
    """The row of what waits for this supervisor; what was decided is gone."""
    row = await held.fetchrow(sql, *answers_for(actor), item)
    if row is None or row["state"] != "kept":
        raise Refused("not_found", "There is no such change in quarantine.")
    return row


async def _take(held: Any, registry: Registry, row: Any) -> Done:
    heir = uuid5(HEIRS, str(row["device"]))
    await held.execute(HEIR, heir, row["principal"], row["device"])
    written = msgspec.json.decode(_content(row), type=Mutation)
    renumbered = msgspec.structs.replace(written, n=await held.fetchval(NEXT_N, heir))
    return await inbox.take(held, registry, heir, renumbered)


def _content(row: Any) -> bytes:
    return unseal(PURPOSE, row["box"], place(row["device"], row["n"], row["mutation"]))


def _item(row: Any) -> KeptItem:
    return KeptItem(**{name: row[name] for name in KeptItem.__struct_fields__})


async def _note(verb: str, actor: Actor, row: Any, **detail: str) -> None:
    told = {"device": str(row["device"]), "scope": str(row["scope"]), **detail}
    await record([Entry(verb, actor.account_id, subject_id=row["id"], detail=told)])
