"""How things stand when a device asks: the device, the epoch, and whether there is anything new for it. One statement.

Most exchanges end here, with nothing new: one look into an index for each scope that changed or might have, no body
built and nothing written.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sync.epoch import SAME, WHERE_WE_ARE, Epoch
from sync.guard import after
from sync.pull import DIGEST, GRANTED, UNSEEN

STANDING = f"""d.principal, d.last_n, d.next_n_seen, d.next_n_at, d.schema, d.app_version, d.clock_ms, d.seen_at, d.manifest_digest,
    d.revoked_at, d.wipe, d.closed_at, d.key, d.session_id, e.id AS epoch, e.seal_key, {SAME} AS same, pg_is_in_recovery() AS standby"""
FOUND = f"FROM sync_epoch e CROSS JOIN ({WHERE_WE_ARE}) w LEFT JOIN sync_device d ON d.id = $3"
OPENING = f"""
WITH {GRANTED}
SELECT o.*, {DIGEST} AS digest, CASE WHEN $2::text IS NOT NULL THEN EXISTS (SELECT FROM {UNSEEN} u) END AS news
FROM {after(STANDING, FOUND)} o"""


@dataclass(frozen=True, slots=True)
class Opening:
    """`device` is its row (its principal is None when it is not known), `epoch` None when the database has moved since.

    `digest` is that of the principal's manifest. `news` says whether rows changed since the snapshot; None without one.
    """

    device: Any
    epoch: Epoch | None
    standby: bool
    digest: str
    news: bool | None

    def is_quiet(self, have: str | None) -> bool:
        """Whether a device with this digest has everything that it may hold, as it is now."""
        return self.news is False and self.digest == have


async def opening(connection: Any, principal: UUID, device: UUID, snapshot: str | None) -> Opening:
    """What one statement tells, in one snapshot."""
    row = await connection.fetchrow(OPENING, principal, snapshot, device)
    if row is None:
        raise RuntimeError("the database has no sync epoch: run the migrations")
    epoch = Epoch(row["epoch"], row["seal_key"]) if row["same"] else None
    return Opening(row, epoch, row["standby"], row["digest"], row["news"])
