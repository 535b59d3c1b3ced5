"""`./porchlight noninterference`: worlds in pairs, on a database of its own, and whatever a parent could tell apart."""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from itertools import count
from pathlib import Path

from backend.embedded import Embedded, ensure_database

SHOWN = 10
EVERY = 1000


def main(arguments: argparse.Namespace) -> int:
    """Answers 1 when any pair differs."""
    with tempfile.TemporaryDirectory(prefix="porchlight-pairs-") as folder:
        Path(folder).chmod(0o755)
        server = Embedded(Path(folder) / "postgres", unsafe=True)
        server.start()
        try:
            os.environ.update(DATABASE_URL=server.url("pairs"), PORCHLIGHT_DATA=f"{folder}/data")
            for name in ("REDIS_URL", "DROP_FOLDER", "EXTRACT_KEYS"):
                os.environ.pop(name, None)
            return asyncio.run(_play(server, arguments))
        finally:
            server.stop()


async def _play(server: Embedded, arguments: argparse.Namespace) -> int:
    from backend import db
    from tests.privacy.pairs import pairs
    from tests.privacy.stage import stage

    await ensure_database(server, "pairs")
    subprocess.run([sys.executable, "-m", "backend.migrate"], check=True, capture_output=True)
    await db.open_pool()
    began, seen, told = time.monotonic(), 0, 0
    async with stage() as on:
        async for each in pairs(on, (f"{arguments.seed}/{number}" for number in count())):
            seen += 1
            if each is not None:
                told += 1
                if told <= SHOWN:
                    print(each, flush=True)
            if seen % EVERY == 0:
                print(f"{seen} pairs, {told} told apart, {time.monotonic() - began:.0f} s", flush=True)
            if seen >= arguments.pairs:
                break
    await db.close_pool()
    print(f"{seen} pairs of worlds, {told} told apart, in {time.monotonic() - began:.0f} s")
    return 1 if told else 0
