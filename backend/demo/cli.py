"""`./porchlight demo extract | load | tomorrow`."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path

from backend.db import close_pool, open_pool
from backend.demo import actions
from backend.ingest.wire import Report
from backend.ingest.words import told


def main(arguments: argparse.Namespace) -> int:
    """Carry out what was asked; answers the exit code."""
    if arguments.what == "extract":
        return _extract(arguments)
    nothing = {
        "load": "Something is loaded here already; the demonstration agency needs an empty database.",
        "tomorrow": "There is no next day: the demonstration agency is not loaded here, or its last day has come.",
    }
    doing = {"load": actions.load_if_empty, "tomorrow": actions.load_tomorrow}
    report = asyncio.run(_with_pool(doing[arguments.what]))
    if report is None:
        print(nothing[arguments.what], file=sys.stderr)
        return 1
    print(told(report))
    return 1 if report.state == "refused" else 0


def _extract(arguments: argparse.Namespace) -> int:
    out = Path(arguments.out) if arguments.out else actions.folder()
    anchor = getattr(arguments, "anchor", None)
    day = date.fromisoformat(anchor) if anchor else None
    actions.write_extracts(out, seed=arguments.seed, anchor=day, cases=arguments.cases, days=arguments.days)
    print(f"The extracts are in {out}: the full one, and a delta for each of {arguments.days} business days.")
    print(f"Load them in this order: ./porchlight ingest {out / 'full'}, then {out / 'delta-001'} …")
    return 0


async def _with_pool(do: Callable[[], Awaitable[Report | None]]) -> Report | None:
    await open_pool()
    try:
        return await do()
    finally:
        await close_pool()
