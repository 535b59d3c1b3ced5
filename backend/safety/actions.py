"""What can happen to a mark: it is made by one person, and taken back by two.

Nothing here is ever told to a parent, by whatever way; what the state's files say of a person stands beside our mark, and wins
over every wish to take it back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from backend.access import Actor, Role
from backend.cases.safety import MARKING, spread_later, spread_now
from backend.cases.units import supervisors_of, worked_by_unit_of
from backend.db import DB, connection
from backend.errors import Refused
from backend.jobs import enqueue
from backend.journal import Entry, poke, record
from backend.policy import require
from backend.safety.rules import CLEARING_LIVES
from backend.safety.wire import AskClearing, Clearing, Clearings, Party, Protection, Protections

if TYPE_CHECKING:
    from backend.db import Connection

SPREAD: Final = "safety.spread"
NOT_YOURS: Final = "This person is not in one of your cases."

# $1 a case, $2 an account, $3 whether it is a supervisor, $4 its login: who works the case, or answers for who does.
OPEN: Final = f"""(EXISTS (SELECT 1 FROM sync_grant g WHERE g.scope = $1 AND g.principal = $2 AND g.mask & 8 <> 0)
    OR $3 AND {worked_by_unit_of("$4", "$1")})"""  # noqa: S608
PARTY: Final = f"""
SELECT p.person_id FROM participant p
WHERE p.case_id = $1 AND p.id = $5 AND p.role <> 'CH' AND p.to_on IS NULL AND {OPEN}"""  # noqa: S608
OF_CASE: Final = f"""
SELECT p.id AS participant, coalesce(o.family_violence, false) AS by_state, m.made_at AS marked_at, c.until_at AS waits_until
FROM participant p LEFT JOIN person o ON o.person_id = p.person_id
    LEFT JOIN safety_mark m ON m.person_id = p.person_id AND m.cleared_at IS NULL
    LEFT JOIN safety_clearing c ON c.mark_id = m.id AND c.outcome IS NULL AND c.until_at > now()
WHERE p.case_id = $1 AND p.role <> 'CH' AND p.to_on IS NULL AND {OPEN} ORDER BY p.party"""  # noqa: S608

FIND: Final = """
SELECT m.id, EXISTS (SELECT 1 FROM person o WHERE o.person_id = m.person_id AND o.family_violence) AS by_state,
    (SELECT c.id FROM safety_clearing c WHERE c.mark_id = m.id AND c.outcome IS NULL AND c.until_at > now()) AS waiting
FROM safety_mark m WHERE m.person_id = $1 AND m.cleared_at IS NULL"""
MARK: Final = """
INSERT INTO safety_mark (person_id, case_id, made_by) VALUES ($1, $2, $3)
ON CONFLICT (person_id) WHERE cleared_at IS NULL DO NOTHING RETURNING id"""
END: Final = "UPDATE safety_clearing SET outcome = 'ended', decided_by = $2, decided_at = now() WHERE mark_id = $1 AND outcome IS NULL"
ASK: Final = """
INSERT INTO safety_clearing (mark_id, case_id, reason, asked_by, until_at)
VALUES ($1, $2, $3, $4, now() + $5::interval) RETURNING id"""

# $1 an account, $2 whether it is a supervisor, $3 its login: what it asked for, and what it may decide about.
WAITING: Final = f"""
FROM safety_clearing c JOIN safety_mark m ON m.id = c.mark_id JOIN ivd_case k ON k.id = c.case_id
    JOIN account a ON a.id = c.asked_by
    JOIN participant p ON p.case_id = c.case_id AND p.person_id = m.person_id
WHERE c.outcome IS NULL AND c.until_at > now() AND m.cleared_at IS NULL
    AND (c.asked_by = $1 OR $2 AND {worked_by_unit_of("$3", "c.case_id")})"""
LIST: Final = f"""
SELECT c.id, c.case_id AS case, k.case_number, p.id AS participant, p.first_name || ' ' || p.last_name AS name, c.reason,
    a.display_name AS asked_by, c.asked_at, c.until_at, c.asked_by = $1 AS own {WAITING} ORDER BY c.asked_at, c.id LIMIT 200"""
ONE: Final = f"SELECT c.id, c.case_id, c.asked_by, m.id AS mark, m.person_id {WAITING} AND $2 AND c.id = $4"
DECIDE: Final = "UPDATE safety_clearing SET outcome = $2, decided_by = $3, decided_at = now() WHERE id = $1 AND outcome IS NULL"
CLEAR: Final = "UPDATE safety_mark SET cleared_at = now() WHERE id = $1"
BY_STATE: Final = "SELECT family_violence FROM person WHERE person_id = $1"
OF_MARK: Final = "SELECT person_id FROM safety_mark WHERE id = $1"


async def mark(actor: Actor, party: Party) -> None:
    """This person is in danger: from now on, in every case, with the children there. Marking anew ends what waits to clear it.

    Refused: forbidden.
    """
    require(actor, "safety.mark")
    async with DB.transaction(), connection() as held:
        person = await _party(held, actor, party.case, party.participant)
        await held.execute("SELECT pg_advisory_xact_lock($1)", MARKING)
        made = await held.fetchval(MARK, person, party.case, actor.account_id)
        if made is None:
            made = await held.fetchval(FIND, person)
            await held.execute(END, made, actor.account_id)
        await record([Entry("safety.marked", actor.account_id, party.case, made)])
        await _spread(held, person, made)


async def ask_clearing(actor: Actor, wanted: AskClearing) -> None:
    """A first person wishes our mark away. Refused: forbidden, conflict (nothing of ours, the state's own word, asked already)."""
    require(actor, "safety.ask_clearing")
    async with DB.transaction(), connection() as held:
        person = await _party(held, actor, wanted.case, wanted.participant)
        await held.execute("SELECT pg_advisory_xact_lock($1)", MARKING)
        found = await held.fetchrow(FIND, person)
        if found is None or found["by_state"]:
            await _not_by_state(held, person)
            raise Refused("conflict", "Nobody marked this person here.", {"code": "safety_none"})
        if found["waiting"]:
            raise Refused("conflict", "This waits for a supervisor already.", {"code": "safety_asked"})
        await held.execute(END, found["id"], actor.account_id)  # one that nobody decided about in time
        asked = await held.fetchval(ASK, found["id"], wanted.case, wanted.reason, actor.account_id, CLEARING_LIVES)
        detail = {"tell": await supervisors_of(held, wanted.case)}
        await record([Entry("safety.clearing_asked", actor.account_id, wanted.case, asked, detail=detail)])


async def confirm(actor: Actor, clearing: UUID) -> None:
    """A second person agrees: our mark is gone. Refused: not_found, forbidden (one's own wish), conflict (the state's own word)."""
    async with DB.transaction(), connection() as held:
        row = await _waiting(held, actor, clearing)
        await _not_by_state(held, row["person_id"])
        await held.execute(DECIDE, clearing, "confirmed", actor.account_id)
        await held.execute(CLEAR, row["mark"])
        await record([Entry("safety.cleared", actor.account_id, row["case_id"], row["mark"], detail={"clearing": str(clearing)})])
        await _spread(held, row["person_id"], row["mark"])


async def refuse(actor: Actor, clearing: UUID) -> None:
    """A second person does not agree: the mark stays. Refused: not_found, forbidden (one's own wish)."""
    async with DB.transaction(), connection() as held:
        row = await _waiting(held, actor, clearing)
        await held.execute(DECIDE, clearing, "refused", actor.account_id)
        await record([Entry("safety.clearing_refused", actor.account_id, row["case_id"], clearing)])


async def list_clearings(actor: Actor) -> Clearings:
    """What the actor asked for and, of a supervisor, what waits in the unit."""
    async with connection() as held:
        rows = await held.fetch(LIST, actor.account_id, actor.role is Role.SUPERVISOR, actor.worker_login)
    return Clearings(clearings=[Clearing(**row) for row in rows])


async def list_protections(actor: Actor, case: UUID) -> Protections:
    """How each adult of a case is protected; of a case that is not the actor's, nobody."""
    async with connection() as held:
        rows = await held.fetch(OF_CASE, case, actor.account_id, actor.role is Role.SUPERVISOR, actor.worker_login)
    return Protections(people=[Protection(**row) for row in rows])


async def spread_mark(made: UUID) -> None:
    """What a load kept from being shown at once is shown after it."""
    async with DB.transaction(), connection() as held:
        await poke(await spread_later(held, await held.fetchval(OF_MARK, made)))


async def _party(held: Connection, actor: Actor, case: UUID, participant: UUID) -> str:
    """The number of an adult of a case that the actor works or answers for. Refused: forbidden."""
    who = (actor.account_id, actor.role is Role.SUPERVISOR, actor.worker_login)
    person: str | None = await held.fetchval(PARTY, case, *who, participant)
    if person is None:
        raise Refused("forbidden", NOT_YOURS)
    return person


async def _waiting(held: Connection, actor: Actor, clearing: UUID) -> Any:
    """What waits for this supervisor. Refused: not_found, and forbidden where the same person asked for it."""
    require(actor, "safety.decide")
    await held.execute("SELECT pg_advisory_xact_lock($1)", MARKING)
    row = await held.fetchrow(ONE, actor.account_id, actor.role is Role.SUPERVISOR, actor.worker_login, clearing)
    if row is None:
        raise Refused("not_found", "This does not wait any more.")
    if row["asked_by"] == actor.account_id:
        raise Refused("forbidden", "Somebody else has to decide about what you asked for.", {"code": "safety_own"})
    return row


async def _not_by_state(held: Connection, person: str) -> None:
    if await held.fetchval(BY_STATE, person):
        raise Refused("conflict", "The state's own system says so; it has to be changed there.", {"code": "safety_state"})


async def _spread(held: Connection, person: str, made: UUID) -> None:
    """Into every case at once or, while a load is being published, right after it."""
    changed = await spread_now(held, person)
    if changed is None:
        await enqueue(SPREAD, {"mark": made})
    else:
        await poke(changed)
