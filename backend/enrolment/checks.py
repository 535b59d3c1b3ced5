"""What the case team looks into by hand: a second claim, a code that was guessed at, a copied passkey, a recovery."""

from __future__ import annotations

from typing import Final
from uuid import UUID

import msgspec

from backend.access import Actor
from backend.db import DB, connection
from backend.enrolment.wire import Check, Checks
from backend.errors import Refused
from backend.journal import Entry, record

MINE: Final = """
FROM identity_check k JOIN participant p ON p.person_id = k.person_id AND p.role <> 'CH' AND p.to_on IS NULL
JOIN sync_grant g ON g.scope = p.case_id AND g.principal = $1 AND g.mask & 8 <> 0
WHERE k.done_at IS NULL"""
LIST: Final = f"""
SELECT DISTINCT ON (k.made_at, k.id) k.id, k.kind, p.case_id AS case, p.first_name || ' ' || p.last_name AS name, k.made_at {MINE}
ORDER BY k.made_at DESC, k.id LIMIT 100"""
DONE: Final = f"""
UPDATE identity_check SET done_at = now(), done_by = $1 WHERE id = (SELECT k.id {MINE} AND k.id = $2 LIMIT 1) RETURNING kind"""  # noqa: S608


async def list_checks(actor: Actor) -> Checks:
    """What is open about the people of the actor's cases."""
    async with connection() as held:
        rows = await held.fetch(LIST, actor.account_id)
    return Checks(checks=[msgspec.convert(dict(row), Check) for row in rows])


async def finish_check(actor: Actor, check: UUID) -> None:
    """The actor has looked into it. Refused: not_found."""
    async with DB.transaction(), connection() as held:
        kind = await held.fetchval(DONE, actor.account_id, check)
        if kind is None:
            raise Refused("not_found", "This is not open any more.")
        await record([Entry("identity.checked", actor.account_id, subject_id=check, detail={"kind": kind})])
