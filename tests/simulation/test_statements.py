"""The simulated database and PostgreSQL, held against each other: the same writes, then the same answers to the same devices."""

from __future__ import annotations

from collections.abc import AsyncIterator
from random import Random
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest

from sync import epoch, rows, scrub
from sync.opening import opening
from sync.pull import Asked, Pulled, pull
from tests.simulation.clockwork import Clockwork, Task
from tests.simulation.database import Database, Transaction, write_thing
from tests.simulation.house import AUDIENCES, MASKS, TABLES, Thing, registry
from tests.simulation.statements import Connection

STATES = 240
EPOCH = UUID(int=1)
REGISTRY = registry(1, lambda: None)


class Both:
    """One history, written to both; sessions stay open and end in any order."""

    def __init__(self, dsn: str, seed: int) -> None:
        self.dsn = dsn
        self.chance = Random(seed)
        self.clockwork = Clockwork(seed)
        self.model = Database(self.clockwork)
        self.sessions: list[tuple[asyncpg.Connection[Any], Any, Transaction]] = []
        self.idle: list[asyncpg.Connection[Any]] = []
        self.scopes = [self.clockwork.uuid() for _ in range(4)]
        self.principal, self.device = self.clockwork.uuid(), self.clockwork.uuid()
        self.model.tables["sync_device"][self.device] = {"last_n": 0}
        self.model.tables["sync_epoch"][1] = {"id": EPOCH, "seal_key": b"", "timeline": 1}
        self.cursors: list[tuple[str | None, str | None]] = [(None, None)]  # theirs and ours
        self.scrubbed: list[list[UUID]] = []  # which scopes could be compared
        self.digests: list[str | None] = [None]

    async def step(self) -> None:
        """One thing happens."""
        what = self.chance.random()
        if what < 0.25 and len(self.sessions) < 4:
            real = self.idle.pop() if self.idle else await asyncpg.connect(self.dsn)
            opened = real.transaction()
            await opened.start()
            self.sessions.append((real, opened, self.model.begin()))
        elif what < 0.45 and self.sessions:
            real, opened, ours = self.sessions.pop(self.chance.randrange(len(self.sessions)))
            commit = self.chance.random() < 0.8
            await (opened.commit() if commit else opened.rollback())
            ours.end(commit)
            self.idle.append(real)
        elif self.sessions:
            await self.write(*self.chance.choice(self.sessions))

    async def write(self, real: asyncpg.Connection[Any], _: Any, ours: Transaction) -> None:
        """A write of one session, unless another holds the row; sometimes under a savepoint that is rolled back."""
        undone = self.chance.random() < 0.15
        savepoint = real.transaction()
        await savepoint.start()
        before = dict(ours.written)
        await (self._part(real, ours) if self.chance.random() < 0.3 else self._thing(real, ours))
        if undone:
            await savepoint.rollback()
            ours.written = before
        else:
            await savepoint.commit()

    async def _part(self, real: asyncpg.Connection[Any], ours: Transaction) -> None:
        key = (self.principal, self.chance.choice(self.scopes))
        if any(ours.blocked_by("part", (self.principal, scope)) for scope in self.scopes):
            return
        mask = self.chance.choice((*MASKS, None))
        await real.execute("DELETE FROM part WHERE principal = $1 AND scope = $2", *key)
        if mask is not None:
            await real.execute("INSERT INTO part (principal, scope, mask) VALUES ($1, $2, $3)", *key, mask)
        await _now(ours.put("part", key, mask))

    async def _thing(self, real: asyncpg.Connection[Any], ours: Transaction) -> None:
        known = sorted({*self.model.tables["thing"], *(key for (table, key) in ours.written if table == "thing")})
        id = self.chance.choice(known) if known and self.chance.random() < 0.7 else self.clockwork.uuid()
        if ours.blocked_by("thing", id):
            return
        old: Thing | None = ours.get("thing", id)
        new = self._next(old)
        if new is None:
            await real.execute("DELETE FROM thing WHERE id = $1", id)
        elif old is None:
            await real.execute("INSERT INTO thing VALUES ($1, $2, $3, $4, $5)", id, *new)
        else:
            await real.execute("UPDATE thing SET scope = $2, aud = $3, word = $4, note = $5 WHERE id = $1", id, *new)
        await _now(write_thing(ours, id, new))

    def _next(self, old: Thing | None) -> Thing | None:
        chance = self.chance
        if old is None:
            return Thing(chance.choice(self.scopes), chance.choice((0, *AUDIENCES)), f"w{chance.randrange(9)}", chance.choice(("", "n")))
        changes: list[dict[str, Any] | None] = [None, {"word": f"w{chance.randrange(9)}"}, {"note": chance.choice(("", "n", "m"))}]
        changes += [{"aud": chance.choice((0, *AUDIENCES))}, {"scope": chance.choice(self.scopes)}, {}]
        change = chance.choice(changes)
        return None if change is None else old._replace(**change)

    async def ask(self, real: asyncpg.Connection[Any]) -> tuple[Pulled, Pulled]:
        """The same question to both, from any earlier cursor."""
        theirs, ours = self.chance.choice(self.cursors)
        have = self.chance.choice(self.digests)
        want = self.chance.sample(self.scopes, self.chance.choice((0, 0, 1, 3)))
        sealed = await epoch.current(real)
        theirs_asked = Asked(self.principal, self.device, sealed.id, theirs, have, want)
        ours_asked = Asked(self.principal, self.device, EPOCH, ours, have, want)
        answer = await answered(real, theirs_asked)
        task = Task(answered(Connection(self.model), ours_asked), None, None)
        modelled: Pulled = await _now(task.body)
        sums = [(scope, "unlike any") for scope in self.scopes]
        self.scrubbed.append(sorted(await scrub.differing(real, theirs_asked, sums)))
        assert sorted(await _now(scrub.differing(Connection(self.model), ours_asked, sums))) == self.scrubbed[-1]
        if answer.snapshot and modelled.snapshot:
            self.cursors.append((answer.snapshot, modelled.snapshot))
        if answer.manifest:
            self.digests.append(answer.manifest.digest)
        return answer, modelled

    async def close(self) -> None:
        """No session stays."""
        for real, opened, _ in self.sessions:
            await opened.rollback()
            await real.close()
        for real in self.idle:
            await real.close()


async def answered(held: Any, asked: Asked) -> Pulled:
    """Both statements of an exchange."""
    found = await opening(held, asked.principal, asked.device, asked.snapshot)
    if found.is_quiet(asked.have) and not asked.want:
        return Pulled(last_n=found.device["last_n"])
    return await pull(held, REGISTRY, asked)


async def _now(body: Any) -> Any:
    """A coroutine of the model, carried through without letting time pass."""
    try:
        while True:
            body.send(None)
    except StopIteration as ended:
        return ended.value


def told(pulled: Pulled) -> dict[str, Any]:
    """An answer without its snapshot, whose ids are each database's own, and without an order that means nothing."""
    decoded = [(*row[:5], row[5] and msgspec.json.decode(row[5])) for row in pulled.rows]
    loads = {one.scope: (one.sum, msgspec.json.decode(one.rows)) for one in pulled.load}
    return {
        "news": pulled.snapshot is not None,
        "manifest": pulled.manifest,
        "rows": sorted(decoded, key=lambda row: row[:4]),
        "load": loads,
        "stale": sorted(pulled.stale),
        "more": pulled.more,
    }


@pytest.fixture
async def house(fresh_db: str) -> AsyncIterator[asyncpg.Connection[Any]]:
    """A database with the small house's tables and triggers."""
    real = await asyncpg.connect(fresh_db)
    await real.execute(TABLES + rows.statements(REGISTRY))
    yield real
    await real.close()


async def test_the_simulated_database_answers_as_postgresql_does(
    house: asyncpg.Connection[Any], fresh_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = Both(fresh_db, 7)
    await house.execute("INSERT INTO sync_device (id, principal) VALUES ($1, $2)", both.device, both.principal)
    seen: set[str] = set()
    try:
        for _ in range(STATES):
            for _ in range(both.chance.randint(1, 6)):
                await both.step()
            monkeypatch.setattr("sync.pull.ROWS_MAX", both.chance.choice((2, 6, 4000)))
            theirs, ours = map(told, await both.ask(house))
            assert ours == theirs
            seen |= {part for part, said in theirs.items() if said}
    finally:
        await both.close()
    assert seen == {"news", "manifest", "rows", "load", "stale", "more"}
    assert {len(scopes) for scopes in both.scrubbed} >= {0, 1}


def test_two_sessions_open_at_once_are_told_apart_by_the_model() -> None:
    model = Database(Clockwork(1))
    first, second = model.begin(), model.begin()
    assert (first.id(), second.id()) == (3, 4)
    second.end(commit=True)
    assert model.snapshot().text() == "3:5:3"
    assert [model.snapshot().sees(x) for x in (2, 3, 4, 5)] == [True, False, True, False]
