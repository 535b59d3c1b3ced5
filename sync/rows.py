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


def _arrive(synced: Synced, shown: Shown, unless: str) -> str:
    """Rows of `new` that travel and that devices do not already have as they are; in the index's order, which halves a load."""
    return f"""
    INSERT INTO sync_row ({KEY})
    SELECT n.{synced.scope}, {shown.mask("n")}, {shown.kind}, n.id FROM new_rows n
    WHERE {shown.holds("n")} {unless}
    ORDER BY 1, 2, 4
    ON CONFLICT ({KEY}) DO UPDATE
        SET rev = sync_row.rev + 1, gone = false, gone_at = NULL, x = pg_current_xact_id();"""


def _leave(synced: Synced, shown: Shown, unless: str) -> str:
    """Rows that devices may have and that no longer travel: tombstones with a stamp."""
    return f"""
    UPDATE sync_row r SET rev = r.rev + 1, gone = true, gone_at = now(), x = pg_current_xact_id()
    FROM old_rows o
    WHERE (r.scope, r.aud, r.kind, r.id) = (o.{synced.scope}, {shown.mask("o")}, {shown.kind}, o.id)
        AND NOT r.gone {unless};"""


def _on_insert(synced: Synced) -> str:
    return "".join(_arrive(synced, shown, "") for shown in synced.shown)


def _on_delete(synced: Synced) -> str:
    return "".join(_leave(synced, shown, "") for shown in synced.shown)


def _on_update(synced: Synced) -> str:
    parts = []
    for shown in synced.shown:
        same_place = f"o.id = n.id AND o.{synced.scope} = n.{synced.scope} AND {shown.mask('o')} = {shown.mask('n')}"
        stays = f"SELECT 1 FROM new_rows n WHERE {same_place} AND {shown.holds('n')}"
        as_before = (
            f"SELECT 1 FROM old_rows o WHERE {same_place} AND {shown.holds('o')} "
            f"AND {_columns(synced, shown, 'o')} IS NOT DISTINCT FROM {_columns(synced, shown, 'n')}"
        )
        parts.append(_leave(synced, shown, f"AND NOT EXISTS ({stays})"))
        parts.append(_arrive(synced, shown, f"AND NOT EXISTS ({as_before})"))
    return "".join(parts)


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
    """The rows of `these` that do not stand in `those` with the same values where it matters."""
    same = " AND ".join(("that.id = this.id", *(f"that.{c} IS NOT DISTINCT FROM this.{c}" for c in source.columns)))
    return f"SELECT this.* FROM {these} this WHERE NOT EXISTS (SELECT 1 FROM {those} that WHERE {same})"


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
