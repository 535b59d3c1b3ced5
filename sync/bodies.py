"""The bodies of rows, as PostgreSQL makes them: one function for all nouns, each of whose statements is planned when first needed.

Standing in the pull itself, three dozen projections would be planned anew on each line and made ready for each answer,
though most answers hold rows of one or two nouns. The function is STABLE, so it sees the snapshot of the statement that
calls it, and it runs as who calls it, so under the policies of rows. Its name holds the hash of its text: a process always
calls the one that was made for it, also while another version is being deployed beside it.
"""

from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import get_args

from sync.declare import Registry, Shown, Synced

PREFIX = "sync_bodies_"
TAKES = "kind_ int2, parts int[], scopes uuid[], auds int2[], ids uuid[], revs int4[]"
GIVES = "part int, scope uuid, aud int2, kind int2, id uuid, rev int4, body text"

# Of older versions the last one stays: processes that call it may still run.
FORGET = f"""
DO $sync$ DECLARE old regprocedure; BEGIN
    FOR old IN SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname LIKE '{PREFIX}%'
        AND proname <> '{{name}}' ORDER BY oid DESC OFFSET 1
    LOOP EXECUTE 'DROP FUNCTION ' || old; END LOOP;
END $sync$;"""


def value_of(synced: Synced, column: str) -> str:
    """SQL of a column as it travels."""
    if column in synced.sql:
        return synced.sql[column]
    declared = synced.body.__annotations__[column]
    if datetime in (declared, *get_args(declared)):
        return f"to_char(t.{column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"
    return f"t.{column}"


@cache
def name(registry: Registry) -> str:
    """What the function is called."""
    return PREFIX + sha256(_text(registry).encode()).hexdigest()[:16]


def function(registry: Registry) -> str:
    """The function, safe to make again, and an end to those that nobody calls any more."""
    called = name(registry)
    return f"""
CREATE OR REPLACE FUNCTION {called}({TAKES}) RETURNS TABLE ({GIVES}) LANGUAGE plpgsql STABLE AS $sync$
#variable_conflict use_column
BEGIN CASE kind_{_text(registry)}
END CASE; END $sync$;{FORGET.format(name=called)}"""


def held(registry: Registry) -> str:
    """A part of the pull that nobody reads: it names every table of a body, so that each is locked before the snapshot is taken.

    The function itself meets them later. A table that was rewritten between the two would be empty to that snapshot.
    """
    tables = dict.fromkeys(synced.table for synced in registry.synced)
    return f"held AS (SELECT FROM {', '.join(tables)})"


def _text(registry: Registry) -> str:
    return "".join(_of(synced, shown) for synced, shown in registry.shown())


def _of(synced: Synced, shown: Shown) -> str:
    """The bodies of one projection. row_to_json writes no spaces, unlike json_build_object."""
    values = ", ".join(f"{value_of(synced, c)} AS {c}" for c in shown.columns)
    return f"""
WHEN {shown.kind} THEN RETURN QUERY
    SELECT a.part, a.scope, a.aud, kind_, a.id, a.rev, row_to_json(b)::text
    FROM unnest(parts, scopes, auds, ids, revs) a (part, scope, aud, id, rev)
    JOIN {synced.table} t ON t.id = a.id CROSS JOIN LATERAL (SELECT {values}) b;"""
