"""A mail server and a text provider on this machine: real sockets, nothing of ours in them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from tests.push.service import port_of


class Mailbox:
    """An SMTP server that keeps what it gets. `answer` is what it says to each recipient."""

    def __init__(self) -> None:
        self.letters: list[bytes] = []
        self.answer = b"250 ok"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            word = line[:4].upper()
            if word == b"DATA":
                writer.write(b"354 go on\r\n")
                whole = b""
                while not whole.endswith(b"\r\n.\r\n"):
                    whole += await reader.readline()
                self.letters.append(whole)
                writer.write(b"250 kept\r\n")
            elif word == b"RCPT":
                writer.write(self.answer + b"\r\n")
            elif word == b"QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"250 ok\r\n")
        await writer.drain()
        writer.close()


@asynccontextmanager
async def mail_server() -> AsyncIterator[tuple[Mailbox, str]]:
    """The mailbox, and the address of its server as SMTP_URL has it."""
    mailbox = Mailbox()
    server = await asyncio.start_server(mailbox.serve, "127.0.0.1", 0)
    async with server:
        yield mailbox, f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}?plain"


class Provider:
    """A text provider: keeps the forms it gets, and answers as it is told."""

    def __init__(self) -> None:
        self.texts: list[dict[str, Any]] = []
        self.status, self.said = 201, {"sid": "SM1"}

    async def take(self, request: web.Request) -> web.Response:
        form = await request.post()
        self.texts.append({**form, "path": request.path, "login": request.headers.get("Authorization", ""), "key": _key(request)})
        return web.json_response(self.said, status=self.status)


def _key(request: web.Request) -> str:
    return request.headers.get("Idempotency-Key", "")


@asynccontextmanager
async def text_provider() -> AsyncIterator[tuple[Provider, str]]:
    """The provider, and its address as TEXT_URL has it."""
    provider = Provider()
    app = web.Application()
    app.router.add_post("/{tail:.*}", provider.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield provider, f"http://AC1:secret@127.0.0.1:{port_of(site)}/2010-04-01/Accounts/AC1"
    finally:
        await runner.cleanup()
