"""How many loads are made at once in this process, so that a day on which everybody reloads stays a day on which people work.

A load costs a hundred times what a delta does. Some run, some wait in a short line, and whoever comes after that is asked
to come again; the line is what keeps every place in use while others are away. Pushes and deltas never wait: fewer run
than there are connections to the database.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

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
