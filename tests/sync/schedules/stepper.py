"""Open transactions that take their steps one at a time, in an order that somebody else decides.

Whether a step is through or waits for another transaction's lock is asked of PostgreSQL, never of a clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import asyncpg

from backend.db import SESSION, STATEMENT_BYTES

if TYPE_CHECKING:
    Session = asyncpg.Connection[asyncpg.Record]

BLOCKED_BY = "SELECT pid, pg_blocking_pids(pid) AS blockers FROM unnest($1::int[]) AS pid"


class Forbidden(Exception):
    """No such order exists: at this place of it, the transaction whose turn it is still waits for another's lock."""

    def __init__(self, place: int) -> None:
        super().__init__(place)
        self.place = place


class Transaction:
    """One transaction: statements, the last of which ends it. Once it has failed, only its end is carried out."""

    def __init__(self, session: Session, steps: Sequence[str]) -> None:
        self.session, self.steps = session, steps
        self.pid: int = session.get_server_pid()
        self.taken = 0
        self.running: asyncio.Task[Any] | None = None
        self.failed = False

    def step(self) -> None:
        """Sends the next statement, without waiting for what becomes of it."""
        sql = self.steps[self.taken]
        last = self.taken == len(self.steps) - 1
        if self.taken == 0:
            sql = f"BEGIN; {sql}"
        if self.failed:
            sql = "ROLLBACK" if last else "SELECT WHERE false"
        self.taken += 1
        if not self.failed or last:
            self.running = asyncio.create_task(self.session.execute(sql))

    def finish(self) -> None:
        """Takes note of a statement that is through."""
        if self.running is not None and self.running.done():
            self.failed = self.failed or isinstance(self.running.exception(), asyncpg.PostgresError)
            if not self.failed:
                self.running.result()
            self.running = None


class Stepper:
    """So many sessions, and one more that watches them."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Stepper:
        self.monitor = await self._connected()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._open.aclose()

    async def session(self) -> Session:
        """A connection of its own, on which a deadlock is found at once."""
        made = await self._connected()
        await made.execute("SET deadlock_timeout = '5ms'")
        return made

    async def settle(self, transactions: Sequence[Transaction]) -> None:
        """Until every statement that was sent is through, or held back by a transaction that has its turn later."""
        while waiting := [t.pid for t in transactions if t.running is not None and not t.running.done()]:
            rows = await self.monitor.fetch(BLOCKED_BY, waiting)
            blockers = {row["pid"]: set(row["blockers"]) for row in rows}
            if all(held_back(pid, blockers) for pid in waiting):
                break
        for transaction in transactions:
            transaction.finish()

    async def abandon(self, transactions: Sequence[Transaction]) -> None:
        """Rolls back whatever is still open; those that wait for others come last."""
        while unfinished := [t for t in transactions if t.running is not None or t.session.is_in_transaction()]:
            for transaction in unfinished:
                if transaction.running is None:
                    await transaction.session.execute("ROLLBACK")
            await self.settle(transactions)

    async def _connected(self) -> Session:
        made = await asyncpg.connect(self.url, max_cacheable_statement_size=STATEMENT_BYTES, server_settings=SESSION)
        self._open.push_async_callback(made.close)
        return made


def held_back(pid: int, blockers: Mapping[int, set[int]], passed: frozenset[int] = frozenset()) -> bool:
    """Whether this one waits, directly or by others, for a transaction that does not wait itself (a circle resolves soon)."""
    further = passed | {pid}
    return any(
        other not in blockers or (other not in further and held_back(other, blockers, further)) for other in blockers[pid]
    )
