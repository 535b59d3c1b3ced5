"""What must not grow with the agency: a supervisor who holds 5,000 cases, and a ledger of ten million payments."""

from __future__ import annotations

import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from backend.db import close_pool, connection, open_pool
from tests.bench.ours import Ours
from tests.bench.stage import stage
from tests.bench.work import once
from tests.journeys.house import house

ROUNDS = 3
SUPERVISED = 5_000
MONTHS = 200  # of payments in one case

FAMILIES = """
INSERT INTO ivd_case (case_number, status, stage, office_code, opened_on)
SELECT 'L' || n, 'open', 'enforcement', 'EAST', date '2010-01-02' FROM generate_series(1, $1::int) n"""
MONTH = """
INSERT INTO payment (case_id, originator, trace, amount_cents, source, settled_on, paid_on, posted_on)
SELECT id, 'SDU', 'T' || $1::int || '-' || case_number, 41200, 'self', paid_on, paid_on, paid_on
FROM ivd_case, (SELECT current_date - 30 * $1::int AS paid_on) t"""
PAID = """
UPDATE payment SET amount_cents = amount_cents + 1 WHERE id IN (
    SELECT p.id FROM assignment a JOIN payment p USING (case_id) WHERE p.paid_on > current_date - 100 ORDER BY random() LIMIT $1)"""

SIZES = "SELECT (SELECT count(*) FROM payment), (SELECT count(*) FROM sync_row), pg_database_size(current_database())"


async def supervisor() -> dict[str, Any]:
    """The same work as beside the peers, for somebody with ten times the grants."""
    async with _served(Ours("", (), cases=SUPERVISED)) as (ours, _):
        return {"cases": SUPERVISED, **await _work(ours)}


async def ledger(payments: int) -> dict[str, Any]:
    """The same work for a worker with 500 cases, on a database with so many payments; the changes are payments."""
    async with _served(Ours("", (), changes=PAID)) as (ours, held):
        began = time.perf_counter()
        await held.execute(FAMILIES, max(0, payments // MONTHS - ours.cases))
        for month in range(MONTHS):
            await held.execute(MONTH, month)
        await held.execute("VACUUM ANALYZE")
        filled_s = time.perf_counter() - began
        rows = await held.fetchrow(SIZES)
        about = {"payments": rows[0], "sync_rows": rows[1], "database_mb": rows[2] >> 20, "filled_s": round(filled_s)}
        return {**about, **await _work(ours)}


@asynccontextmanager
async def _served(ours: Ours) -> AsyncIterator[tuple[Ours, Any]]:
    """Its cases in a database of their own, an API process before it, and a connection that belongs to nobody else."""
    with stage(demo=False) as server, house(server.url()) as made:
        postmaster = int((server.folder / "postmaster.pid").read_text().split("\n", 1)[0])
        await open_pool()
        try:
            await ours.fill()
            ours.origin, ours.pids = made.origin, (made.api().child.pid, postmaster)
            async with aiohttp.ClientSession(auto_decompress=False) as http:
                await ours.sign_in(http)
                await ours.warm(http)
            async with connection() as held:
                yield ours, held
        finally:
            await close_pool()


async def _work(ours: Ours) -> dict[str, float]:
    rounds = [await once(ours) for _ in range(ROUNDS + 1)][1:]
    return {name: round(statistics.median(one[name] for one in rounds), 2) for name in rounds[0]}
