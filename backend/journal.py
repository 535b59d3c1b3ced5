"""The append-only record of every act, and the feed that notices follow.

`record` writes entries inside the transaction of the act; listeners run in that same transaction; after the commit the
devices that may hold those cases are poked.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec

from backend.db import after_commit, as_house, connection
from backend.wake import current

STAFF = 8  # the audience bit of the case team, as the registry declares it
POKES_MAX = 1000  # cases; devices come by themselves after a larger load


@dataclass(frozen=True, slots=True)
class Entry:
    """One act. `detail` holds ids and codes, never personal data."""

    verb: str
    actor_id: UUID | None = None
    case_id: UUID | None = None
    subject_id: UUID | None = None
    batch_id: UUID | None = None
    detail: dict[str, Any] = field(default_factory=dict)


Listener = Callable[[Sequence[Entry]], Awaitable[None]]
_listeners: list[Listener] = []

# A hint goes to exactly those for whom the next pull holds something: even that something happened is told to nobody else.
CHANGED = """
SELECT r.scope, bit_or(r.aud) AS audience FROM unnest($1::uuid[]) AS told (scope)
JOIN sync_row r ON r.scope = told.scope AND r.x = pg_current_xact_id_if_assigned() GROUP BY r.scope"""

INSERT = """
INSERT INTO journal (actor_id, verb, case_id, subject_id, batch_id, detail)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::uuid[], $6::jsonb[])"""


def listen(listener: Listener) -> None:
    """Calls this with every batch of entries, in the transaction that records them. Hearing twice is hearing once."""
    if listener not in _listeners:
        _listeners.append(listener)


async def record(entries: Sequence[Entry], *, quiet: bool = False) -> None:
    """Writes the entries, and tells who must know. `quiet` tells nobody: the first load of an agency."""
    if not entries:
        return
    async with connection() as c:
        await c.execute(
            INSERT,
            [e.actor_id for e in entries],
            [e.verb for e in entries],
            [e.case_id for e in entries],
            [e.subject_id for e in entries],
            [e.batch_id for e in entries],
            [msgspec.json.encode(e.detail).decode() for e in entries],
        )
    if quiet:
        return
    async with as_house():
        for listener in _listeners:
            await listener(entries)
        await poke({e.case_id for e in entries if e.case_id is not None})


async def poke(scopes: Iterable[UUID], team_of: Iterable[UUID] = ()) -> None:
    """After the commit, a hint to whoever holds something of these scopes that this transaction has changed until now.

    Of `team_of`, cases that changed hands, the present team is told too.
    """
    scopes, told = set(scopes), dict.fromkeys(team_of, STAFF)
    if not scopes or len(scopes) > POKES_MAX:
        return
    async with connection() as c:
        for row in await c.fetch(CHANGED, list(scopes)):
            told[row["scope"]] = told.get(row["scope"], 0) | row["audience"]
    if not told:
        return
    message = msgspec.json.encode(sorted(told.items())).decode()

    async def tell() -> None:
        await current().publish("poke", message)

    after_commit(tell)
