"""The second lock: PostgreSQL itself shows a person's line only the rows that its grants name, whatever a statement forgets.

Made from the same declaration as the triggers. A line says in each transaction whose it is (PRINCIPAL); where nobody was named, a
policy raises. A policy speaks of rows: that a row's columns stand in different projections is the first lock's.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from sync.declare import Registry, Synced

PRINCIPAL: Final = "sync.principal"
ME: Final = f"(SELECT current_setting('{PRINCIPAL}')::uuid)"  # asked once for a statement
OF_ME: Final = f"principal = {ME}"

# Names the principal for this statement alone. What reads by it has to be read after it: see `after`.
SAID: Final = f"said AS MATERIALIZED (SELECT set_config('{PRINCIPAL}', ($1::uuid)::text, true) AS it)"


def after(columns: str, rest: str) -> str:
    """SQL of `SELECT columns rest` of which nothing is begun before SAID was; `rest` ends where a WHERE may follow."""
    return f"(SELECT a.* FROM said CROSS JOIN LATERAL (SELECT {columns} {rest} WHERE said.it IS NOT NULL OFFSET 0) a)"


class Guard(NamedTuple):
    """A table of which a person's line sees the rows (alias `t`) for which `mine` is true, and what it may do with them.

    `hidden` are columns that are never told, not even of one's own row; without `reads`, none is.
    """

    mine: str
    also: tuple[str, ...] = ()  # beside SELECT
    hidden: tuple[str, ...] = ()
    reads: bool = True


def granted(scope: str, mask: str) -> str:
    """SQL that is true when a grant that the line may see, so one of its principal's, is of that scope and reaches that audience."""
    return f"EXISTS (SELECT FROM sync_grant g WHERE g.scope = {scope} AND (g.mask & ({mask})) <> 0)"


def stamped(many: int) -> str:
    """The same of a row's stamp. Who holds hundreds of scopes holds them by the audience `many`: those are gathered once."""
    gathered = f"SELECT g.scope FROM sync_grant g WHERE (g.mask & {many}) <> 0"
    return f"((t.aud & {many}) <> 0 AND t.scope IN ({gathered})) OR {granted('t.scope', 't.aud')}"


ENGINE: Final = {
    "sync_grant": Guard(f"t.{OF_ME}"),
    "sync_manifest": Guard(f"t.{OF_ME}"),
    "sync_epoch": Guard("true"),
    "sync_device": Guard(f"t.{OF_ME}", ("UPDATE (last_n, crashes)",)),  # of its changes alone: whether it is trusted is ours
    "sync_mutation": Guard("EXISTS (SELECT FROM sync_device d WHERE d.id = t.device)", ("INSERT",)),
}


def audience(synced: Synced) -> str:
    """SQL of all bits that any projection of a row reaches."""
    constant = 0
    columns = []
    for shown in synced.shown:
        if isinstance(shown.audience, int):
            constant |= shown.audience
        else:
            columns.append(f"t.{shown.audience}")
    return " | ".join(([f"{constant}::int2"] if constant else []) + sorted(set(columns)))


def declared(registry: Registry, many: int) -> dict[str, Guard]:
    """The engine's own tables, and every noun that travels: it may be read. `many` is the audience of people with many scopes."""
    nouns = {synced.table: Guard(granted(f"t.{synced.scope}", audience(synced))) for synced in registry.synced}
    return {"sync_row": Guard(stamped(many))} | ENGINE | nouns


def statements(table: str, guard: Guard, role: str, columns: Sequence[str]) -> str:
    """The policy and the rights of one table, safe to run again; `columns` are all that it has."""
    mine = re.sub(r"\bt\.", f"{table}.", guard.mine)
    told = ", ".join(column for column in columns if column not in guard.hidden)
    reads = f"GRANT SELECT ({told}) ON {table} TO {role};" if guard.reads else ""
    also = "".join(f"GRANT {right} ON {table} TO {role};" for right in guard.also)
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS of_person ON {table};
CREATE POLICY of_person ON {table} USING ({mine});
REVOKE ALL ON {table} FROM {role};
{reads}{also}"""
