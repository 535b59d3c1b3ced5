"""What the database holds after a load, without what chance gave it (ids, moments)."""

from __future__ import annotations

from typing import Any

from backend.db import connection
from backend.ingest.files import FILES

PARENTS = {"case_id": ("ivd_case", "case_number"), "order_id": ("support_order", "order_id"), "payment_id": ("payment", "trace")}


async def mirrored(held: Any = None) -> dict[str, list[str]]:
    """Every mirrored row as JSON, by table, with parents named instead of numbered."""
    if held is None:
        async with connection() as acquired:
            return await mirrored(acquired)
    return {spec.noun: await _table(held, spec.noun) for spec in FILES}


async def _table(held: Any, table: str) -> list[str]:
    columns = [
        row["column_name"] for row in await held.fetch("SELECT column_name FROM information_schema.columns WHERE table_name = $1", table)
    ]
    parents = {name: PARENTS[name] for name in columns if name in PARENTS and not (name == "order_id" and table == "support_order")}
    named = "".join(
        f" || jsonb_build_object('{name}', (SELECT p.{natural} FROM {parent} p WHERE p.id = t.{name}))"
        for name, (parent, natural) in parents.items()
    )
    rows = await held.fetch(f"SELECT ((to_jsonb(t) - 'id'){named})::text AS row FROM {table} t ORDER BY 1")
    return [row["row"] for row in rows]


async def value(sql: str, *args: Any) -> Any:
    """One value."""
    async with connection() as held:
        return await held.fetchval(sql, *args)


async def values(sql: str, *args: Any) -> list[Any]:
    """One column."""
    async with connection() as held:
        return [row[0] for row in await held.fetch(sql, *args)]


async def verbs() -> list[str]:
    """The verbs of the journal in order, without the loads' own."""
    return [verb for verb in await values("SELECT verb FROM journal ORDER BY id") if verb != "batch.loaded"]
