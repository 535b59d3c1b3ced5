"""Pinning a case for a visit: the last word counts."""

from typing import Final

from backend.access import Actor
from backend.db import connection
from backend.journal import Entry, poke, record
from backend.policy import require
from backend.visits.wire import PinVisit

PIN: Final = """
INSERT INTO visit_pin (account_id, case_id) SELECT $1, g.scope FROM sync_grant g JOIN ivd_case c ON c.id = g.scope
WHERE g.principal = $1 AND g.scope = $2 ON CONFLICT DO NOTHING RETURNING id"""
UNPIN: Final = "DELETE FROM visit_pin WHERE account_id = $1 AND case_id = $2 RETURNING id"


async def pin_visit(actor: Actor, args: PinVisit) -> None:
    """The case is at hand from now on, or is not any more. Of a case that is not theirs, nothing is kept. Refused: forbidden."""
    require(actor, "visit.pin")
    async with connection() as held:
        changed = await held.fetchval(PIN if args.pinned else UNPIN, actor.account_id, args.case)
    if changed is not None:  # without the case: it is the worker's own, and nobody else is poked
        await record([Entry("visit.pinned" if args.pinned else "visit.unpinned", actor.account_id, subject_id=changed)])
        await poke({actor.account_id})
