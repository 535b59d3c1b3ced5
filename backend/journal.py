"""The append-only record of every act, and the feed that notices follow.

`record` writes entries inside the transaction of the act; listeners run in that same transaction; after the commit the
devices that may hold those cases are poked.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec

from backend.db import after_commit, connection
from backend.wake import current

STAFF = 8  # the audience bit of the case team, as the registry declares it
ANYONE = 0x7FFF
POKES_MAX = 1000  # cases; devices come by themselves after a larger load


@dataclass(frozen=True, slots=True)
class Entry:
    """One act. `detail` holds ids and codes, never personal data.

    `audience` are the bits of its case whose holders may learn, by an empty hint, that something happened there.
    """

    verb: str
    actor_id: UUID | None = None
    case_id: UUID | None = None
    subject_id: UUID | None = None
    batch_id: UUID | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    audience: int = ANYONE


Listener = Callable[[Sequence[Entry]], Awaitable[None]]
_listeners: list[Listener] = []

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
    for listener in _listeners:
        await listener(entries)
    told: dict[UUID, int] = {}
    for e in entries:
        if e.case_id is not None:
            told[e.case_id] = told.get(e.case_id, 0) | e.audience
    _hint(told)


def poke(scopes: Iterable[UUID]) -> None:
    """After the commit, a hint to whoever may hold these scopes that there is something to fetch."""
    _hint(dict.fromkeys(scopes, ANYONE))


def _hint(told: Mapping[UUID, int]) -> None:
    if not told or len(told) > POKES_MAX:
        return
    message = msgspec.json.encode(sorted(told.items())).decode()

    async def tell() -> None:
        await current().publish("poke", message)

    after_commit(tell)
