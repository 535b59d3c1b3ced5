"""A proxy between us and PostgreSQL that reads the protocol, and cuts the line at one message that it is told.

PostgreSQL 18's protocol 3.0: each message is a letter, a length and its content; only a client's first has no letter.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import parse_qs, urlsplit

LENGTH_BYTES = 4


class Cutter:
    """Counts the messages of all connections, in both directions; the n-th after `arm(n)` is not passed on, nor any later."""

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)
        asked = parse_qs(self._url.query)
        self._socket = f"{asked['host'][0]}/.s.PGSQL.{asked['port'][0]}"
        self._left = 0
        self._lines: set[asyncio.Task[None]] = set()
        self.cut = ""
        self.port = 0

    @property
    def url(self) -> str:
        """The database's address, by way of here."""
        return f"postgresql://{self._url.username}@127.0.0.1:{self.port}{self._url.path}?sslmode=disable"

    def arm(self, n: int) -> None:
        """Cut at the n-th message from now on."""
        self._left, self.cut = n, ""

    def disarm(self) -> None:
        """Cut nothing; `cut` still tells what was cut."""
        self._left = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either end or we close it."""
        task = asyncio.current_task()
        assert task is not None
        self._lines.add(task)
        there, back = await asyncio.open_unix_connection(self._socket)
        pumps = {asyncio.create_task(self._pump(reader, back, "request")), asyncio.create_task(self._pump(there, writer, "response"))}
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            for end in (writer, back):
                end.transport.abort()
            self._lines.discard(task)

    async def close(self) -> None:
        """Ends every connection that is left."""
        for line in list(self._lines):
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, kind: str) -> None:
        named = kind == "response"
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                letter = await source.readexactly(1) if named else b""
                length = await source.readexactly(LENGTH_BYTES)
                content = await source.readexactly(int.from_bytes(length, "big") - LENGTH_BYTES)
                if self._reached(f"{kind} {letter.decode()}"):
                    return
                target.write(letter + length + content)
                named = True

    def _reached(self, what: str) -> bool:
        self._left -= 1
        if self._left == 0:
            self.cut = what
        return self._left == 0


@asynccontextmanager
async def cutter(url: str) -> AsyncIterator[Cutter]:
    """One that listens on the loopback."""
    made = Cutter(url)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        await made.close()
