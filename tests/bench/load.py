"""A million payments through the extract loader, beside a bare COPY of the same rows."""

from __future__ import annotations

from typing import Any

from tests.bench.stage import stage

ROWS = 1_000_000


async def measure() -> dict[str, Any]:
    """Rows per second of both, and how many times slower the loader is."""
    from backend.db import close_pool, open_pool
    from backend.ingest.bench import bench_payments

    with stage(demo=False):
        await open_pool()
        try:
            return await bench_payments(ROWS)
        finally:
            await close_pool()
