"""Finds due jobs and delivers them: woken by a hint, and by a sweep every second, which is the truth."""

from __future__ import annotations

import asyncio
import contextvars
import logging
from collections.abc import Awaitable, Callable

from backend import jobs, wake
from backend.jobs import Claim

Deliver = Callable[[Claim], Awaitable[None]]
Room = Callable[[], Awaitable[int]]

SWEEP_S = 1.0
ENSURE_EVERY = 300  # sweeps
STOP_S = 10.0

log = logging.getLogger(__name__)


class Dispatcher:
    """Claims as much as there is room for, and delivers each claim in a task of its own."""

    def __init__(self, deliver: Deliver = jobs.execute, concurrency: int = 6, room: Room | None = None) -> None:
        self._deliver = deliver
        self._concurrency = concurrency
        self._room = room
        self._stirred = asyncio.Event()
        self._deliveries: set[asyncio.Task[None]] = set()
        self._loop: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin, in the background."""
        self._unsubscribe = wake.current().subscribe(wake.JOBS, self._hear, self._stir)
        self._loop = asyncio.get_running_loop().create_task(self._run(), context=contextvars.Context())

    async def stop(self) -> None:
        """Claim no more; give what runs a few seconds, then let it go for another process."""
        self._unsubscribe()
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)
        if self._deliveries:
            _, late = await asyncio.wait(self._deliveries, timeout=STOP_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _hear(self, kind: str) -> None:
        self._stirred.set()

    async def _stir(self) -> None:
        self._stirred.set()

    async def _run(self) -> None:
        sweeps = 0
        while True:
            try:
                if sweeps % ENSURE_EVERY == 0:
                    await jobs.ensure_periodic()
                sweeps += 1
                while await self._sweep():
                    pass
            except Exception as error:  # the database may be away for a while: the table waits
                log.warning("the job table could not be read: %s", type(error).__name__)
                await asyncio.sleep(SWEEP_S)
            try:
                async with asyncio.timeout(SWEEP_S):
                    await self._stirred.wait()
            except TimeoutError:
                pass
            self._stirred.clear()

    async def _sweep(self) -> bool:
        """Claim once; true when there may be more."""
        room = self._concurrency - len(self._deliveries)
        if self._room is not None:
            room = min(room, await self._room())
        if room <= 0:
            return False
        claims = await jobs.claim(room)
        for claimed in claims:
            task = asyncio.create_task(self._deliver_one(claimed))
            self._deliveries.add(task)
            task.add_done_callback(self._delivered)
        return len(claims) == room and len(self._deliveries) < self._concurrency

    async def _deliver_one(self, claimed: Claim) -> None:
        try:
            await self._deliver(claimed)
        except Exception:  # its lease runs out, and it is claimed again
            log.exception("job %d could not be delivered", claimed.id)

    def _delivered(self, task: asyncio.Task[None]) -> None:
        self._deliveries.discard(task)
        self._stirred.set()
