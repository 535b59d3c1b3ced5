"""The same work for every sync server: 500 documents of about 2 kB, a change of ten, a push of one, and nothing new."""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import aiohttp

DOCUMENTS = 500
CHANGED = 10
DELTAS, PUSHES = 20, 60
CLIENTS, NOTHING_NEW_S = 16, 3.0
SAID = (
    "Asked for a later date because of a work shift.",
    "Left a message, will call again on Monday.",
    "Brought the pay slips that were missing.",
    "Said the new job starts next month.",
    "No answer at the door, card left.",
)


class Answer(Protocol):
    """What one call to a server told: how many documents, bytes of body on the wire, and where to go on from."""

    count: int
    wire: int
    cursor: Any


class Peer(Protocol):
    """One server under measurement."""

    name: str

    def cpu_s(self) -> float:
        """What the server and its database have used so far."""

    async def reset(self) -> None:
        """Back to 500 documents, where a push adds one."""

    async def initial(self, http: aiohttp.ClientSession) -> Answer:
        """Everything, for a device that has nothing."""

    async def delta(self, http: aiohttp.ClientSession, cursor: Any) -> Answer:
        """What changed since."""

    async def change(self, http: aiohttp.ClientSession, many: int) -> None:
        """So many documents change, made by somebody else."""

    async def push(self, http: aiohttp.ClientSession) -> None:
        """One change by this device, durable when it is answered."""

    async def nothing_new(self, http: aiohttp.ClientSession, cursor: Any) -> int:
        """Ask when there is nothing; answers the bytes of the body."""


def text(rng: random.Random, size: int) -> str:
    """So many letters of invented notes, which pack as real ones do: sentences that recur, days and numbers that do not."""
    notes, length = [], 0
    while length < size:
        day = f"{rng.randint(1, 12)}/{rng.randint(1, 28)}/2026"
        notes.append(f"{day} {rng.getrandbits(48):012x} {rng.choice(SAID)}")
        length += len(notes[-1]) + 1
    return " ".join(notes)[:size]


async def once(peer: Peer) -> dict[str, float]:
    """One round of all the work: milliseconds, CPU milliseconds and bytes of each kind."""
    await peer.reset()
    connector = aiohttp.TCPConnector(limit=CLIENTS)
    async with aiohttp.ClientSession(connector=connector, auto_decompress=False) as http:
        figures: dict[str, float] = {}
        answer, figures["initial_ms"], figures["initial_cpu_ms"] = await timed(peer, lambda: peer.initial(http))
        assert answer.count >= DOCUMENTS, f"{peer.name} gave {answer.count}"
        figures["initial_wire"] = answer.wire
        cursor, times, cpu = answer.cursor, [], 0.0
        for _ in range(DELTAS):
            await peer.change(http, CHANGED)
            answer, ms, used = await timed(peer, lambda c=cursor: peer.delta(http, c))  # type: ignore[misc]
            assert answer.count >= CHANGED, f"{peer.name} gave {answer.count} of {CHANGED}"
            cursor, cpu = answer.cursor, cpu + used
            times.append(ms)
        figures |= {"delta_p50_ms": statistics.median(times), "delta_cpu_ms": cpu / DELTAS, "delta_wire": answer.wire}
        figures |= await _pushes(peer, http)
        cursor = (await peer.delta(http, cursor)).cursor
        return figures | await _nothing_new(peer, http, cursor)


async def timed(peer: Peer, work: Callable[[], Awaitable[Any]]) -> tuple[Any, float, float]:
    """What it answered, wall milliseconds and the server's CPU milliseconds."""
    cpu, began = peer.cpu_s(), time.perf_counter()
    answer = await work()
    return answer, (time.perf_counter() - began) * 1000, (peer.cpu_s() - cpu) * 1000


async def _pushes(peer: Peer, http: aiohttp.ClientSession) -> dict[str, float]:
    times, cpu = [], peer.cpu_s()
    for _ in range(PUSHES):
        _, ms, _ = await timed(peer, lambda: peer.push(http))
        times.append(ms)
    return {"push_p50_ms": statistics.median(times), "push_cpu_ms": (peer.cpu_s() - cpu) * 1000 / PUSHES}


async def _nothing_new(peer: Peer, http: aiohttp.ClientSession, cursor: Any) -> dict[str, float]:
    until, asked, size = time.perf_counter() + NOTHING_NEW_S, 0, 0
    cpu = peer.cpu_s()

    async def ask() -> None:
        nonlocal asked, size
        while time.perf_counter() < until:
            size = await peer.nothing_new(http, cursor)
            asked += 1

    await asyncio.gather(*(ask() for _ in range(CLIENTS)))
    used = peer.cpu_s() - cpu
    return {
        "nothing_new_per_s": asked / NOTHING_NEW_S,
        "nothing_new_cpu_ms": used * 1000 / asked,
        "nothing_new_per_cpu_s": asked / used,
        "nothing_new_bytes": size,
    }
