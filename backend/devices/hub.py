"""Open screens that want to know when to ask: each process maps scopes to the people connected to it.

A poke says nothing but "ask". Losing all of them costs a device at most its polling interval.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from uuid import UUID

import msgspec

from backend.db import connection
from backend.metrics import POKES
from backend.wake import current

KEEP_ALIVE_S = 20.0
LIFE_S = 300.0  # then the browser asks again, and is asked again who it is
POKE = b"event: poke\ndata: \n\n"
KEEP_ALIVE = b": still here\n\n"

# Only those who hold an audience of the scope that it concerns: the other parent must not learn even that something happened.
WHO = """
SELECT DISTINCT g.principal FROM unnest($1::uuid[], $2::int2[]) AS told (scope, audience)
JOIN sync_grant g ON g.scope = told.scope AND (g.mask & told.audience) <> 0 WHERE g.principal = ANY($3)"""


class Hub:
    """The people whose screens are open in this process. `start` once the Wake runs."""

    def __init__(self) -> None:
        self._screens: dict[UUID, set[asyncio.Event]] = defaultdict(set)
        self._silence: Callable[[], None] | None = None
        self.closing = asyncio.Event()

    def start(self) -> None:
        """Begins to hear pokes."""
        self._silence = current().subscribe("poke", self._heard)

    def stop(self) -> None:
        """Stops hearing, and ends every stream."""
        if self._silence:
            self._silence()
        self.closing.set()
        for screens in self._screens.values():
            for screen in screens:
                screen.set()

    @contextmanager
    def screen(self, principal: UUID) -> Iterator[asyncio.Event]:
        """An event that is set whenever this person should ask."""
        poked = asyncio.Event()
        self._screens[principal].add(poked)
        try:
            yield poked
        finally:
            self._screens[principal].discard(poked)
            if not self._screens[principal]:
                del self._screens[principal]

    async def stream(self, principal: UUID) -> AsyncIterator[bytes]:
        """The bytes of one open screen's event stream, until it or we leave."""
        with self.screen(principal) as poked:
            yield KEEP_ALIVE
            ends = monotonic() + LIFE_S
            while not self.closing.is_set() and monotonic() < ends:
                try:
                    async with asyncio.timeout(KEEP_ALIVE_S):
                        await poked.wait()
                except TimeoutError:
                    yield KEEP_ALIVE
                    continue
                poked.clear()
                if not self.closing.is_set():
                    POKES.inc()
                    yield POKE

    async def _heard(self, message: str) -> None:
        told = dict(msgspec.json.decode(message, type=list[tuple[UUID, int]]))
        if not self._screens:
            return
        async with connection() as c:
            rows = await c.fetch(WHO, list(told), list(told.values()), list(self._screens))
        for principal in {row["principal"] for row in rows}.union(told) & self._screens.keys():
            for screen in self._screens[principal]:
                screen.set()
