"""Messages that wait too long for their answer: told to who works the case, a day later to who covers, then to the supervisor.

The supervisor's notice names no case: a supervisor holds none, and looks at the unit.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from backend.db import DB, connection
from backend.journal import Entry, record
from backend.notifications import queue
from backend.notifications.rules import MANNERS, Kind, NewNotice

# Days after the promised one: whom it is told then.
LATE: Final = """
SELECT l.thread, l.case_id, l.due_on, a.id AS account_id, s.part
FROM late_answer l
JOIN assignment s ON s.case_id = l.case_id AND s.from_on <= current_date AND (s.to_on IS NULL OR s.to_on > current_date)
    AND current_date - l.due_on >= CASE s.part WHEN 'primary' THEN 1 ELSE 2 END
JOIN account a ON a.worker_login = s.worker_login AND a.active
UNION ALL
SELECT l.thread, NULL, l.due_on, a.id, 'supervisor'
FROM late_answer l
JOIN assignment s ON s.case_id = l.case_id AND s.part = 'primary' AND s.from_on <= current_date
    AND (s.to_on IS NULL OR s.to_on > current_date)
JOIN worker w ON w.worker_login = s.worker_login
JOIN worker b ON b.unit_code = w.unit_code AND b.role = 'supervisor' AND b.active
JOIN account a ON a.worker_login = b.worker_login AND a.active
WHERE current_date - l.due_on >= 3"""
KNOWN: Final = "SELECT event_key, account_id FROM notice WHERE event_key = ANY($1)"


async def escalate() -> None:
    """Tells each of them once for each conversation and promise that was not kept."""
    now = datetime.now(UTC)
    async with DB.transaction(), connection() as held:
        late = await held.fetch(LATE)
        known = {(row["event_key"], row["account_id"]) for row in await held.fetch(KNOWN, [_key(row) for row in late])}
        new = {(_key(row), row["account_id"]): row for row in late if (_key(row), row["account_id"]) not in known}
        await queue.insert([_notice(row, now) for row in new.values()])
        told = [row for row in new.values() if row["case_id"] is not None]
        await record([
            Entry("message.overdue", case_id=row["case_id"], subject_id=row["thread"], detail={"part": row["part"]})
            for row in told
        ])


def _key(row: Any) -> str:
    return f"overdue:{row['thread']}:{row['due_on']}:{row['part']}"


def _notice(row: Any, now: datetime) -> NewNotice:
    return NewNotice(
        account_id=row["account_id"],
        event_key=_key(row),
        kind=Kind.OVERDUE,
        case_id=row["case_id"],
        subject_id=row["thread"] if row["case_id"] else None,
        collapse_key=f"{Kind.OVERDUE}:{row['thread']}" if row["case_id"] else Kind.OVERDUE.value,
        not_before=now,
        expires_at=now + MANNERS[Kind.OVERDUE].lasts + timedelta(days=1),
    )
