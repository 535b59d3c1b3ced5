"""A push service in a process of its own: says yes to everything. Argument: a folder for its certificate; prints its port."""

import asyncio
import sys
from pathlib import Path

from aiohttp import web

from tests.push.service import Certificate, serving


async def yes(request: web.Request) -> web.Response:
    await request.read()
    return web.Response(status=201)


async def main() -> None:
    certificate = Certificate(Path(sys.argv[1]))
    async with serving(yes, certificate.serving) as port:
        print(port, flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
