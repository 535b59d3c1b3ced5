"""The epoch: within it, a transaction id means one thing. A new one begins when that may no longer be so."""

import os
from typing import Any, NamedTuple
from uuid import UUID

WHERE_WE_ARE = """
SELECT (SELECT system_identifier FROM pg_control_system()) AS system_identifier,
       (SELECT timeline_id FROM pg_control_checkpoint()) AS timeline"""


class Epoch(NamedTuple):
    """Its id, and the key that seals its cursors."""

    id: UUID
    key: bytes


async def declared(connection: Any) -> str | None:
    """The fingerprint of the declaration that the database was last brought in line with."""
    fingerprint: str | None = await connection.fetchval("SELECT declaration FROM sync_epoch")
    return fingerprint


async def begin(connection: Any, declaration: str) -> None:
    """Ends every cursor there is: each device keeps what it shows, and reloads."""
    await connection.execute("DELETE FROM sync_epoch")
    await connection.execute(
        f"INSERT INTO sync_epoch (system_identifier, timeline, declaration, seal_key) SELECT w.*, $1, $2 FROM ({WHERE_WE_ARE}) w",
        declaration,
        os.urandom(32),
    )


async def current(connection: Any) -> Epoch:
    """The epoch in force. After a failover or a restore, where ids may be used again, it is a new one."""
    row = await connection.fetchrow(
        f"SELECT e.id, e.seal_key, e.declaration, "
        f"(e.system_identifier, e.timeline) = (w.system_identifier, w.timeline) AS same "
        f"FROM sync_epoch e, ({WHERE_WE_ARE}) w"
    )
    if row is None:
        raise RuntimeError("the database has no sync epoch: run the migrations")
    if not row["same"]:
        await begin(connection, row["declaration"])
        return await current(connection)
    return Epoch(row["id"], row["seal_key"])
