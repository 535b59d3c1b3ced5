"""What a caller who proved who they are may hear: of their own cases alone, as the grants say who holds them."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from backend.access import Actor
from backend.db import connection
from backend.voice.rules import CASES_MOST
from backend.voice.wire import CourtDate, Money, OwnCase, Receipt

CASES: Final = """
SELECT c.id AS case_id, p.id AS thread, c.case_number, (g.mask & 2) <> 0 AS receives FROM sync_grant g
JOIN ivd_case c ON c.id = g.scope
JOIN participant p ON p.case_id = c.id AND p.person_id = $2 AND p.to_on IS NULL AND p.role <> 'CH'
WHERE g.principal = $1 AND (g.mask & 1) <> 0 ORDER BY c.case_number LIMIT $3"""
MONEY: Final = """
SELECT DISTINCT ON (c.case_number) c.case_number, t.amount_cents, t.posted_on, t.reversed_by, d.status, d.status_on
FROM sync_grant g JOIN ivd_case c ON c.id = g.scope JOIN payment t ON t.case_id = c.id AND NOT t.closed
LEFT JOIN LATERAL (SELECT o.status, o.status_on FROM disbursement o
    WHERE o.payment_id = t.id AND NOT o.closed AND (g.mask & 2) <> 0 ORDER BY o.status_on DESC, o.id LIMIT 1) d ON true
WHERE g.principal = $1 AND (g.mask & 1) <> 0 AND g.scope = ANY($2)
ORDER BY c.case_number, t.posted_on DESC, t.paid_on DESC, t.id"""
DATES: Final = """
SELECT DISTINCT ON (c.case_number) c.case_number, to_char(h.starts_local, 'YYYY-MM-DD"T"HH24:MI:SS') AS starts_local, h.court, h.remote
FROM sync_grant g JOIN ivd_case c ON c.id = g.scope
JOIN hearing h ON h.case_id = c.id AND h.status IN ('set', 'moved') AND h.starts_local AT TIME ZONE h.time_zone > now()
WHERE g.principal = $1 AND (g.mask & 1) <> 0 AND g.scope = ANY($2)
ORDER BY c.case_number, h.starts_local, h.id"""
RECEIPT: Final = "SELECT receipt, answer_due_on FROM message WHERE id = $1 AND author_id = $2"
AGENCY: Final = "SELECT name, phone FROM agency LIMIT 1"


async def list_cases(actor: Actor) -> list[OwnCase]:
    """The caller's own cases, in the order of their numbers."""
    async with connection() as held:
        rows = await held.fetch(CASES, actor.account_id, actor.person_id, CASES_MOST)
    return [msgspec.convert(dict(row), OwnCase) for row in rows]


async def last_payments(actor: Actor, cases: Sequence[OwnCase]) -> list[Money]:
    """Of each case that has any, the last one; what became of it for who receives it."""
    async with connection() as held:
        rows = await held.fetch(MONEY, actor.account_id, [case.case_id for case in cases])
    return [msgspec.convert(dict(row), Money) for row in rows]


async def next_dates(actor: Actor, cases: Sequence[OwnCase]) -> list[CourtDate]:
    """Of each case that has any, the next one."""
    async with connection() as held:
        rows = await held.fetch(DATES, actor.account_id, [case.case_id for case in cases])
    return [msgspec.convert(dict(row), CourtDate) for row in rows]


async def find_receipt(actor: Actor, message: UUID) -> Receipt | None:
    """A message of the caller's that arrived."""
    async with connection() as held:
        row = await held.fetchrow(RECEIPT, message, actor.account_id)
    return msgspec.convert(dict(row), Receipt) if row else None


async def find_agency(otherwise: tuple[str, str]) -> tuple[str, str]:
    """The agency's name and telephone, as its own files have them, else as set."""
    async with connection() as held:
        row = await held.fetchrow(AGENCY)
    return (row["name"], row["phone"]) if row else otherwise
