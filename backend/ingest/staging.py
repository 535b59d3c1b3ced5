"""The temporary tables in which a file's rows wait, and what can be known of them there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING

from backend.ingest.files import FILES, SQL_TYPES, FileSpec
from backend.ingest.reading import Reading

if TYPE_CHECKING:
    from backend.db import Connection

ANALYZE_ROWS = 500
WORK_MEMORY = "128MB"

Shown = Callable[[int, str], None]
Found = list[tuple[int, int, str, str]]


async def create(held: Connection) -> None:
    """One empty staging table for each kind of file; they vanish with the transaction."""
    await held.execute(f"SET LOCAL work_mem = '{WORK_MEMORY}'")
    for spec in FILES:
        columns = ", ".join(f"{column.name} {SQL_TYPES[column.kind]}" for column in spec.columns)
        await held.execute(f"CREATE TEMP TABLE in_{spec.noun} (at_file smallint, at_line integer, {columns}) ON COMMIT DROP")


async def copy(held: Connection, reading: Reading, shown: Shown) -> None:
    """Stage a file's good rows. Raises Unfit when the file cannot be read to its end."""
    table = f"in_{reading.spec.noun}"
    await held.copy_to_table(table, source=_flow(reading.chunks(), reading.name, shown), columns=list(reading.columns))
    if reading.rows > ANALYZE_ROWS:
        await held.execute(f"ANALYZE {table}")


async def take_out_doubled(held: Connection, spec: FileSpec) -> Found:
    """Rows whose key another row has: copies but for the first; all of them when they differ, since none can be believed."""
    key = ", ".join(spec.key)
    same = " AND ".join(f"s.{name} = k.{name}" for name in spec.key)
    if not await held.fetchval(f"SELECT EXISTS (SELECT 1 FROM in_{spec.noun} GROUP BY {key} HAVING count(*) > 1)"):
        return []
    rows = await held.fetch(f"""
        WITH doubled AS MATERIALIZED (SELECT {key} FROM in_{spec.noun} GROUP BY {key} HAVING count(*) > 1),
        ranked AS MATERIALIZED (
            SELECT s.ctid AS at, first_value(s.at_line) OVER w AS first_line, row_number() OVER w AS n,
                to_jsonb(s) - 'at_file' - 'at_line' = first_value(to_jsonb(s) - 'at_file' - 'at_line') OVER w AS copy
            FROM in_{spec.noun} s JOIN doubled k ON {same}
            WINDOW w AS (PARTITION BY {key_of("s", spec)} ORDER BY s.at_file, s.at_line)),
        judged AS MATERIALIZED (
            SELECT r.at, r.n, r.first_line, bool_and(r.copy) OVER (PARTITION BY {key_of("s", spec)}) AS copies
            FROM ranked r JOIN in_{spec.noun} s ON s.ctid = r.at)
        DELETE FROM in_{spec.noun} s USING judged j WHERE s.ctid = j.at AND (j.n > 1 OR NOT j.copies)
        RETURNING s.at_file, s.at_line, j.first_line, j.copies""")
    return [(f, line, spec.key[-1], _doubled(first, copies)) for f, line, first, copies in rows]


def key_of(alias: str, spec: FileSpec) -> str:
    """The key's columns of this alias."""
    return ", ".join(f"{alias}.{name}" for name in spec.key)


def _doubled(first: int, copies: bool) -> str:
    if copies:
        return f"repeats line {first}"
    return f"has the same key as other rows (first on line {first}) but says something else; none of them was taken"


async def _flow(chunks: Iterator[tuple[int, bytes]], name: str, shown: Shown) -> AsyncIterator[bytes]:
    """The chunks, each read and checked in a thread, so that whoever else lives in this process goes on."""
    while (read := await asyncio.to_thread(next, chunks, None)) is not None:
        done, chunk = read
        shown(done, name)
        if chunk:
            yield chunk
