"""The declaration as PostgreSQL: triggers that keep `sync_row` and `sync_grant` true, in the writer's own transaction.

Triggers rather than calls, because one forgotten call in one import or one hand-written fix is a change that some phone
never gets.
They are statement-level: a load of a million rows fires each once.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from sync import bodies
from sync.declare import GrantSource, Registry, Shown, Synced

KEY = "scope, aud, kind, id"

# Grants follow from several tables, so two transactions that each change one must not decide without seeing the other:
# from its first change of rights to its end, one at a time. What waited looks anew, and sees all that came before.
ONE_AT_A_TIME = "pg_advisory_xact_lock(0x73796E63)"

# Before and after of an update. A trigger's plan is made for the first change that a connection sees, often of one row, and kept: of
# two transition tables it must not be a nested loop, or a change of thousands is thousands squared. A full join never is one,
# and OFFSET keeps it from becoming any other join.
BOTH = "FROM old_rows o FULL JOIN new_rows n ON n.id = o.id OFFSET 0"

# Whoever writes a row, what follows from it for others is ours to note.
AS_OWNER = "SECURITY DEFINER SET search_path = public, pg_temp"

# What a device that holds nothing has the digest of.
NO_GRANTS = sha256(b"").hexdigest()[:32]
LISTED = "coalesce(string_agg(g.scope::text || ':' || g.mask, ',' ORDER BY g.scope), '')"
DIGEST_OF = f"left(encode(sha256(convert_to({LISTED}, 'UTF8')), 'hex'), 32)"


def _columns(synced: Synced, shown: Shown, row: str) -> str:
    """What makes two versions differ: the columns themselves, also where the wire form is made from one by `sql`."""
    plain = [f"{row}.{c}" for c in shown.columns if f"t.{c}" in synced.sql.get(c, f"t.{c}")]
    return f"ROW({', '.join(plain)})"


def _place(synced: Synced, shown: Shown, row: str) -> str:
    """Where a row stands for devices."""
    return f"{row}.{synced.scope} AS scope, {shown.mask(row)} AS aud, {row}.id"


def _arrive(shown: Shown, rows: str) -> str:
    """Rows that travel and that devices do not already have as they are; in the index's order, which halves a load."""
    return f"""
    INSERT INTO sync_row ({KEY})
    SELECT n.scope, n.aud, {shown.kind}, n.id FROM ({rows}) n
    ORDER BY 1, 2, 4
    ON CONFLICT ({KEY}) DO UPDATE
        SET rev = sync_row.rev + 1, gone = false, gone_at = NULL, x = pg_current_xact_id();"""


def _leave(shown: Shown, rows: str) -> str:
    """Rows that devices may have and that no longer travel: tombstones with a stamp."""
    return f"""
    UPDATE sync_row r SET rev = r.rev + 1, gone = true, gone_at = now(), x = pg_current_xact_id()
    FROM ({rows}) o
    WHERE (r.scope, r.aud, r.kind, r.id) = (o.scope, o.aud, {shown.kind}, o.id) AND NOT r.gone;"""


def _on_insert(synced: Synced) -> str:
    return "".join(
        _arrive(shown, f"SELECT {_place(synced, shown, 'n')} FROM new_rows n WHERE {shown.holds('n')}") for shown in synced.shown
    )


def _on_delete(synced: Synced) -> str:
    return "".join(_leave(shown, f"SELECT {_place(synced, shown, 'o')} FROM old_rows o") for shown in synced.shown)


def _on_update(synced: Synced) -> str:
    return "".join(_updated(synced, shown) for shown in synced.shown)


def _updated(synced: Synced, shown: Shown) -> str:
    """Both versions of each row side by side."""
    same_place = f"o.{synced.scope} = n.{synced.scope} AND {shown.mask('o')} = {shown.mask('n')}"
    same_columns = f"{_columns(synced, shown, 'o')} IS NOT DISTINCT FROM {_columns(synced, shown, 'n')}"
    stays = f"{same_place} AND {shown.holds('n')}"
    as_before = f"{same_place} AND {shown.holds('o')} AND {same_columns}"
    left = f"SELECT {_place(synced, shown, 'o')}, o.id IS NOT NULL AND ({stays}) IS NOT TRUE AS moves {BOTH}"
    came = f"SELECT {_place(synced, shown, 'n')}, {shown.holds('n')} AND ({as_before}) IS NOT TRUE AS moves {BOTH}"
    return _leave(shown, f"SELECT * FROM ({left}) pair WHERE moves") + _arrive(shown, f"SELECT * FROM ({came}) pair WHERE moves")


def _trigger(name: str, table: str, event: str, body: str) -> str:
    tables = {
        "INSERT": "NEW TABLE AS new_rows",
        "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
        "DELETE": "OLD TABLE AS old_rows",
    }[event]
    return f"""
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql {AS_OWNER} AS $sync$
BEGIN{body}
    RETURN NULL;
END $sync$;
CREATE OR REPLACE TRIGGER {name} AFTER {event} ON {table}
    REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION {name}();"""


def row_triggers(synced: Synced) -> str:
    """The three triggers that stamp a noun's rows."""
    made = {"INSERT": _on_insert, "UPDATE": _on_update, "DELETE": _on_delete}
    return "".join(_trigger(f"sync_{synced.noun}_{event.lower()}", synced.table, event, make(synced)) for event, make in made.items())


def grant_function(registry: Registry) -> str:
    """The one true list of grants as a view, and the function that brings principals' grants and digests in line with it."""
    return f"""
CREATE OR REPLACE VIEW sync_grant_truth AS
    SELECT principal, scope, bit_or(mask)::int2 AS mask FROM ({registry.grants.truth}) AS every
    GROUP BY principal, scope;
CREATE OR REPLACE FUNCTION sync_regrant(who uuid[]) RETURNS void LANGUAGE plpgsql AS $sync$
BEGIN
    DELETE FROM sync_grant g WHERE g.principal = ANY(who)
        AND NOT EXISTS (SELECT 1 FROM sync_grant_truth t WHERE t.principal = g.principal AND t.scope = g.scope);
    INSERT INTO sync_grant (principal, scope, mask)
        SELECT t.principal, t.scope, t.mask FROM sync_grant_truth t WHERE t.principal = ANY(who)
    ON CONFLICT (principal, scope) DO UPDATE SET mask = excluded.mask WHERE sync_grant.mask <> excluded.mask;
    INSERT INTO sync_manifest (principal, digest)
        SELECT w.principal, {DIGEST_OF} FROM (SELECT DISTINCT unnest(who) AS principal) w LEFT JOIN sync_grant g USING (principal)
        GROUP BY w.principal
    ON CONFLICT (principal) DO UPDATE SET digest = excluded.digest WHERE sync_manifest.digest <> excluded.digest;
END $sync$;
REVOKE EXECUTE ON FUNCTION sync_regrant(uuid[]) FROM PUBLIC;"""


def grant_triggers(source: GrantSource) -> Iterator[str]:
    """The triggers by which a change of a source table changes grants in the same transaction."""
    changed = {
        "INSERT": "SELECT * FROM new_rows",
        "UPDATE": f"{_only(source, 'new_rows', 'old_rows')} UNION ALL {_only(source, 'old_rows', 'new_rows')}",
        "DELETE": "SELECT * FROM old_rows",
    }
    for event, rows in changed.items():
        body = f"""
    IF EXISTS ({rows}) THEN
        PERFORM {ONE_AT_A_TIME};
        PERFORM sync_regrant(ARRAY(WITH changed AS ({rows}) {source.principals}));
    END IF;"""
        yield _trigger(f"sync_grant_{source.table}_{event.lower()}", source.table, event, body)


def _only(source: GrantSource, these: str, those: str) -> str:
    """The rows of `these` that do not stand in `those` with the same values where it matters; of both, as in `BOTH`."""
    same = " AND ".join(f"that.{c} IS NOT DISTINCT FROM this.{c}" for c in ("id", *source.columns))
    pairs = f"SELECT this.*, this.id IS NOT NULL AND NOT ({same}) AS differs FROM {these} this FULL JOIN {those} that ON that.id = this.id"
    return f"SELECT * FROM ({pairs} OFFSET 0) this WHERE differs"


def statements(registry: Registry) -> str:
    """All of it, safe to run again."""
    grants = grant_function(registry) + "".join(t for s in registry.grants.sources for t in grant_triggers(s))
    return "".join(row_triggers(synced) for synced in registry.synced) + grants + bodies.function(registry)


def _mark(registry: Registry) -> str:
    """What the database remembers of the declaration, and of what we made of it."""
    return f"{registry.fingerprint} {sha256(statements(registry).encode()).hexdigest()}"


async def install(connection: Any, registry: Registry) -> None:
    """Brings the database in line with the declaration; a changed one begins a new epoch, so that every device reloads."""
    from sync import doctor, epoch

    before, mark = await epoch.declared(connection), _mark(registry)
    if before == mark:
        return
    await connection.execute(statements(registry))
    await doctor.repair(connection, registry)
    same = before is not None and before.partition(" ")[0] == registry.fingerprint
    await (epoch.redeclare if same else epoch.begin)(connection, mark)
