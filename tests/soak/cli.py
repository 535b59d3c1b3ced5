"""`./porchlight soak`: kills at random under load, or every order of transactions; figures as JSON on standard output."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from dataclasses import asdict
from typing import Any

from backend import db
from backend.embedded import DATABASE, Embedded, ensure_database
from tests.bench.stage import stage
from tests.soak import push
from tests.soak.kill import soak
from tests.sync.schedules.orders import all_orders, scheduled
from tests.sync.schedules.scenarios import SCENARIOS


def main(arguments: argparse.Namespace) -> int:
    """Answers 1 when a promise was broken."""
    with stage(demo=False) as server:
        if arguments.push:
            figures = asyncio.run(push.soak(server.url(), arguments.push, arguments.kills, arguments.seed))
        elif arguments.schedules:
            figures = asyncio.run(_schedules(server))
        else:
            rounds = (arguments.rounds, arguments.rounds)
            figures = asyncio.run(soak(server, rounds, arguments.seconds, arguments.seed))
    print(json.dumps(figures, indent=2))
    return 0 if figures["clean"] else 1


async def _schedules(server: Embedded) -> dict[str, Any]:
    """Every order of every scenario, each on a database of its own; the first that shows a phone something else ends it."""
    figures: dict[str, Any] = {}
    began = time.monotonic()
    for place, scenario in enumerate(SCENARIOS):
        print(f"{scenario.name} …", file=sys.stderr, flush=True)
        name = f"orders_{place}"
        await ensure_database(server, name, DATABASE)
        await db.open_pool(server.url(name))
        try:
            async with scheduled(server.url(name), scenario) as schedules:
                figures[scenario.name] = asdict(await schedules.run(all_orders()))
        finally:
            await db.close_pool()
    return figures | {"clean": True, "seconds": round(time.monotonic() - began, 1)}
