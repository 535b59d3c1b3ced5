"""Root: `./porchlight quarantine`, what an operator does with work that came from devices that are no longer trusted."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from uuid import UUID

from backend.access import Actor, Role
from backend.db import close_pool, open_pool
from backend.devices.quarantine import discard, list_kept, read_kept, release
from backend.errors import Refused
from backend.registry import REGISTRY

OPERATOR = Actor(UUID(int=0), Role.ADMIN, display_name="whoever may open this machine")


def main(arguments: argparse.Namespace) -> int:
    """One of list, show, release, discard; 1 when there is no such item."""
    if arguments.what == "list":
        return asyncio.run(_standing(list_items))
    do = {"show": show, "release": release_item, "discard": discard_item}[arguments.what]
    return asyncio.run(_standing(lambda: do(arguments.item)))


async def list_items() -> int:
    """What waits, a line for each."""
    after: UUID | None = None
    while True:
        page = await list_kept(OPERATOR, after)
        for item in page.items:
            print(f"{item.id}  {item.kept_at:%Y-%m-%d %H:%M}  {item.person}  {item.name}  {item.scope or '-'}")
        after = page.after
        if after is None:
            return 0


async def show(item: UUID) -> int:
    """One of them as it was written; that it was shown is recorded."""
    print(bytes((await read_kept(OPERATOR, item)).content).decode())
    return 0


async def release_item(item: UUID) -> int:
    """Have it done, and say what became of it."""
    done = await release(OPERATOR, REGISTRY, item)
    print(done.outcome if done.code is None else f"{done.outcome}: {done.code}")
    return 0


async def discard_item(item: UUID) -> int:
    """Have it forgotten."""
    await discard(OPERATOR, item)
    print("discarded")
    return 0


async def _standing(do: Callable[[], Awaitable[int]]) -> int:
    await open_pool(size=2)
    try:
        return await do()
    except Refused as refused:
        print(refused.message, file=sys.stderr)
        return 1
    finally:
        await close_pool()
