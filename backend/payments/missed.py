"""A payment that was expected and has not come: noticed once for each gap, a week after it was due."""

from typing import Final
from uuid import uuid4

from backend.db import DB, connection
from backend.journal import Entry, record

# What both sides of a case see already: the order's amount and when money was last posted. A gap that began long ago, or
# before we knew the case, is no news; so one that is found within two weeks is told, and no other.
GAPS: Final = """
SELECT DISTINCT ON (o.case_id) o.id, o.case_id
FROM obligation o JOIN ivd_case c ON c.id = o.case_id AND c.status = 'open'
CROSS JOIN LATERAL (
    SELECT max(p.paid_on) AS last_on FROM payment p
    WHERE p.case_id = o.case_id AND NOT p.closed AND p.reversed_by IS NULL) AS paid
CROSS JOIN LATERAL (
    SELECT coalesce(paid.last_on, o.from_on) AS since_on,
        CASE o.frequency WHEN 'weekly' THEN 7 WHEN 'biweekly' THEN 14 WHEN 'semimonthly' THEN 16 ELSE 31 END + $1::int AS days
) AS gap
WHERE o.kind = 'current' AND o.amount_cents > 0 AND o.from_on <= current_date AND (o.to_on IS NULL OR o.to_on >= current_date)
    AND current_date - gap.since_on BETWEEN gap.days AND gap.days + $2::int
    AND NOT EXISTS (SELECT 1 FROM journal j WHERE j.case_id = o.case_id AND j.verb = 'payment.missed' AND j.at > gap.since_on)
ORDER BY o.case_id, o.line"""

GRACE_DAYS: Final = 7
NEWS_DAYS: Final = 14


async def notice_gaps() -> int:
    """Writes down every gap that is new; answers how many. Who is told of it, the journal's listeners decide."""
    async with DB.transaction(), connection() as held:
        gaps = await held.fetch(GAPS, GRACE_DAYS, NEWS_DAYS)
        load = uuid4()
        await record([Entry("payment.missed", case_id=row["case_id"], subject_id=row["id"], batch_id=load) for row in gaps])
    return len(gaps)
