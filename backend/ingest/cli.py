"""`./porchlight ingest PATH`."""

import argparse
import asyncio
from pathlib import Path

from backend.db import close_pool, open_pool
from backend.ingest.actions import load
from backend.ingest.wire import Report
from backend.ingest.words import told


def main(arguments: argparse.Namespace) -> int:
    """Load an extract and print its report; the exit code is not 0 when it was refused."""
    report = asyncio.run(_load(Path(arguments.path)))
    print(told(report))
    return 1 if report.state == "refused" else 0


async def _load(path: Path) -> Report:
    await open_pool()
    try:
        return await load(path)
    finally:
        await close_pool()
