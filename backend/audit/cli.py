"""`./porchlight audit`: is the record of acts what it was?"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from pathlib import Path

from backend.audit import actions
from backend.audit.tampering import try_everything
from backend.db import close_pool, open_pool
from backend.ground import standing


def main(arguments: argparse.Namespace) -> int:
    """One of verify, anchor, prove; 1 when something is wrong."""
    if arguments.what == "prove":
        return _prove(arguments.mutations, arguments.seed)
    anchors = None if arguments.anchors is None else Path(arguments.anchors)
    with standing():
        return asyncio.run(_standing(anchors, anchoring=arguments.what == "anchor"))


async def _standing(anchors: Path | None, *, anchoring: bool) -> int:
    await open_pool(size=2)
    try:
        return await (_anchor(anchors) if anchoring else _verify(anchors))
    finally:
        await close_pool()


async def _anchor(anchors: Path | None) -> int:
    await actions.seal_all()
    made = await actions.anchor(anchors)
    print(f"{made.seq} {made.hash}" if made else "There is nothing to anchor yet.")
    return 0


async def _verify(anchors: Path | None) -> int:
    began = time.monotonic()
    found = await actions.verify(anchors)
    print(f"{found.links} links, anchored up to {found.anchored}, verified in {time.monotonic() - began:.1f} s.")
    for fault in found.faults:
        print(fault, file=sys.stderr)
    print("Something was changed." if found.faults else "Nothing was changed.")
    return 1 if found.faults else 0


def _prove(mutations: int, seed: int) -> int:
    missed = try_everything(mutations, seed)
    print(f"{mutations} ways to change a chain, from seed {seed}: {len(missed)} not noticed.")
    for words in missed[:10]:
        print(words, file=sys.stderr)
    return 1 if missed else 0
