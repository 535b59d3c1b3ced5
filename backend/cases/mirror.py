"""How staged rows become mirrored rows: a few large statements, and nothing written that did not change.

`ingest` stages the rows of a file in the temporary table `in_<table>`, with the place they came from in `at_file`
and `at_line`. A Mirror says how such rows meet the table. Mirrored rows are never deleted: what the system of record no longer
lists is closed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from backend.journal import Entry

if TYPE_CHECKING:
    from backend.db import Connection

BANK_FILES = 1000  # numbers of staged files from here on are those of the banks


@dataclass(frozen=True, slots=True)
class Check:
    """A staged row that cannot be taken because of what we already hold: `sql` is true of such a row `s`."""

    column: str
    reason: str
    sql: str


@dataclass(frozen=True, slots=True)
class Mirror:
    """One mirrored table. Its SQL says `s` for the staged row, `t` for the table's row, `d` for a change, `v` for a new row."""

    table: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    joins: str = ""
    values: dict[str, str] = field(default_factory=dict)  # columns that are not simply s.column
    carried: tuple[str, ...] = ()  # further columns of the staged rows that only a new row takes
    on_insert: dict[str, str] = field(default_factory=dict)
    before: tuple[str, ...] = ()  # statements on the staged rows
    checks: tuple[Check, ...] = ()
    after: tuple[str, ...] = ()  # statements on the table, as t, once every table is published
    scope: str = "t.case_id"
    was: tuple[str, ...] = ()  # old values that the verb of a change must know, as d.was_…
    verb_new: str = "NULL"
    verb_changed: str = "NULL"
    verb_closed: str = "NULL"
    until: str = "NULL::timestamptz"  # how long it is news, where the row tells
    live: str = "NOT t.closed"  # rows that a full extract would have to list
    close: str = "closed = true"  # $1 is the day of the extract


@dataclass(frozen=True, slots=True)
class Changes:
    """What one table's turn brought. `entries` and `scopes` are empty in a quiet load."""

    new: int
    changed: int
    closed: int
    entries: list[Entry]
    scopes: set[UUID]


async def publish(held: Connection, mirror: Mirror, batch: UUID, quiet: bool, gone_on: date | None) -> Changes:
    """Bring the table to what is staged; with `gone_on`, close what is no longer listed. Called by ingest alone."""
    turn = _Turn(held, mirror, batch, quiet)
    changed = await turn.run(_update(mirror), mirror.verb_changed)
    new = await turn.run(_insert(mirror), mirror.verb_new)
    closed = await turn.run(_close(mirror), mirror.verb_closed, gone_on) if gone_on is not None else 0
    return Changes(new, changed, closed, turn.entries, turn.scopes)


async def refuse(held: Connection, mirror: Mirror) -> list[tuple[int, int, str, str]]:
    """Take out the staged rows that do not fit what we hold; file number, line, column and reason of each."""
    refused = []
    for check in mirror.checks:
        sql = f"DELETE FROM in_{mirror.table} s WHERE {check.sql} RETURNING s.at_file, s.at_line"
        refused += [(row["at_file"], row["at_line"], check.column, check.reason) for row in await held.fetch(sql)]
    return refused


async def finish(held: Connection, mirror: Mirror, quiet: bool) -> set[UUID]:
    """What follows from this and other tables once all of them are published; the cases it touched, none in a quiet load."""
    if quiet:
        for statement in mirror.after:
            await held.execute(statement)
        return set()
    return {row["case_id"] for statement in mirror.after for row in await held.fetch(f"{statement} RETURNING t.case_id")}


class _Turn:
    """One table's statements, with what must be told of them afterwards."""

    def __init__(self, held: Connection, mirror: Mirror, batch: UUID, quiet: bool) -> None:
        self.held, self.mirror, self.batch, self.quiet = held, mirror, batch, quiet
        self.entries: list[Entry] = []
        self.scopes: set[UUID] = set()

    async def run(self, sql: str, verb: str, *args: Any) -> int:
        """How many rows it touched."""
        if self.quiet:
            return int((await self.held.execute(sql, *args)).rsplit(" ", 1)[-1])
        rows = await self.held.fetch(f"{sql} RETURNING t.id, {self.mirror.scope}, {verb}, {self.mirror.until}", *args)
        for row_id, scope, told, until in rows:
            if scope is not None:
                self.scopes.add(scope)
            if told is not None:
                detail = {"until": until.isoformat()} if until else {}
                self.entries.append(Entry(told, case_id=scope, subject_id=row_id, batch_id=self.batch, detail=detail))
        return len(rows)


def _source(m: Mirror) -> str:
    names = (*m.key, *m.columns, *m.carried)
    columns = ", ".join(f"{m.values.get(name, f's.{name}')} AS {name}" for name in names)
    return f"SELECT s.at_line, {columns} FROM in_{m.table} s {m.joins}"


def _same(m: Mirror) -> str:
    return " AND ".join(f"t.{name} = v.{name}" for name in m.key)


def _update(m: Mirror) -> str:
    ours, theirs = (", ".join(f"{side}.{name}" for name in m.columns) for side in "tv")
    was = "".join(f", t.{name} AS was_{name}" for name in m.was)
    return f"""
        WITH d AS MATERIALIZED (
            SELECT t.id{was}, {theirs} FROM ({_source(m)}) v JOIN {m.table} t ON {_same(m)}
            WHERE ({ours}) IS DISTINCT FROM ({theirs}))
        UPDATE {m.table} t SET {", ".join(f"{name} = d.{name}" for name in m.columns)}
        FROM d WHERE t.id = d.id"""


def _insert(m: Mirror) -> str:
    staged = (*m.key, *m.columns, *m.carried)
    names = (*staged, *m.on_insert)
    values = ", ".join((*(f"v.{name}" for name in staged), *m.on_insert.values()))
    return f"""
        INSERT INTO {m.table} AS t ({", ".join(names)})
        SELECT {values} FROM ({_source(m)}) v WHERE NOT EXISTS (SELECT 1 FROM {m.table} t WHERE {_same(m)})"""


def _close(m: Mirror) -> str:
    return f"""
        UPDATE {m.table} t SET {m.close}
        WHERE $1::date IS NOT NULL AND {m.live} AND NOT EXISTS (SELECT 1 FROM ({_source(m)}) v WHERE {_same(m)})"""
