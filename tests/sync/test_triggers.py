"""How the triggers of `sync/rows.py` are planned: once for each connection, at the first change it makes, often of a single row."""

from typing import Any

import pytest

from backend.db import DB, connection
from backend.registry import REGISTRY
from sync import rows
from sync.declare import GrantSource, Synced

pytestmark = pytest.mark.usefixtures("db")

WATCH = """
CREATE OR REPLACE FUNCTION seen_plan() RETURNS trigger LANGUAGE plpgsql AS $seen$
DECLARE line text; whole text := '';
BEGIN
    FOR line IN EXPLAIN {} LOOP whole := whole || line || E'\\n'; END LOOP;
    PERFORM set_config('seen.plan', whole, true);
    RETURN NULL;
END $seen$;
CREATE OR REPLACE TRIGGER seen_plan AFTER UPDATE ON {}
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION seen_plan();"""


async def plan(held: Any, table: str, statement: str) -> str:
    """As a trigger would keep it that first fires for next to nothing."""
    await held.execute(WATCH.format(statement, table))
    await held.execute(f"UPDATE {table} SET id = id WHERE false")
    planned: str = await held.fetchval("SELECT current_setting('seen.plan')")
    await held.execute(f"DROP TRIGGER seen_plan ON {table}")
    return planned


@pytest.mark.parametrize("synced", REGISTRY.synced, ids=lambda synced: synced.noun)
async def test_thousands_of_changed_rows_are_never_compared_with_each_other_one_by_one(synced: Synced) -> None:
    (*statements, rest) = rows._on_update(synced).split(";")
    assert (len(statements), rest.strip()) == (2 * len(synced.shown), "")
    async with DB.transaction(), connection() as held:
        plans = [await plan(held, synced.table, statement) for statement in statements]
    assert [each for each in plans if "Full Join" not in each] == []


@pytest.mark.parametrize("source", REGISTRY.grants.sources, ids=lambda source: source.table)
async def test_nor_are_those_that_change_rights(source: GrantSource) -> None:
    async with DB.transaction(), connection() as held:
        for sides in (("old_rows", "new_rows"), ("new_rows", "old_rows")):
            assert "Full Join" in await plan(held, source.table, rows._only(source, *sides))
