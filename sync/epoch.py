"""The epoch: within it, a transaction id means one thing. A new one begins when that may no longer be so."""

import os
from typing import Any, NamedTuple
from uuid import UUID

# The control file tells a new timeline only some time after a promotion; the log that is written to tells it at once. What a
# dump brought back into the same cluster stands in a table of another number.
WHERE_WE_ARE = """
SELECT (SELECT system_identifier FROM pg_control_system()) AS system_identifier,
    CASE WHEN pg_is_in_recovery() THEN (SELECT timeline_id FROM pg_control_checkpoint())
        ELSE ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int END AS timeline,
    'sync_epoch'::regclass::oid AS home"""

SAME = "(e.system_identifier, e.timeline, e.home) = (w.system_identifier, w.timeline, w.home)"
FOUND = f"SELECT e.id, e.seal_key, e.declaration, {SAME} AS same FROM sync_epoch e, ({WHERE_WE_ARE}) w"

# The epoch's id where its transaction ids still mean what they did; null after a failover or a restore that nobody noticed yet.
IN_FORCE = f"(SELECT e.id FROM sync_epoch e, ({WHERE_WE_ARE}) w WHERE {SAME})"

# A restored copy may hold stamps that this cluster has not come to: no snapshot would ever cover them.
RESTAMP = "UPDATE sync_row SET x = pg_current_xact_id() WHERE x > pg_current_xact_id()"


# The key stays, so that an old cursor can still be opened, and its device told why it cannot be honoured.
BEGIN = f"""
WITH ended AS (DELETE FROM sync_epoch RETURNING seal_key)
INSERT INTO sync_epoch (system_identifier, timeline, home, declaration, seal_key)
SELECT w.*, $1, coalesce((SELECT seal_key FROM ended LIMIT 1), $2) FROM ({WHERE_WE_ARE}) w"""


class Epoch(NamedTuple):
    """Its id, and the key that seals its cursors."""

    id: UUID
    key: bytes


_latest = Epoch(UUID(int=0), bytes(32))  # none yet


def latest() -> Epoch:
    """The epoch that this process saw last: a guess, with which a cursor is opened before the database has confirmed it."""
    return _latest


def remember(epoch: Epoch) -> Epoch:
    """Makes this the guess."""
    global _latest
    _latest = epoch
    return epoch


async def declared(connection: Any) -> str | None:
    """The fingerprint of the declaration that the database was last brought in line with."""
    fingerprint: str | None = await connection.fetchval("SELECT declaration FROM sync_epoch")
    return fingerprint


async def begin(connection: Any, declaration: str) -> None:
    """Ends every cursor there is: each device keeps what it shows, and reloads. Run inside a transaction."""
    await connection.execute(RESTAMP)
    await connection.execute(BEGIN, declaration, os.urandom(32))


async def redeclare(connection: Any, declaration: str) -> None:
    """The triggers were made anew and the bodies are what they were: no device needs to know."""
    await connection.execute("UPDATE sync_epoch SET declaration = $1", declaration)


async def current(connection: Any) -> Epoch:
    """The epoch in force. After a failover or a restore, where ids may be used again, it is a new one."""
    row = await _found(connection)
    if not row["same"]:
        async with connection.transaction():
            await connection.execute("LOCK TABLE sync_epoch IN SHARE ROW EXCLUSIVE MODE")
            row = await _found(connection)
            if not row["same"]:  # else another process has begun it meanwhile
                await begin(connection, row["declaration"])
                row = await _found(connection)
    return Epoch(row["id"], row["seal_key"])


async def _found(connection: Any) -> Any:
    row = await connection.fetchrow(FOUND)
    if row is None:
        raise RuntimeError("the database has no sync epoch: run the migrations")
    return row
