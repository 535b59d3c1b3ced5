"""Root: `./porchlight quarantine`, `exposure` and `incident`, for whoever may open this machine.

Work of devices that are no longer trusted; what was ever visible to whom; and taking trust away, at once.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from uuid import UUID

import msgspec

from backend.access import Actor, Role
from backend.db import close_pool, open_pool
from backend.devices.exposure import exposure_of
from backend.devices.incident import close_person, close_unit, recall_release, retire_key
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


def exposure(arguments: argparse.Namespace) -> int:
    """`./porchlight exposure PERSON`: a line for each case and device, as JSON."""
    return asyncio.run(_standing(lambda: tell_exposure(arguments.person)))


def incident(arguments: argparse.Namespace) -> int:
    """`./porchlight incident WHAT WHICH`."""
    return asyncio.run(_standing(lambda: respond(arguments.what, arguments.which)))


async def tell_exposure(person: str) -> int:
    """What of this person was visible to whom; that it was asked is recorded."""
    found = await exposure_of(OPERATOR, REGISTRY, person)
    for one in found.exposed:
        print(msgspec.json.encode(one).decode())
    if not found.complete:
        print("There is more than is told here.", file=sys.stderr)
    return 0


async def respond(what: str, which: str) -> int:
    """Take trust away, and say what was done."""
    if what == "user":
        print(f"{which} is closed; {await close_person(OPERATOR, which)} devices are told to forget")
    elif what == "unit":
        print(f"{which} is closed; {await close_unit(OPERATOR, which)} devices are told to forget")
    elif what == "key":
        print(f"the {which} key is now {await retire_key(OPERATOR, 'lease' if which == 'lease' else 'outbox')}")
    else:
        await recall_release(OPERATOR, which)
        print(f"leases say that an app older than {which} is not to be used")
    return 0


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
