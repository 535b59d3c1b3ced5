"""The pull: what changed for this principal since its cursor, and the scopes it asked for, in one statement and snapshot.

The answer, its cursor and the epoch that the cursor is good for come from that statement alone. Most devices never get
here: `opening.py` has found that there is nothing new for them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID
from zlib import crc32

import msgspec

from sync import bodies
from sync.declare import Registry
from sync.epoch import IN_FORCE
from sync.guard import SAID, after
from sync.rows import NO_GRANTS
from sync.wire import FIRST_MAX, WANT_MAX, Delta, Load, Manifest

ROWS_MAX = 4000  # of a delta, and of the loads, in one answer; at least one scope always fits
MARGIN = 2**32

GRANTED = f"{SAID},\ngranted AS MATERIALIZED {after('g.scope, g.mask', 'FROM (SELECT scope, mask FROM sync_grant WHERE principal = $1) g')}"
KEPT_DIGEST = after("m.digest", "FROM (SELECT digest FROM sync_manifest WHERE principal = $1) m")
DIGEST = f"coalesce({KEPT_DIGEST}, '{NO_GRANTS}')"
LAST_N = "(SELECT last_n FROM sync_device WHERE id = $3)"

# A row of a load, as its checksum and as JSON say it. Made here, since a thousand small values cost more to carry than one text.
KEY = "aud || ':' || kind || ':' || id || ':' || rev"
LINE = """'[' || aud || ',' || kind || ',"' || id || '",' || rev || ',' || body || ']'"""

# All grants in one walk through the index, scope by scope, whatever the planner believes about tables that were just loaded
# (OFFSET 0 holds it to that): a principal has hundreds of grants, the table millions of rows.
UNSEEN = """(SELECT g.scope, r.aud, r.kind, r.id, r.rev, r.gone FROM (SELECT r.* FROM sync_row r
    WHERE r.scope = ANY(ARRAY(SELECT scope FROM granted)) AND r.x >= pg_snapshot_xmin(($2::text)::pg_snapshot)
        AND NOT pg_visible_in_snapshot(r.x, ($2::text)::pg_snapshot) OFFSET 0) r
    JOIN granted g ON g.scope = r.scope AND (r.aud & g.mask) <> 0)"""


# What an answer is of, and what it leaves out.
HEAD = f"""SELECT 0 AS part, NULL::uuid AS scope, NULL::int2 AS aud, NULL::int2 AS kind, NULL::uuid AS id, NULL::int4 AS rev, NULL AS keys,
    json_build_object(
        'snapshot', pg_current_snapshot()::text, 'standby', pg_is_in_recovery(), 'epoch', {IN_FORCE},
        'digest', d.digest, 'last_n', {LAST_N},
        'scopes', CASE WHEN d.digest IS DISTINCT FROM $4 OR $2::text IS NULL
            THEN (SELECT coalesce(json_agg(json_build_array(scope, mask) ORDER BY scope), '[]') FROM granted)
            ELSE '[]' END,
        'loaded', (SELECT coalesce(json_agg(scope), '[]') FROM loaded),
        'stale', (SELECT coalesce(json_agg(scope), '[]') FROM delta_sizes WHERE total > $6::int),
        'more', (SELECT count(*) FROM wanted) > (SELECT count(*) FROM loaded))::text AS body
FROM (SELECT {DIGEST} AS digest OFFSET 0) d"""


class Standby(Exception):
    """A standby, whose snapshots do not say what is in progress, or a server that took over while we spoke: ask again."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What one device asks for. `snapshot` is None where there is nothing to build upon: then only loads are given.

    `epoch` is the one that the snapshot is of, and that the answer has to be of.
    """

    principal: UUID
    device: UUID
    epoch: UUID
    snapshot: str | None
    have: str | None
    want: list[UUID]


@dataclass(slots=True)
class Pulled:
    """The answer as of `snapshot`; None where nothing changed, and the device's cursor still holds.

    `last_n` is read in that snapshot too: a device drops its own draft of a row exactly when the row itself is there.
    """

    snapshot: str | None = None
    last_n: int = 0
    manifest: Manifest | None = None
    load: list[Load] = field(default_factory=list)
    rows: list[Delta] = field(default_factory=list)
    stale: list[UUID] = field(default_factory=list)
    more: bool = False


def checksum(keys: Iterable[bytes]) -> str:
    """Order-free: the sum of the CRC-32 of each row's `audience:kind:id:rev` (KEY), modulo 2^32, as 8 hex digits."""
    return f"{sum(map(crc32, keys)) % MARGIN:08x}"


async def pull(connection: Any, registry: Registry, asked: Asked) -> Pulled:
    """One answer for one device. Raises Standby."""
    records = await connection.fetch(
        statement(registry), asked.principal, asked.snapshot, asked.device, asked.have, asked.want[:WANT_MAX], ROWS_MAX
    )
    return _answer(records, asked)


def _answer(records: list[Any], asked: Asked) -> Pulled:
    head = msgspec.json.decode(next(r["body"] for r in records if r["part"] == 0), type=_Head)
    if head.standby or head.epoch != asked.epoch:
        raise Standby
    pulled = Pulled(snapshot=head.snapshot, last_n=head.last_n, stale=head.stale, more=head.more)
    if head.digest != asked.have or asked.snapshot is None:
        pulled.manifest = Manifest(digest=head.digest, scopes=head.scopes)
    for r in sorted((r for r in records if r["part"] == 1), key=lambda r: (r["kind"], r["id"].int)):
        raw = None if r["body"] is None else msgspec.Raw(r["body"].encode())
        pulled.rows.append((r["scope"], r["aud"], r["kind"], r["id"], r["rev"], raw))
    full = {r["scope"]: r for r in records if r["part"] == 2}
    pulled.load = [_load(scope, full.get(scope)) for scope in head.loaded]
    return pulled


def _load(scope: UUID, record: Any) -> Load:
    """A scope as the statement wrote it, or without rows."""
    if record is None:
        return Load(scope=scope, rows=msgspec.Raw(b"[]"), sum=checksum(()))
    return Load(scope=scope, rows=msgspec.Raw(record["body"].encode()), sum=checksum(record["keys"].encode().split()))


class _Head(msgspec.Struct):
    snapshot: str
    standby: bool
    epoch: UUID | None
    last_n: int
    digest: str
    scopes: list[tuple[UUID, int]]
    loaded: list[UUID]
    stale: list[UUID]
    more: bool


@cache
def statement(registry: Registry) -> str:
    """The pull's SQL: $1 principal, $2 snapshot or null, $3 device, $4 digest held or null, $5 wanted, $6 rows at most."""
    return f"""
WITH {GRANTED},
{bodies.held(registry)},
wanted AS MATERIALIZED (
    SELECT g.scope, g.mask, {registry.urgency} AS urgency FROM granted g
    WHERE g.scope = ANY($5) OR ($2::text IS NULL AND cardinality($5::uuid[]) = 0)
    ORDER BY urgency NULLS LAST, g.scope LIMIT CASE WHEN cardinality($5::uuid[]) = 0 THEN {FIRST_MAX} ELSE {WANT_MAX} END),
loadable AS MATERIALIZED (
    SELECT w.scope, r.aud, r.kind, r.id, r.rev, r.gone, w.urgency
    FROM wanted w JOIN sync_row r ON r.scope = w.scope AND (r.aud & w.mask) <> 0 WHERE NOT r.gone),
load_sizes AS (
    SELECT w.scope, row_number() OVER before AS place, sum(coalesce(s.rows, 0)) OVER before AS total
    FROM wanted w LEFT JOIN (SELECT scope, count(*) AS rows FROM loadable GROUP BY scope) s USING (scope)
    WINDOW before AS (ORDER BY w.urgency NULLS LAST, w.scope)),
loaded AS MATERIALIZED (SELECT scope FROM load_sizes WHERE total <= $6::int OR place = 1),
changed AS MATERIALIZED (
    SELECT u.* FROM {UNSEEN} u WHERE $2::text IS NOT NULL AND NOT u.scope = ANY($5)),
delta_sizes AS (SELECT scope, sum(count(*)) OVER (ORDER BY scope) AS total FROM changed GROUP BY scope),
answer AS MATERIALIZED (
    SELECT 1 AS part, c.* FROM changed c JOIN delta_sizes s USING (scope) WHERE s.total <= $6::int
    UNION ALL
    SELECT 2 AS part, l.scope, l.aud, l.kind, l.id, l.rev, l.gone FROM loadable l JOIN loaded USING (scope)),
kinds AS MATERIALIZED (
    SELECT kind, array_agg(part) AS parts, array_agg(scope) AS scopes, array_agg(aud) AS auds, array_agg(id) AS ids,
        array_agg(rev) AS revs FROM answer WHERE NOT gone GROUP BY kind ORDER BY kind),
bodies AS MATERIALIZED (
    SELECT b.part, b.scope, b.aud, b.kind, b.id, b.rev, b.body
    FROM kinds k CROSS JOIN LATERAL {bodies.name(registry)}(k.kind, k.parts, k.scopes, k.auds, k.ids, k.revs) b)
{HEAD}
UNION ALL SELECT part, scope, aud, kind, id, rev, NULL, NULL FROM answer WHERE gone
UNION ALL SELECT part, scope, aud, kind, id, rev, NULL, body FROM bodies WHERE part = 1
UNION ALL SELECT 2, scope, NULL, NULL, NULL, NULL, string_agg({KEY}, ' '), '[' || string_agg({LINE}, ',' ORDER BY kind, id) || ']'
    FROM bodies WHERE part = 2 GROUP BY scope"""
