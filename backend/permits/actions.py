"""What can happen with permits: somebody may read a case that is not theirs, reads it, and does so no more.

What is borrowed is read online and never becomes a grant of sync: nothing that expires lies on a device. Whether a permit
holds is asked in the statement that reads by it.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from backend.access import Actor, Role
from backend.cases.units import supervisors_of
from backend.db import DB, connection
from backend.errors import Refused
from backend.journal import Entry, record
from backend.permits.rules import BOTH, BREAK_GLASS_A_DAY, BREAK_GLASS_FOR, STAFF, label_of, labels_of
from backend.permits.views import keep_view
from backend.permits.watch import admit_reading, watch_opened, watch_read
from backend.permits.wire import Audit, BreakGlass, CaseView, Consent, Made, Permit, Permits
from backend.policy import VERSION, require
from sync import reading
from sync.declare import Registry

LISTED: Final = 200
NO_CASE: Final = "There is no such case in your unit."

# $1 a case number, $2 a login: a case that a worker of the same unit works now.
UNIT_CASE: Final = """
SELECT c.id FROM ivd_case c WHERE c.case_number = $1 AND EXISTS (
    SELECT 1 FROM worker own JOIN worker w ON w.unit_code = own.unit_code JOIN assignment s ON s.worker_login = w.worker_login
    WHERE own.worker_login = $2 AND s.case_id = c.id AND s.from_on <= current_date AND (s.to_on IS NULL OR s.to_on > current_date))"""
OWN_PART: Final = """
SELECT id FROM participant WHERE case_id = $1 AND person_id = $2 AND role <> 'CH' AND to_on IS NULL LIMIT 1"""
WHO: Final = "SELECT id FROM account WHERE login = $1 AND role = $2 AND active"
LOCK: Final = "SELECT 1 FROM account WHERE id = $1 FOR UPDATE"
TODAY: Final = "SELECT count(*) FROM permit WHERE account_id = $1 AND kind = 'break_glass' AND from_at > now() - interval '1 day'"
GIVE: Final = """
INSERT INTO permit (kind, account_id, case_id, participant_id, topics, reason, given_by, until_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, now() + $8::interval) RETURNING id, case_id, until_at"""
HELD: Final = """
SELECT m.id, m.kind, m.topics, m.until_at, p.role_bit, p.party_bit
FROM permit m JOIN account a ON a.id = m.account_id LEFT JOIN participant p ON p.id = m.participant_id AND p.to_on IS NULL
WHERE m.account_id = $1 AND m.case_id = $2 AND m.ended_at IS NULL AND m.until_at > now() AND a.active
    AND (m.kind <> 'consent' OR p.id IS NOT NULL)
ORDER BY m.until_at DESC LIMIT 1"""
END: Final = """
UPDATE permit m SET ended_at = now() WHERE m.id = $1 AND m.ended_at IS NULL AND m.until_at > now()
    AND (m.account_id = $2 OR m.given_by = $2 OR $3 AND EXISTS (
        SELECT 1 FROM account a JOIN worker w ON w.worker_login = a.worker_login
            JOIN worker own ON own.unit_code = w.unit_code WHERE a.id = m.account_id AND own.worker_login = $4))
RETURNING m.account_id"""
# Of a supervisor also what was read in the own unit's cases, or by its people.
LIST: Final = f"""
SELECT m.id, m.kind, a.display_name AS person, m.case_id AS case, m.topics, m.reason, m.from_at, m.until_at, m.ended_at,
    (SELECT count(*) FROM journal j WHERE j.case_id = m.case_id AND j.verb = 'permit.read' AND j.subject_id = m.id) AS reads,
    m.account_id = $1 AS own
FROM permit m JOIN account a ON a.id = m.account_id
WHERE m.account_id = $1 OR m.given_by = $1 OR $2 AND EXISTS (
    SELECT 1 FROM worker own JOIN worker w ON w.unit_code = own.unit_code WHERE own.worker_login = $3
        AND (w.worker_login = a.worker_login OR EXISTS (SELECT 1 FROM assignment s WHERE s.case_id = m.case_id
            AND s.worker_login = w.worker_login AND s.from_on <= current_date AND (s.to_on IS NULL OR s.to_on > current_date))))
ORDER BY m.from_at DESC, m.id LIMIT {LISTED}"""  # noqa: S608


async def break_glass(actor: Actor, wanted: BreakGlass) -> Made:
    """A colleague's case of the own unit, for an hour; the supervisor's report shows it. Refused: not_found, too_many."""
    require(actor, "case.break_glass")
    async with DB.transaction(), connection() as held:
        await held.execute(LOCK, actor.account_id)  # so that many at once count one after the other
        case = await held.fetchval(UNIT_CASE, wanted.case_number, actor.worker_login)
        if case is None:
            raise Refused("not_found", NO_CASE)
        today = await held.fetchval(TODAY, actor.account_id)
        if today >= BREAK_GLASS_A_DAY:
            raise Refused("too_many", "You have opened several colleagues' cases today. Ask your supervisor.")
        given: tuple[Any, ...] = ("break_glass", actor.account_id, case, None, [], wanted.reason, actor.account_id, BREAK_GLASS_FOR)
        made = await _give(held, actor, *given, tell=await supervisors_of(held, case))
        await watch_opened(held, actor, today + 1)
    return made


async def consent(actor: Actor, wanted: Consent) -> Made:
    """A parent has a helper see parts of the own case. Refused: not_found, alike for no such helper and no such case."""
    require(actor, "permit.consent")
    async with DB.transaction(), connection() as held:
        part = await held.fetchval(OWN_PART, wanted.case, actor.person_id)
        helper = await held.fetchval(WHO, wanted.navigator.strip().lower(), Role.NAVIGATOR.value)
        if part is None or helper is None:
            raise Refused("not_found", "There is no such helper, or this is not your case.")
        topics, lasts = list(wanted.topics), timedelta(days=wanted.days)
        given: tuple[Any, ...] = ("consent", helper, wanted.case, part, topics, "", actor.account_id, lasts)
        return await _give(held, actor, *given)


async def let_audit(actor: Actor, wanted: Audit) -> Made:
    """A supervisor has an auditor read a case of the own unit. Refused: not_found."""
    require(actor, "permit.audit")
    async with DB.transaction(), connection() as held:
        case = await held.fetchval(UNIT_CASE, wanted.case_number, actor.worker_login)
        auditor = await held.fetchval(WHO, wanted.auditor.strip().lower(), Role.AUDITOR.value)
        if case is None or auditor is None:
            raise Refused("not_found", "There is no such auditor, or no such case in your unit.")
        given: tuple[Any, ...] = ("audit", auditor, case, None, [], wanted.reason, actor.account_id, timedelta(days=wanted.days))
        return await _give(held, actor, *given)


async def read_case(actor: Actor, registry: Registry, case: UUID) -> CaseView:
    """A case by a permit that holds now; recorded in the same transaction.

    Refused: not_found, also where there is no case; too_many.
    """
    require(actor, "case.read_by_permit")
    await admit_reading(actor)
    async with connection() as held:
        view = await keep_view(held, registry)
    async with DB.transaction(isolation="repeatable_read"), connection() as held:
        permit = await held.fetchrow(HELD, actor.account_id, case)
        if permit is None:
            raise Refused("not_found", "There is nothing here.")
        mask, labels = _opens(permit)
        rows = await held.fetch(reading.statement(registry, label_of), case, mask, labels)
        detail = {"mask": mask, "labels": labels, "role": actor.role.value, "policy": VERSION, "kind": permit["kind"], "view": str(view)}
        await record([Entry("permit.read", actor.account_id, case, permit["id"], detail=detail)], quiet=True)
        await watch_read(held, actor)
    found = [(row["kind"], row["id"], msgspec.Raw(row["body"].encode())) for row in rows]
    return CaseView(case=case, until_at=permit["until_at"], rows=found)


async def end_permit(actor: Actor, permit: UUID) -> None:
    """Who has it, who gave it, and a supervisor of who has it may end it. Refused: not_found."""
    require(actor, "permit.end")
    supervisor = actor.role is Role.SUPERVISOR
    async with DB.transaction(), connection() as held:
        if await held.fetchval(END, permit, actor.account_id, supervisor, actor.worker_login) is None:
            raise Refused("not_found", "There is no such permit.")
        await record([Entry("permit.ended", actor.account_id, subject_id=permit)])


async def list_permits(actor: Actor) -> Permits:
    """What the actor has or gave; for a supervisor also what others read in the unit's cases and its people elsewhere."""
    async with connection() as held:
        rows = await held.fetch(LIST, actor.account_id, actor.role is Role.SUPERVISOR, actor.worker_login)
    return Permits(permits=[Permit(**row) for row in rows])


async def _give(held: Any, actor: Actor, *given: Any, tell: Sequence[str] = ()) -> Made:
    """`tell`: the accounts that are told of it."""
    made = await held.fetchrow(GIVE, *given)
    of = {"account": str(given[1]), "case": str(given[2]), "tell": list(tell)}
    detail = {"kind": given[0], "until": made["until_at"].isoformat(), **of}
    await record([Entry("permit.given", actor.account_id, subject_id=made["id"], detail=detail)])
    return Made(id=made["id"], case=made["case_id"], until_at=made["until_at"])


def _opens(permit: Any) -> tuple[int, list[str] | None]:
    """The mask and the labels that a permit gives: staff's view, or what the parent who agreed sees of the agreed topics."""
    if permit["kind"] != "consent":
        return STAFF, None
    return BOTH | permit["role_bit"] | permit["party_bit"], list(labels_of(permit["topics"]))
