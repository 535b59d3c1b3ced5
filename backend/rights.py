"""The role under which people are served, and what it may see: made from the registry and `backend/policy/rows.py`.

The role belongs to the cluster and owns nothing. Where ours may not make it, an administrator of the database does, once.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Final

from backend.db import PERSON_ROLE
from sync import guard
from sync.guard import Guard

MAY_MAKE: Final = "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
MAKE: Final = f"""
DO $$ BEGIN
    CREATE ROLE {PERSON_ROLE} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; -- another database of this cluster came first
END $$;"""
JOIN: Final = f"GRANT {PERSON_ROLE} TO CURRENT_USER WITH INHERIT FALSE, SET TRUE"
ASK_FOR: Final = f"""The role {PERSON_ROLE}, under which people are served, has to be made by an administrator of the database:
    CREATE ROLE {PERSON_ROLE} NOLOGIN NOBYPASSRLS;
    GRANT {PERSON_ROLE} TO {{login}} WITH INHERIT FALSE, SET TRUE;
Then migrate again."""

# Whether the role is there, is ours to take, can pass by no policy, and owns nothing here.
SOUND: Final = f"""
SELECT r.oid IS NOT NULL AND NOT r.rolsuper AND NOT r.rolbypassrls AND pg_has_role(current_user, r.oid, 'SET')
    AND NOT EXISTS (SELECT FROM pg_auth_members m WHERE m.member = r.oid)
    AND NOT EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid)
FROM (SELECT 1) one LEFT JOIN pg_roles r ON r.rolname = '{PERSON_ROLE}'"""  # noqa: S608
HELD: Final = f"""
SELECT obj_description('sync_grant'::regclass) AS mark,
    (SELECT has_table_privilege(oid, 'sync_manifest', 'SELECT') OR has_any_column_privilege(oid, 'sync_manifest', 'SELECT')
        FROM pg_roles WHERE rolname = '{PERSON_ROLE}') AS granted"""  # noqa: S608
COLUMNS: Final = """
SELECT c.relname AS table, array_agg(a.attname::text ORDER BY a.attnum) AS columns FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped GROUP BY c.relname"""

# Nothing is anybody's but the owner's, unless it is given below; the functions of triggers run as their owner.
CLOSED: Final = f"""
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {PERSON_ROLE}, PUBLIC;
REVOKE CREATE ON SCHEMA public FROM {PERSON_ROLE}, PUBLIC;
GRANT USAGE ON SCHEMA public TO {PERSON_ROLE};"""


# Every table and view, whether the role may touch it, and whether its rows are guarded.
REACHED: Final = f"""
SELECT c.relname AS table, c.relrowsecurity AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid) AS guarded,
    has_any_column_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES')
        OR has_table_privilege(r.oid, c.oid, 'DELETE, TRUNCATE, TRIGGER') AS reached
FROM pg_class c JOIN pg_roles r ON r.rolname = '{PERSON_ROLE}'
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY 1"""  # noqa: S608


class NoRole(RuntimeError):
    """The role is not there, and ours may not make it, or it is not what it must be."""


def guards() -> dict[str, Guard]:
    """Every table that a person's line may touch, and how far."""
    from backend.policy.rows import HIDDEN, OTHERS, WRITES
    from backend.registry import REGISTRY, STAFF

    made = guard.declared(REGISTRY, STAFF)
    for table, also in WRITES.items():
        made[table] = made[table]._replace(also=also)
    for table, hidden in HIDDEN.items():
        made[table] = made[table]._replace(hidden=hidden)
    return {**made, **OTHERS}


async def sound(held: Any) -> bool:
    """Whether the second lock can hold here: the role is what it must be."""
    return bool(await held.fetchval(SOUND))


async def gaps(held: Any) -> list[str]:
    """Tables that a person's line reaches without a policy, or without standing in `backend/policy/rows.py`."""
    declared = guards()
    return [row["table"] for row in await held.fetch(REACHED) if row["reached"] and not (row["guarded"] and row["table"] in declared)]


async def install(held: Any) -> None:
    """Makes the role if it is missing, and brings its rights in line with what is declared. Raises NoRole."""
    if not await sound(held):
        await _make_role(held)
    columns = {row["table"]: row["columns"] for row in await held.fetch(COLUMNS)}
    rights = CLOSED + "".join(guard.statements(table, each, PERSON_ROLE, columns[table]) for table, each in guards().items())
    mark = sha256(rights.encode()).hexdigest()
    stands = await held.fetchrow(HELD)
    if stands["mark"] == mark and stands["granted"] and not await gaps(held):
        return
    await held.execute(f"{rights} COMMENT ON TABLE sync_grant IS '{mark}'")


async def _make_role(held: Any) -> None:
    if await held.fetchval(MAY_MAKE):
        await held.execute(MAKE)
        await held.execute(JOIN)
    if not await sound(held):
        raise NoRole(ASK_FOR.format(login=await held.fetchval("SELECT quote_ident(session_user)")))
