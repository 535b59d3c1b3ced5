"""Root: `./porchlight sync`, what an operator asks of sync: is it as the domain says, and which devices are there?"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

from backend.access import Actor, Role
from backend.db import DB, close_pool, connection, open_pool
from backend.devices.fleet import list_devices
from backend.devices.wire import DeviceView
from backend.registry import REGISTRY
from backend.rights import gaps
from sync import doctor

OPERATOR = Actor(UUID(int=0), Role.ADMIN, display_name="whoever may open this machine")
HEADS = ("person", "device", "last sync", "unsent", "refused", "parked", "clock", "app", "schema", "confirmed", "state")


def main(arguments: argparse.Namespace) -> int:
    """`doctor` answers 1 when it found drift, repaired or not."""
    if arguments.what == "doctor":
        return asyncio.run(_with_pool(lambda: _doctor(repair=arguments.repair)))
    return asyncio.run(_with_pool(_devices))


async def _doctor(*, repair: bool) -> int:
    async with DB.transaction(), connection() as held:
        drift = await (doctor.repair if repair else doctor.examine)(held, REGISTRY)
        bare = await gaps(held)
    done = ("put in", "taken out", "put right") if repair else ("missing", "too many", "wrong")
    print(f"sync_row: {drift.missing} {done[0]}, {drift.extra} {done[1]}. sync_grant: {drift.grants} {done[2]}.")
    print(f"Grown too old to travel, which is no fault: {drift.aged}.")
    if bare:
        print(f"People reach these without a policy: {', '.join(bare)}. Run ./porchlight migrate.", file=sys.stderr)
    if drift.found and not repair:
        print("Devices do not get what they should: run ./porchlight sync doctor --repair.", file=sys.stderr)
    return 1 if drift.found or bare else 0


async def _devices() -> int:
    rows: list[tuple[str, ...]] = [HEADS]
    after: UUID | None = None
    while True:
        page = await list_devices(OPERATOR, after)
        rows += [_row(device) for device in page.devices]
        after = page.after
        if after is None:
            break
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADS))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return 0


def _row(device: DeviceView) -> tuple[str, ...]:
    state = "closed" if device.closed_at else "usable"
    if device.revoked_at:
        state = "revoked, to be wiped" if device.wipe else "revoked"
    return (
        device.person,
        str(device.id),
        _when(device.seen_at),
        *(str(count) for count in (device.unsent, device.refused, device.parked)),
        f"{device.clock_ms / 1000:+.0f} s",
        device.app_version or "-",
        str(device.schema),
        _when(device.digest_at),
        state,
    )


def _when(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%d %H:%M") if at else "-"


async def _with_pool(do: Callable[[], Awaitable[int]]) -> int:
    await open_pool(size=2)
    try:
        return await do()
    finally:
        await close_pool()
