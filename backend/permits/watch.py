"""Who reads much: a limit on what is read by permits, and a word to the supervisors when somebody reads unusually much.

What a person works themself lies on their device and is read there; of that, it is noted how many cases newly came to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from backend.access import Actor
from backend.cases.units import supervisors_over
from backend.db import DB, connection
from backend.errors import Refused
from backend.journal import Entry, record
from backend.settings import SETTINGS

if TYPE_CHECKING:
    from backend.db import Connection

HOUR_S: Final = 3600
COUNT: Final = f"""
INSERT INTO throttle AS t (key, window_at, hits) VALUES ($1, now(), 1)
ON CONFLICT (key) DO UPDATE SET
    window_at = CASE WHEN t.window_at > now() - interval '{HOUR_S} s' THEN t.window_at ELSE now() END,
    hits = CASE WHEN t.window_at > now() - interval '{HOUR_S} s' THEN t.hits + 1 ELSE 1 END
RETURNING hits, ceil({HOUR_S} - extract(epoch FROM now() - window_at))::int AS rest"""  # noqa: S608 (a constant)
CASES: Final = """
SELECT count(DISTINCT (case_id, subject_id)) FROM journal WHERE actor_id = $1 AND verb = $2 AND at > now() - make_interval(secs => $3)"""
TOLD: Final = """
SELECT EXISTS (SELECT 1 FROM journal WHERE actor_id = $1 AND verb = 'reading.unusual' AND detail->>'what' = $2
    AND at > now() - make_interval(secs => $3))"""


async def admit_reading(actor: Actor) -> None:
    """Count a reading by permit before it is made. Refused: too_many, with the seconds to wait."""
    async with connection() as held:  # committed by itself, so that many at once count one after the other
        row: Any = await held.fetchrow(COUNT, f"reads:{actor.account_id}")
    if row["hits"] > SETTINGS.reads_most:
        raise Refused("too_many", "You have read many cases in a short time. Wait a while.", retry_after_s=max(row["rest"], 1))


async def watch_opened(held: Connection, actor: Actor, today: int) -> None:
    """Somebody opened a colleague's case, the so-manieth today."""
    if today >= SETTINGS.unassigned_alert:
        await _tell(held, actor, "unassigned", today, 24 * HOUR_S)


async def watch_read(held: Connection, actor: Actor) -> None:
    """Somebody read a case by a permit."""
    count = await held.fetchval(CASES, actor.account_id, "permit.read", HOUR_S)
    if count >= SETTINGS.reads_alert:
        await _tell(held, actor, "read", count, HOUR_S)


async def watch_held(actor: Actor) -> None:
    """Cases newly came to a device of somebody's; parents have few and are not watched."""
    if actor.worker_login is None:
        return
    async with DB.transaction(), connection() as held:
        count = await held.fetchval(CASES, actor.account_id, "held.begun", HOUR_S)
        if count >= SETTINGS.held_alert:
            await _tell(held, actor, "held", count, HOUR_S)


async def _tell(held: Connection, actor: Actor, what: str, count: int, every_s: int) -> None:
    """Once in a while, in the transaction of what was done, and to the supervisors of the person's own unit."""
    if await held.fetchval(TOLD, actor.account_id, what, every_s):
        return
    detail = {"what": what, "count": count, "tell": await supervisors_over(held, actor.worker_login)}
    await record([Entry("reading.unusual", actor.account_id, detail=detail)])
