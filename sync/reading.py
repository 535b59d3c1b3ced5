"""One scope as somebody with a mask may see it now: the same projections that devices get, read once, kept nowhere."""

from collections.abc import Callable
from functools import cache

from sync.bodies import value_of
from sync.declare import Registry, Shown, Synced

Label = Callable[[Synced, Shown], str]


@cache
def statement(registry: Registry, label: Label) -> str:
    """SQL of (kind, id, body): $1 the scope, $2 the mask, $3 the labels that are open, null for all."""
    return "\nUNION ALL ".join(_rows(synced, shown, label) for synced, shown in registry.shown())


def _rows(synced: Synced, shown: Shown, label: Label) -> str:
    values = ", ".join(f"{value_of(synced, column)} AS {column}" for column in shown.columns)
    return (
        f"SELECT {shown.kind}::int2 AS kind, t.id, row_to_json(b)::text AS body "
        f"FROM {synced.table} t CROSS JOIN LATERAL (SELECT {values}) b "
        f"WHERE t.{synced.scope} = $1 AND {shown.holds('t')} AND ({shown.mask('t')} & $2::int2) <> 0 "
        f"AND ($3::text[] IS NULL OR '{label(synced, shown)}' = ANY($3))"
    )
