"""PostgreSQL, as far as the engine can tell: transactions with ids, snapshots, row locks, savepoints, unique keys.

A statement happens at one moment, so a read sees what is committed then (READ COMMITTED) and what its own transaction
wrote; time passes only between statements. `statements.py` says what each of the engine's statements does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from tests.simulation.clockwork import Clockwork, Signal
from tests.simulation.house import NOTED, PLAIN, STAFF, Thing

RowKey = tuple[str, Any]
DOMAIN = frozenset({"thing", "part"})


class Stamped(NamedTuple):
    """A row of sync_row."""

    rev: int
    gone: bool
    gone_at: float | None
    x: int


class Snapshot(NamedTuple):
    """Which transactions are seen."""

    xmin: int
    xmax: int
    xip: frozenset[int]

    def sees(self, x: int) -> bool:
        """pg_visible_in_snapshot."""
        return x < self.xmin or (x < self.xmax and x not in self.xip)

    def text(self) -> str:
        """PostgreSQL's own form."""
        return f"{self.xmin}:{self.xmax}:{','.join(map(str, sorted(self.xip)))}"


@lru_cache(256)
def snapshot_of(text: str) -> Snapshot:
    """From PostgreSQL's own form."""
    xmin, xmax, xip = text.split(":")
    return Snapshot(int(xmin), int(xmax), frozenset(int(x) for x in xip.split(",") if x))


class Transaction:
    """What one session wrote and has not committed; its id is given at its first write."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.x: int | None = None
        self.written: dict[RowKey, Any] = {}
        self.locks: set[RowKey] = set()
        self.ended = Signal()
        self.open = True
        self.began = database.clockwork.seconds
        self.at_commit: list[Callable[[], None]] = []

    def id(self) -> int:
        """pg_current_xact_id()."""
        if self.x is None:
            self.x = self.database.next_x
            self.database.next_x += 1
            self.database.running.add(self.x)
        return self.x

    def get(self, table: str, key: Any) -> Any:
        """A row as this transaction sees it, or None."""
        if (table, key) in self.written:
            return self.written[table, key]
        return self.database.tables[table].get(key)

    def blocked_by(self, table: str, key: Any) -> Transaction | None:
        """Whoever else holds this row."""
        holder = self.database.locks.get((table, key))
        return holder if holder is not self else None

    async def lock(self, table: str, key: Any) -> None:
        """Waits until the row is ours."""
        while (holder := self.blocked_by(table, key)) is not None:
            await holder.ended
        self.database.locks[table, key] = self
        self.locks.add((table, key))

    async def put(self, table: str, key: Any, row: Any) -> None:
        """Writes a row; None deletes it."""
        if (table, key) not in self.locks:
            await self.lock(table, key)
        self.id()
        self.written[table, key] = row

    async def insert(self, table: str, key: Any, row: Any) -> None:
        """Writes a row that must be new."""
        await self.lock(table, key)
        if self.get(table, key) is not None:
            raise asyncpg.UniqueViolationError(f"{table} {key}")
        await self.put(table, key, row)

    def end(self, commit: bool) -> None:
        """COMMIT or ROLLBACK."""
        if not self.open:
            return
        self.open = False
        if commit:
            self.database.merge(self)
        if self.x is not None:
            self.database.running.discard(self.x)
            self.database.latest = max(self.database.latest, self.x)
        for key in self.locks:
            del self.database.locks[key]
        self.database.open.discard(self)
        self.database.clockwork.fire(self.ended)


class Database:
    """Committed rows, and the transactions under way."""

    def __init__(self, clockwork: Clockwork) -> None:
        self.clockwork = clockwork
        names = ("thing", "part", "sync_row", "sync_device", "sync_mutation", "mutation_id", "effect", "sync_epoch")
        self.tables: dict[str, dict[Any, Any]] = {name: {} for name in names}
        self.domain = 0  # how often things and parts have changed
        self.manifests: dict[UUID, tuple[dict[UUID, int], str]] = {}  # as read since any part last changed
        self.by_scope: defaultdict[UUID, dict[Any, Stamped]] = defaultdict(dict)  # the index (scope, x)
        self.newest: defaultdict[UUID, int] = defaultdict(int)  # the highest stamp in it
        self.locks: dict[RowKey, Transaction] = {}
        self.open: set[Transaction] = set()
        self.running: set[int] = set()
        self.next_x = 3
        self.latest = 2
        self.timeline = 1
        self.up = True
        self.taken_away: dict[Any, float] = {}  # when a part was last ended
        self.asks_a_standby: Callable[[], bool] = lambda: False
        self.hold: Callable[[bool, str, str], None] = lambda what, number, words: None
        self.mutating: dict[UUID, Transaction] = {}  # whose mutation runs, by device
        self.committed: Callable[[Transaction], None] = lambda transaction: None

    def begin(self) -> Transaction:
        """BEGIN."""
        made = Transaction(self)
        self.open.add(made)
        return made

    def merge(self, transaction: Transaction) -> None:
        """What the transaction wrote is everybody's now."""
        self.committed(transaction)
        for (table, key), row in transaction.written.items():
            if table in DOMAIN:
                self.domain += 1
            if table == "part":
                self.manifests.clear()
            if row is None:
                self.tables[table].pop(key, None)
                if table == "part":
                    self.taken_away[key] = self.clockwork.seconds
            else:
                self.tables[table][key] = row
                if table == "sync_row":
                    self.by_scope[key[0]][key] = row
                    self.newest[key[0]] = max(self.newest[key[0]], row.x)

    def manifest(self, principal: UUID) -> tuple[dict[UUID, int], str]:
        """The principal's grants, in order, and their digest; the real one is kept by triggers."""
        if principal not in self.manifests:
            grants = dict(sorted((scope, mask) for (who, scope), mask in self.tables["part"].items() if who == principal))
            text = ",".join(f"{scope}:{mask}" for scope, mask in grants.items())
            self.manifests[principal] = grants, sha256(text.encode()).hexdigest()[:32]
        return self.manifests[principal]

    def snapshot(self, *, standby: bool = False) -> Snapshot:
        """pg_current_snapshot(); on a standby, which has all that is committed too, nothing seems to be in progress."""
        xmax = self.latest + 1
        xip = frozenset() if standby else frozenset(x for x in self.running if x < xmax)
        return Snapshot(min(xip, default=xmax), xmax, xip)

    def fail_over(self) -> None:
        """A standby takes over: what was open is gone, and ids that only it had used are used again."""
        self.end_all()
        stamps = [row.x for row in self.tables["sync_row"].values()]
        self.next_x = max(stamps, default=2) + 1
        self.latest = self.next_x - 1
        self.timeline += 1

    def end_all(self) -> None:
        """Every session is cut off."""
        for transaction in sorted(self.open, key=lambda one: one.began):
            transaction.end(commit=False)

    def purge(self, older_than: float) -> list[Any]:
        """The retention job: tombstones that no usable cursor can still need."""
        rows = self.tables["sync_row"]
        old = [key for key, row in rows.items() if row.gone and row.gone_at is not None and row.gone_at < older_than]
        for key in old:
            del rows[key]
            del self.by_scope[key[0]][key]
        return old


def projections(thing: Thing | None) -> dict[int, tuple[int, tuple[str, ...]]]:
    """Kind → (audience, columns) of what travels, as the triggers see it."""
    if thing is None:
        return {}
    made: dict[int, tuple[int, tuple[str, ...]]] = {PLAIN: (thing.aud, (thing.word,))} if thing.aud else {}
    if thing.note:
        made[NOTED] = (STAFF, (thing.word, thing.note))
    return made


async def write_thing(transaction: Transaction, id: UUID, thing: Thing | None) -> None:
    """INSERT, UPDATE or DELETE of a thing, with what the triggers of sync/rows.py do to sync_row."""
    await transaction.lock("thing", id)
    old: Thing | None = transaction.get("thing", id)
    before, after = projections(old), projections(thing)
    for kind in (PLAIN, NOTED):
        was, now = before.get(kind), after.get(kind)
        stays = was and now and old and thing and (old.scope, was[0]) == (thing.scope, now[0])
        if was and old and not stays:
            await _leave(transaction, (old.scope, was[0], kind, id))
        if now and thing and not (stays and was == now):
            await _arrive(transaction, (thing.scope, now[0], kind, id))
    await transaction.put("thing", id, thing)


async def _arrive(transaction: Transaction, key: tuple[UUID, int, int, UUID]) -> None:
    row: Stamped | None = transaction.get("sync_row", key)
    await transaction.put("sync_row", key, Stamped(row.rev + 1 if row else 1, False, None, transaction.id()))


async def _leave(transaction: Transaction, key: tuple[UUID, int, int, UUID]) -> None:
    row: Stamped | None = transaction.get("sync_row", key)
    if row and not row.gone:
        wall = transaction.database.clockwork.wall().timestamp()
        await transaction.put("sync_row", key, Stamped(row.rev + 1, True, wall, transaction.id()))
