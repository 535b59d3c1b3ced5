"""The scrub: once a day a device tells the checksums of what it holds. A difference is loaded anew, and should never occur.

Compared is what can be: scopes in which nothing changed since the device's cursor, under a manifest that it has applied.
There the server now is the server at the cursor, so a difference is a defect of the device or of ours, never of timing.
"""

from typing import Any
from uuid import UUID

from sync.pull import DIGEST, GRANTED, KEY, UNSEEN, Asked, checksum
from sync.wire import SUMS_MAX

COMPARABLE = f"""
WITH {GRANTED}, changed AS MATERIALIZED (SELECT DISTINCT scope FROM {UNSEEN} u)
SELECT g.scope, string_agg({KEY}, ' ') AS keys
FROM granted g LEFT JOIN sync_row r ON r.scope = g.scope AND (r.aud & g.mask) <> 0 AND NOT r.gone
WHERE {DIGEST} = $3 AND g.scope = ANY($4) AND g.scope NOT IN (SELECT scope FROM changed)
GROUP BY g.scope"""


async def differing(connection: Any, asked: Asked, sums: list[tuple[UUID, str]]) -> list[UUID]:
    """The scopes whose checksum is not ours, of those that can be compared."""
    if asked.snapshot is None or not sums:
        return []
    told = dict(sums[:SUMS_MAX])
    held = await connection.fetch(COMPARABLE, asked.principal, asked.snapshot, asked.have, list(told))
    return [r["scope"] for r in held if checksum((r["keys"] or "").encode().split()) != told[r["scope"]]]
