"""What is let go of with time, a few rows at once. Nobody's dedupe, order or evidence depends on what goes.

A tombstone outlives every cursor that could still need it. The number, id and outcome of a mutation stay for ever: an outbox
that comes back after years must not have its effects twice.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

TOMBSTONES = timedelta(days=180)
ARGS = timedelta(days=30)  # "I did ask in time" matters, and a phone may die
OUTCOMES = timedelta(days=400)
DEVICES = timedelta(days=400)
BATCH = 1000


class Step(NamedTuple):
    """One kind of row that grows old: $1 is the moment before which it is, $2 how many at once."""

    name: str
    age: timedelta
    sql: str


STEPS = (
    Step(
        "tombstones",
        TOMBSTONES,
        "DELETE FROM sync_row WHERE ctid = ANY(ARRAY("
        "SELECT ctid FROM sync_row WHERE gone AND gone_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))",
    ),
    Step(
        "args",
        ARGS,
        "UPDATE sync_mutation SET args = NULL WHERE ctid = ANY(ARRAY("
        "SELECT ctid FROM sync_mutation WHERE args IS NOT NULL AND outcome <> 'parked' AND received_at < $1 "
        "LIMIT $2 FOR UPDATE SKIP LOCKED))",
    ),
    Step(
        "outcomes",
        OUTCOMES,
        "UPDATE sync_mutation SET name = '', v = 0, scope = NULL, args = NULL, at_claimed = NULL, code = NULL, detail = NULL "
        "WHERE ctid = ANY(ARRAY("
        "SELECT ctid FROM sync_mutation WHERE name <> '' AND outcome <> 'parked' AND received_at < $1 "
        "LIMIT $2 FOR UPDATE SKIP LOCKED))",
    ),
    Step(
        "devices",
        DEVICES,
        "UPDATE sync_device SET closed_at = now() WHERE id = ANY(ARRAY("
        "SELECT id FROM sync_device WHERE closed_at IS NULL AND seen_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))",
    ),
)


async def let_go(connection: Any, step: Step, now: datetime, batch: int = BATCH) -> int:
    """One batch of one step, in the caller's transaction; answers how many rows went. Fewer than a batch: it is done."""
    return int((await connection.execute(step.sql, now - step.age, batch)).rsplit(" ", 1)[1])
