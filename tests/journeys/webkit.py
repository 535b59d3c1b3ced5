"""A real WebKit, Safari's engine as Debian builds it: its own driver, spoken to over plain HTTP, on a screen that nobody sees."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

import aiohttp

from tests.journeys.house import free_port

DRIVER: Final = "WebKitWebDriver"
SCREEN: Final = "Xvfb"
START_S: Final = 60.0
ANSWER_S: Final = 180.0
STOP_S: Final = 20.0
ASYNC: Final = "const done = arguments[0]; (async () => {%s})().then(v => done({ v: v ?? null }), e => done({ e: String(e) }));"


class WebKit:
    """One running browser."""

    def __init__(self, http: aiohttp.ClientSession, session: str) -> None:
        self._http, self._session = http, session

    async def go(self, url: str) -> None:
        await _ask(self._http, f"{self._session}/url", {"url": url})

    async def run(self, body: str) -> Any:
        """The body of an async function in the page; its answer has to be JSON."""
        said = await _ask(self._http, f"{self._session}/execute/async", {"script": ASYNC % body, "args": []})
        if "e" in said:
            raise RuntimeError(said["e"])
        return said["v"]


@asynccontextmanager
async def webkit() -> AsyncIterator[WebKit]:
    """A run of WebKit with nothing kept from before, ended with the block."""
    async with AsyncExitStack() as open_things:
        read, write = os.pipe()
        await _program(open_things, [SCREEN, "-displayfd", str(write), "-screen", "0", "800x1000x24", "-nolisten", "tcp"], pass_fds=[write])
        os.close(write)
        with os.fdopen(read) as pipe:
            screen = (await asyncio.to_thread(pipe.readline)).strip()
        port = free_port()
        await _program(open_things, [DRIVER, "--host=127.0.0.1", f"--port={port}"], env={**os.environ, "DISPLAY": f":{screen}"})
        http = await open_things.enter_async_context(aiohttp.ClientSession(f"http://127.0.0.1:{port}"))
        session = f"/session/{(await _begun(http))['sessionId']}"
        try:
            async with asyncio.timeout(ANSWER_S):
                await _ask(http, f"{session}/timeouts", {"script": int(ANSWER_S * 1000)})
            yield WebKit(http, session)
        finally:
            await http.delete(session)


async def _begun(http: aiohttp.ClientSession) -> Any:
    """A session, as soon as the driver listens."""
    async with asyncio.timeout(START_S):
        while True:
            try:
                return await _ask(http, "/session", {"capabilities": {"alwaysMatch": {}}})
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0.05)


async def _ask(http: aiohttp.ClientSession, path: str, body: object) -> Any:
    async with http.post(path, json=body, timeout=aiohttp.ClientTimeout(ANSWER_S)) as answer:
        value = (await answer.json(content_type=None))["value"]
        if answer.status != 200:
            raise RuntimeError(f"{path}: {value}")
        return value


async def _program(open_things: AsyncExitStack, words: Sequence[str], **how: Any) -> None:
    """A program that ends with the stack."""
    assert shutil.which(words[0]), f"there is no {words[0]}: apt-get install webkit2gtk-driver xvfb"
    run = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL, **how)

    async def end() -> None:
        if run.returncode is None:
            run.terminate()
        try:
            async with asyncio.timeout(STOP_S):
                await run.wait()
        except TimeoutError:
            run.kill()
            await run.wait()

    open_things.push_async_callback(end)
