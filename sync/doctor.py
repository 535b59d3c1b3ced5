"""Recomputes `sync_row`, `sync_grant` and the digests of manifests from the domain, and repairs what differs.

It also lets go of rows that grew too old to travel (`Shown.recent`), so it passes once a night.
"""

from dataclasses import dataclass
from typing import Any

from sync.declare import Registry, Shown, Synced
from sync.rows import DIGEST_OF, NO_GRANTS, ONE_AT_A_TIME

EVERYBODY = ("sync_grant", "sync_grant_truth", "sync_manifest")


@dataclass(frozen=True, slots=True)
class Drift:
    """How many rows were missing, were too many, how many grants (or digests) were wrong; and, no fault, how many rows grew old."""

    missing: int
    extra: int
    grants: int
    aged: int = 0

    @property
    def found(self) -> bool:
        """Whether anything was not as it should be."""
        return bool(self.missing or self.extra or self.grants)


class _Only(Exception):
    """Takes back what was done to find out."""


def _truth(synced: Synced, shown: Shown) -> str:
    return (
        f"SELECT t.{synced.scope} AS scope, {shown.mask('t')} AS aud, {shown.kind}::int2 AS kind, t.id "
        f"FROM {synced.table} t WHERE {shown.holds('t')}"
    )


def _age(synced: Synced, shown: Shown) -> str:
    """Lets go of rows that still are what they were, but too long ago."""
    column, days = shown.recent or ("", 0)
    return (
        f"UPDATE sync_row r SET rev = r.rev + 1, gone = true, gone_at = now(), x = pg_current_xact_id() FROM {synced.table} t "
        f"WHERE (r.scope, r.aud, r.kind, r.id) = (t.{synced.scope}, {shown.mask('t')}, {shown.kind}, t.id) AND NOT r.gone "
        f"AND ({shown.where}) AND NOT t.{column} > current_date - {days}"
    )


async def examine(connection: Any, registry: Registry) -> Drift:
    """What `repair` would find, exactly, since it is the same work taken back. Run inside a transaction."""
    try:
        async with connection.transaction():
            found = await repair(connection, registry)
            raise _Only
    except _Only:
        return found


async def _count(connection: Any, statement: str) -> int:
    return int((await connection.execute(statement)).rsplit(" ", 1)[1])


async def repair(connection: Any, registry: Registry) -> Drift:
    """Makes both tables what the domain says. Run inside a transaction."""
    missing = extra = aged = 0
    for synced, shown in registry.shown():
        truth = _truth(synced, shown)
        if shown.recent:
            aged += await _count(connection, _age(synced, shown))
        missing += await _count(
            connection,
            f"""INSERT INTO sync_row (scope, aud, kind, id)
            SELECT * FROM ({truth}) truth
            ON CONFLICT (scope, aud, kind, id) DO UPDATE
                SET rev = sync_row.rev + 1, gone = false, gone_at = NULL, x = pg_current_xact_id()
                WHERE sync_row.gone""",
        )
        extra += await _count(
            connection,
            f"""UPDATE sync_row r SET rev = r.rev + 1, gone = true, gone_at = now(), x = pg_current_xact_id()
            WHERE r.kind = {shown.kind} AND NOT r.gone AND NOT EXISTS (
                SELECT 1 FROM ({truth}) truth WHERE (truth.scope, truth.aud, truth.id) = (r.scope, r.aud, r.id))""",
        )
    kinds = ",".join(str(shown.kind) for _, shown in registry.shown())
    extra += await _count(
        connection,
        f"UPDATE sync_row SET rev = rev + 1, gone = true, gone_at = now(), x = pg_current_xact_id() "
        f"WHERE NOT gone AND kind NOT IN ({kinds})",
    )
    return Drift(missing, extra, await _regrant(connection), aged)


# Digests of manifests that are not those of the grants that should be.
MISTAKEN = f"""
SELECT count(*) FROM (SELECT principal, {DIGEST_OF} AS digest FROM sync_grant_truth g GROUP BY principal) truth
FULL JOIN sync_manifest m USING (principal)
WHERE coalesce(truth.digest, '{NO_GRANTS}') <> coalesce(m.digest, '{NO_GRANTS}')"""


async def _regrant(connection: Any) -> int:
    await connection.execute(f"SELECT {ONE_AT_A_TIME}")
    wrong = await connection.fetchval(
        "SELECT count(*) FROM sync_grant g FULL JOIN sync_grant_truth t USING (principal, scope) WHERE g.mask IS DISTINCT FROM t.mask"
    )
    wrong += await connection.fetchval(MISTAKEN)
    await connection.execute(f"SELECT sync_regrant(ARRAY({' UNION '.join(f'SELECT principal FROM {table}' for table in EVERYBODY)}))")
    return int(wrong)
