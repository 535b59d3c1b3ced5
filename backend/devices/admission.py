"""How much heavy work is done at once in this process, so that a day on which everybody comes back stays a day of work.

A load costs a hundred times what a delta does, and an outbox of a week fifty times what one message does. Some run, some
wait in a line, and whoever comes after that is asked to come again; the line is what keeps every place in use while others
are away. Small pushes and deltas never wait: what is heavy holds fewer connections to the database than there are.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

OUTBOXES_AT_ONCE, OUTBOXES_IN_LINE = 3, 96  # whoever waits longest is still answered before a phone gives up (30 s)
AT_ONCE, IN_LINE = 4, 32


class Full(Exception):
    """There is no place, not even in the line."""


class Admission:
    """Room for so many, and a line before it."""

    def __init__(self, at_once: int = AT_ONCE, in_line: int = IN_LINE) -> None:
        self._room = at_once + in_line
        self._places = asyncio.Semaphore(at_once)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """A place, at once or after those who came before. Raises Full."""
        if self._room == 0:
            raise Full
        self._room -= 1
        try:
            async with self._places:
                yield
        finally:
            self._room += 1


class Places(NamedTuple):
    """Where heavy work waits for its turn: whole scopes to be sent, and long outboxes to be taken."""

    loads: Admission
    outboxes: Admission

    @classmethod
    def beside(cls, connections: int) -> "Places":
        """Room beside small work, for a pool of so many connections."""
        return cls(Admission(connections * 2 // 5 or 1), Admission(min(OUTBOXES_AT_ONCE, connections // 3 or 1), OUTBOXES_IN_LINE))
