"""Reminders are rows: made when a date is known, looked at again just before they are told, made anew when the date moves.

What people are reminded of is the view ``coming_date``. A reminder says which instant it speaks of, so one of a date that
moved or was called off is known to be wrong whatever happened in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from backend.db import DB, connection
from backend.notifications import queue
from backend.notifications.choices import find_choices
from backend.notifications.rules import Kind, NewNotice
from backend.notifications.timing import DEADLINE_STEPS, STEPS, Choice, steps

if TYPE_CHECKING:
    from backend.db import Connection

AHEAD: Final = "15 days"  # twice the first reminder: after a week without us none is lost
KINDS: Final = {"hearing": Kind.HEARING_REMINDER, "appointment": Kind.REMINDER, "deadline": Kind.DEADLINE}
DATED: Final = ("hearing.", "appointment.")

COMING: Final = """
SELECT c.subject_id, c.case_id, c.what, c.starts_at, g.principal AS account_id
FROM coming_date c JOIN sync_grant g ON g.scope = c.case_id AND (g.mask & c.aud) <> 0
JOIN account a ON a.id = g.principal AND a.active AND a.role = 'parent'
WHERE c.starts_at > now()"""
OF_SUBJECTS: Final = f"{COMING} AND c.subject_id = ANY($1)"
SOON: Final = f"{COMING} AND c.starts_at < now() + interval '{AHEAD}'"
WRONG: Final = """
UPDATE notice n SET state = 'suppressed', ended_at = now()
WHERE n.subject_id = ANY($1) AND n.state = 'queued' AND n.speaks_of IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM coming_date c WHERE c.subject_id = n.subject_id AND c.starts_at = n.speaks_of)"""


async def follow(held: Connection, subjects: Sequence[UUID]) -> None:
    """These dates were set, moved or called off: their reminders follow, in the same transaction."""
    await held.execute(WRONG, subjects)
    await queue.insert(await _made(held, await held.fetch(OF_SUBJECTS, subjects)))


async def remind() -> None:
    """Whatever comes within the next two weeks has its reminders; those that it has stay as they are."""
    async with DB.transaction(), connection() as held:
        await queue.insert(await _made(held, await held.fetch(SOON)))


async def _made(held: Connection, coming: Sequence[Any]) -> list[NewNotice]:
    if not coming:
        return []
    choices = await find_choices(held, {row["account_id"] for row in coming})
    now = datetime.now(UTC)
    return [notice for row in coming for notice in _reminders(row, choices[row["account_id"]], now)]


def _reminders(row: Any, choice: Choice, now: datetime) -> list[NewNotice]:
    kind = KINDS[row["what"]]
    starts_at: datetime = row["starts_at"]
    names = DEADLINE_STEPS if kind is Kind.DEADLINE else STEPS
    return [
        NewNotice(
            account_id=row["account_id"],
            event_key=f"remind:{row['subject_id']}:{starts_at.isoformat()}:{step.name}",
            kind=kind,
            case_id=row["case_id"],
            subject_id=row["subject_id"],
            collapse_key=f"{kind}:{row['subject_id']}",
            not_before=step.due_at,
            expires_at=step.expires_at,
            speaks_of=starts_at,
        )
        for step in steps(starts_at, choice, now, names)
    ]
