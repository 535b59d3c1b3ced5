"""Every statement that the engine gives, and what it does. A statement that is not here is an error, never a guess.

`opening` and `pull` are the SQL of sync/opening.py and sync/pull.py as Python; test_statements.py holds them against
PostgreSQL itself.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache, lru_cache
from itertools import groupby
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from sync.declare import Intent
from sync.opening import OPENING
from sync.pull import statement
from sync.scrub import COMPARABLE
from sync.wire import FIRST_MAX, WANT_MAX
from tests.simulation.clockwork import Pause
from tests.simulation.database import Database, Snapshot, Stamped, Transaction, snapshot_of, write_thing
from tests.simulation.house import NOTED, Thing, registry

Key = tuple[UUID, int, int, UUID]


class UnknownStatement(BaseException):
    """The engine says something that the simulated database was never taught. Nothing may mistake it for trouble."""


STATEMENT = statement(registry(1, lambda: None))


def unseen(database: Database, scope: UUID, mask: int, cursor: Snapshot) -> list[tuple[Key, Stamped]]:
    """Rows of a scope, for this mask, whose stamp the cursor's snapshot did not see."""
    if database.newest[scope] < cursor.xmin:
        return []
    rows = database.by_scope[scope]
    return [(key, row) for key, row in rows.items() if not cursor.sees(row.x) and key[1] & mask]


def in_force(database: Database) -> dict[str, Any] | None:
    """The epoch's row, and whether its ids are still of this timeline."""
    row = database.tables["sync_epoch"].get(1)
    return row and {**row, "same": row["timeline"] == database.timeline}


def opening(database: Database, principal: UUID, snapshot: str | None, device: UUID, *, standby: bool = False) -> dict[str, Any] | None:
    """OPENING."""
    epoch = in_force(database)
    if epoch is None:
        return None
    news = None
    grants, digest = database.manifest(principal)
    if snapshot is not None:
        cursor = snapshot_of(snapshot)
        news = any(unseen(database, scope, mask, cursor) for scope, mask in grants.items())
    device_row = database.tables["sync_device"].get(device) or {"principal": None, "closed_at": None}
    stood = {"epoch": epoch["id"], "seal_key": epoch["seal_key"], "same": epoch["same"], "standby": standby}
    return {**device_row, **stood, "digest": digest, "news": news}


def pull(database: Database, *given: Any, standby: bool = False) -> list[dict[str, Any]]:
    """The whole statement: its rows, with the head as part 0."""
    principal, snapshot, device, have, want, most = given
    grants, held = database.manifest(principal)
    wanted = [scope for scope in grants if scope in want or (snapshot is None and not want)][: WANT_MAX if want else FIRST_MAX]
    loaded, loads = _loads(database, grants, wanted, most)
    changed: list[tuple[Key, Stamped]] = []
    if snapshot is not None:
        cursor = snapshot_of(snapshot)
        for scope, mask in grants.items():
            if scope not in want:
                changed += unseen(database, scope, mask, cursor)
    fits, stale = _fitting(changed, most)
    epoch = in_force(database)
    head = {
        "snapshot": database.snapshot(standby=standby).text(),
        "standby": standby,
        "epoch": epoch["id"] if epoch and epoch["same"] else None,
        "digest": held,
        "last_n": database.tables["sync_device"][device]["last_n"],
        "scopes": [[str(s), m] for s, m in grants.items()] if held != have or snapshot is None else [],
        "loaded": loaded,
        "stale": stale,
        "more": len(wanted) > len(loaded),
    }
    records: list[dict[str, Any]] = [{"part": 0, "body": msgspec.json.encode(head).decode()}]
    records += [_record(database, key, row) for key, row in fits]
    return records + [_load(database, scope, list(rows)) for scope, rows in groupby(loads, key=lambda one: one[0][0])]


def _loads(database: Database, grants: dict[UUID, int], wanted: list[UUID], most: int) -> tuple[list[UUID], list[tuple[Key, Stamped]]]:
    loaded: list[UUID] = []
    loads: list[tuple[Key, Stamped]] = []
    total = 0
    for scope in wanted:
        mine = _held(database, scope, grants[scope])
        total += len(mine)
        if total <= most or not loaded:
            loaded.append(scope)
            loads += mine
        else:
            break
    return loaded, loads


def _fitting(changed: list[tuple[Key, Stamped]], most: int) -> tuple[list[tuple[Key, Stamped]], list[UUID]]:
    fits: list[tuple[Key, Stamped]] = []
    stale: list[UUID] = []
    total = 0
    for scope, found in groupby(changed, key=lambda one: one[0][0]):
        rows = list(found)
        total += len(rows)
        if total <= most:
            fits += rows
        else:
            stale.append(scope)
    return fits, stale


def _load(database: Database, scope: UUID, rows: list[tuple[Key, Stamped]]) -> dict[str, Any]:
    """All of a scope in one record: the rows as JSON, by kind and id, and what its checksum is of."""
    lines, keys = [], []
    for (_, aud, kind, id), row in sorted(rows, key=lambda one: one[0][2:]):
        lines.append(f'[{aud},{kind},"{id}",{row.rev},{_body(database.tables["thing"][id], kind)}]')
        keys.append(f"{aud}:{kind}:{id}:{row.rev}")
    return {"part": 2, "scope": scope, "keys": " ".join(keys), "body": f"[{','.join(lines)}]"}


def _record(database: Database, key: Key, row: Stamped) -> dict[str, Any]:
    scope, aud, kind, id = key
    body = None if row.gone else _body(database.tables["thing"][id], kind)
    return {"part": 1, "scope": scope, "aud": aud, "kind": kind, "id": id, "rev": row.rev, "body": body}


@lru_cache(4096)
def _body(thing: Thing, kind: int) -> str:
    fields = {"word": thing.word, "note": thing.note} if kind == NOTED else {"word": thing.word}
    return msgspec.json.encode(fields).decode()


class Connection:
    """What the engine holds when it holds a connection; `transaction` is None between transactions."""

    def __init__(self, database: Database, transaction: Transaction | None = None, trouble: float = 0.0) -> None:
        self.database = database
        self.current = transaction
        self.trouble = trouble

    async def fetchrow(self, sql: str, *given: Any) -> Any:
        """One row, or None."""
        return await self._do(sql, given)

    async def fetchval(self, sql: str, *given: Any) -> Any:
        """One value, or None."""
        return await self._do(sql, given)

    async def fetch(self, sql: str, *given: Any) -> Any:
        """Every row."""
        return await self._do(sql, given)

    async def execute(self, sql: str, *given: Any) -> Any:
        """No row."""
        return await self._do(sql, given)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """BEGIN, or a savepoint inside of a transaction."""
        if self.current is None:
            async with opened(self.database, self.trouble) as made:
                self.current = made
                try:
                    yield
                finally:
                    self.current = None
            return
        before = dict(self.current.written)
        try:
            yield
        except BaseException:
            self.current.written = before
            raise

    def is_closed(self) -> bool:
        """As asyncpg's: whether the line is gone."""
        return self.current is not None and not self.current.open

    def begins(self, intent: Intent) -> None:
        """A mutator's first act: the device's earlier one has ended by now."""
        other = self.database.mutating.get(intent.device)
        self.database.hold(other in (None, self.current) or not other.open, "I3", "two mutations of one device ran at once")
        if self.current is not None:
            self.database.mutating[intent.device] = self.current

    async def write_thing(self, id: UUID, thing: Thing) -> None:
        """A mutator's statement."""
        await self._moment()
        async with self._written() as transaction:
            await write_thing(transaction, id, thing)

    async def count_effect(self, intent: Intent) -> None:
        """A mutator's statement: leaves a mark for each time that it had an effect, and whether it was allowed."""
        await self._moment()
        async with self._written() as transaction:
            key = (intent.principal, intent.scope)
            taken_away = self.database.taken_away.get(key, -1.0)
            allowed = intent.scope is None or key in self.database.tables["part"] or taken_away >= transaction.began
            await transaction.put("effect", intent.id, (*(transaction.get("effect", intent.id) or ()), allowed))

    async def _moment(self) -> None:
        clockwork = self.database.clockwork
        await Pause(clockwork.soon(0.003))
        if not self.database.up:
            raise asyncpg.PostgresConnectionError("the server is not there")
        if self.current is not None and not self.current.open:
            raise asyncpg.PostgresConnectionError("the connection was lost")
        if self.current is not None and clockwork.happens(self.trouble):
            raise asyncpg.DeadlockDetectedError

    async def _do(self, sql: str, given: tuple[Any, ...]) -> Any:
        await self._moment()
        if sql in (OPENING, STATEMENT):
            do = opening if sql == OPENING else pull
            standby = self.database.asks_a_standby()
            task = self.database.clockwork.running
            if task is not None and task.truth is not None:
                task.truth.look(self.database, given[0], given[2] if given[2] in self.database.tables["sync_device"] else None)
            return do(self.database, *given, standby=standby)
        if self.current is not None:
            return await known(sql)(self.current, *given)
        async with self._written() as transaction:
            return await known(sql)(transaction, *given)

    @asynccontextmanager
    async def _written(self) -> AsyncIterator[Transaction]:
        if self.current is not None:
            yield self.current
            return
        transaction = self.database.begin()
        try:
            yield transaction
            transaction.end(commit=True)
        finally:
            transaction.end(commit=False)


@asynccontextmanager
async def opened(database: Database, trouble: float) -> AsyncIterator[Transaction]:
    """A transaction around a block; a commit takes a moment, in which everything can end."""
    transaction = database.begin()
    try:
        yield transaction
        await Pause(database.clockwork.soon(0.005))
        if not transaction.open or database.clockwork.happens(trouble):
            raise asyncpg.PostgresConnectionError("the connection was lost at COMMIT")
        transaction.end(commit=True)
    finally:
        transaction.end(commit=False)


@cache
def known(sql: str) -> Any:
    """What a statement does; it is found by how it begins, without spaces."""
    plain = " ".join(sql.split())
    for start, do in STATEMENTS.items():
        if plain.startswith(start):
            return do
    raise UnknownStatement(f"the simulated database does not know: {plain}")


async def _turn(t: Transaction, device: UUID, id: UUID, scope: UUID | None) -> Any:
    """Only the device's row is read again after a wait for its lock; all else is as the statement found it."""
    principal = t.get("sync_device", device)["principal"]
    before = t.get("mutation_id", id) or {"outcome": None, "code": None, "detail": None, "received_at": None}
    granted = scope is None or t.get("part", (principal, scope)) is not None
    await t.lock("sync_device", device)
    row = t.get("sync_device", device)
    return {**row, **before, "id": id if before["outcome"] else None, "granted": granted}


async def _register(t: Transaction, device: UUID, principal: UUID, kind: str, key: bytes | None, session: UUID | None) -> Any:
    await t.lock("sync_device", device)
    held = t.get("sync_device", device)
    if held is not None:
        return False if held["principal"] == principal else None
    now = t.database.clockwork.wall()
    row = {"principal": principal, "last_n": 0, "next_n_seen": 1, "schema": 0, "seen_at": now, "crashes": 0}
    also = {"next_n_at": now, "app_version": "", "clock_ms": 0, "closed_at": None}
    own = {"key": key, "session_id": session}
    await t.put("sync_device", device, {**row, **also, **own, "manifest_digest": None, "revoked_at": None, "wipe": False})
    return True


async def _others(t: Transaction, principal: UUID, device: UUID) -> bool:
    return any(row["principal"] == principal and id != device for id, row in t.database.tables["sync_device"].items())


async def _owner(t: Transaction, device: UUID) -> Any:
    return t.get("sync_device", device)["principal"]


async def _seen(t: Transaction, device: UUID, *given: Any) -> None:
    schema, next_n, have, app, clock, _ = given
    await t.lock("sync_device", device)
    row = t.get("sync_device", device)
    now = t.database.clockwork.wall()
    changed = {"seen_at": now, "schema": schema, "next_n_seen": max(row["next_n_seen"], next_n), "manifest_digest": have}
    since = now if next_n > row["next_n_seen"] else row["next_n_at"]
    await t.put("sync_device", device, {**row, **changed, "next_n_at": since, "app_version": app, "clock_ms": clock})


async def _stored_by_n(t: Transaction, device: UUID, n: int) -> Any:
    return t.get("sync_mutation", (device, n))


async def _done_before(t: Transaction, id: UUID, principal: UUID) -> bool:
    row = t.get("mutation_id", id)
    return row is not None and row["outcome"] == "ok" and t.get("sync_device", row["device"])["principal"] == principal


async def _store(t: Transaction, *given: Any) -> None:
    device, n, id, copy, _, _, _, _, _, received_at, outcome, code, detail = given
    row = {"id": id, "device": device, "outcome": outcome, "code": code, "detail": detail, "received_at": received_at}
    await t.put("sync_device", device, {**t.get("sync_device", device), "last_n": n, "crashes": 0})
    await t.insert("sync_mutation", (device, n), row)
    if not copy:
        await t.insert("mutation_id", id, row)


async def _crashed(t: Transaction, device: UUID) -> None:
    await t.lock("sync_device", device)
    row = t.get("sync_device", device)
    await t.put("sync_device", device, {**row, "crashes": row["crashes"] + 1})


async def _comparable(t: Transaction, principal: UUID, snapshot: str, have: str | None, told: list[UUID]) -> list[dict[str, Any]]:
    database, cursor = t.database, snapshot_of(snapshot)
    grants, digest = database.manifest(principal)
    if digest != have:
        return []
    same = [scope for scope in grants if scope in told and not unseen(database, scope, grants[scope], cursor)]
    loads = {scope: [(key, row) for key, row in _held(database, scope, grants[scope])] for scope in same}
    return [{"scope": scope, "keys": _load(database, scope, rows)["keys"] or None} for scope, rows in loads.items()]


def _held(database: Database, scope: UUID, mask: int) -> list[tuple[Key, Stamped]]:
    return [(key, row) for key, row in database.by_scope[scope].items() if not row.gone and key[1] & mask]


async def _epoch(t: Transaction) -> Any:
    row = t.get("sync_epoch", 1)
    return row and {**row, "same": row["timeline"] == t.database.timeline}


async def _lock_epoch(t: Transaction) -> None:
    await t.lock("sync_epoch", "all of it")


async def _restamp(t: Transaction) -> None:
    """No stamp is ahead of us here: what a standby did not have, its primary never told anybody."""


async def _new_epoch(t: Transaction, declaration: str, key: bytes) -> None:
    await t.lock("sync_epoch", 1)
    before = t.get("sync_epoch", 1)
    made = {"id": t.database.clockwork.uuid(), "seal_key": before["seal_key"] if before else key, "declaration": declaration}
    await t.put("sync_epoch", 1, {**made, "timeline": t.database.timeline})


STATEMENTS = {
    "SELECT d.principal, d.last_n, d.crashes, m.id, m.outcome, m.code, m.detail, m.received_at,": _turn,
    "INSERT INTO sync_device (id, principal, kind, key, session_id) VALUES ($1, $2, $3, $4, $5) ON CONFLICT": _register,
    "SELECT EXISTS (SELECT 1 FROM sync_device WHERE principal = $1 AND id <> $2 AND heir_of IS NULL)": _others,
    "SELECT principal FROM sync_device WHERE id = $1": _owner,
    "UPDATE sync_device SET seen_at = now(), schema = $2, next_n_seen = greatest(next_n_seen, $3),": _seen,
    "SELECT id, outcome, code, detail, received_at FROM sync_mutation WHERE device = $1 AND n = $2": _stored_by_n,
    "SELECT EXISTS (SELECT 1 FROM sync_mutation m JOIN sync_device d ON d.id = m.device": _done_before,
    "WITH taken AS (UPDATE sync_device SET last_n = $2, crashes = 0 WHERE id = $1) INSERT INTO sync_mutation": _store,
    "UPDATE sync_device SET crashes = crashes + 1 WHERE id = $1": _crashed,
    " ".join(COMPARABLE.split()): _comparable,
    "SELECT e.id, e.seal_key, e.declaration, (e.system_identifier, e.timeline, e.home) =": _epoch,
    "LOCK TABLE sync_epoch IN SHARE ROW EXCLUSIVE MODE": _lock_epoch,
    "UPDATE sync_row SET x = pg_current_xact_id() WHERE x > pg_current_xact_id()": _restamp,
    "WITH ended AS (DELETE FROM sync_epoch RETURNING seal_key) INSERT INTO sync_epoch": _new_epoch,
}
