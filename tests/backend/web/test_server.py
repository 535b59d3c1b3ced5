"""A real process on a real socket: it serves, it streams, and it stops at once when told to."""

from __future__ import annotations

import asyncio
import gzip
import os
import signal
import socket
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.backend.browsing import PASSWORD, make_person

pytestmark = pytest.mark.usefixtures("db")

START_S = 120  # on a machine with much else to do
MEMORY_KB = 256 * 1024  # three hashes at once, and what two hundred connections need


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        return port


@asynccontextmanager
async def _process(**settings: str) -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
    port = _free_port()
    environment = {**os.environ, "PORCHLIGHT_PORT": str(port), **settings}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "backend.web.server", env=environment, stderr=asyncio.subprocess.PIPE
    )
    try:
        address = f"http://localhost:{port}"
        await _until_up(address)
        yield address, process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def _until_up(address: str) -> None:
    async with asyncio.timeout(START_S), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(f"{address}/readyz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientConnectionError:
                pass
            await asyncio.sleep(0.05)


@asynccontextmanager
async def _signed_in(address: str, **headers: str) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(address, headers={"origin": address, **headers}) as session:
        async with session.post("/v1/sign-in", json={"login": "ana", "password": PASSWORD}) as answer:
            assert answer.status == 200, await answer.text()
        yield session


async def test_open_streams_end_when_the_process_is_told_to_stop_and_it_stops_well() -> None:
    await make_person("ana")
    async with _process() as (address, process), _signed_in(address) as session:
        stream = await session.get("/v1/poke")
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert await stream.content.readany()
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(stream.content.read(), 5)
        await asyncio.wait_for(process.wait(), 5)
        assert time.monotonic() - began < 2
        assert process.returncode in (0, -signal.SIGTERM)


async def test_the_wire_itself_carries_packed_json_and_our_headers_only() -> None:
    await make_person("ana", display_name="Ana " * 200)
    async with _process(PORCHLIGHT_DEMO="off") as (address, _), _signed_in(address) as session:
        session._auto_decompress = False
        async with session.get("/v1/me", headers={"accept-encoding": "gzip"}) as answer:
            assert answer.headers.get("content-encoding") == "gzip"
            assert b"Ana Ana" in gzip.decompress(await answer.read())
            assert "server" not in answer.headers
        async with session.get("/v1/me", headers={"connection": "upgrade", "upgrade": "websocket"}) as answer:
            assert answer.status == 200


@pytest.mark.parametrize("proxies, slowed", [("", True), ("127.0.0.1", False)])
async def test_a_forwarded_address_is_believed_only_from_a_listed_proxy(proxies: str, slowed: bool) -> None:
    await make_person("ana")
    async with _process(PORCHLIGHT_PROXIES=proxies) as (address, _):
        statuses = []
        for number in range(6):
            headers = {"origin": address, "x-forwarded-for": f"198.51.100.{number}", "x-forwarded-proto": "https"}
            async with aiohttp.ClientSession(address, headers=headers) as session:
                wrong = {"login": "ana", "password": "a wrong guess"}
                async with session.post("/v1/sign-in", json=wrong) as answer:
                    statuses.append(answer.status)
    assert (429 in statuses) is slowed


async def _tries(session: aiohttp.ClientSession, number: int) -> tuple[int, bool]:
    """Somebody whom nobody knows, from an address of their own: the status, and whether it says when to come back."""
    headers = {"x-forwarded-for": f"198.51.100.{number}"}
    async with session.post("/v1/sign-in", json={"login": f"nobody{number}", "password": "a wrong guess"}, headers=headers) as answer:
        return answer.status, "retry-after" in answer.headers


def _most_memory_kb(process: asyncio.subprocess.Process) -> int:
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="this system does not tell how much memory a process took at most")
async def test_of_two_hundred_who_try_a_password_at_once_few_wait_memory_stays_small_and_others_are_answered() -> None:
    await make_person("ana")
    async with _process(PORCHLIGHT_PROXIES="127.0.0.1") as (address, process), _signed_in(address) as ana:
        before = _most_memory_kb(process)
        strangers = aiohttp.TCPConnector(limit=200)
        async with aiohttp.ClientSession(address, headers={"origin": address}, connector=strangers) as session:
            tries = asyncio.gather(*[_tries(session, number) for number in range(200)])
            answered = 0
            while not tries.done():
                async with ana.get("/v1/me") as answer:
                    assert answer.status == 200
                answered += 1
            counted = Counter(await tries)
        assert set(counted) == {(401, False), (503, True)}
        assert answered > 5
        assert _most_memory_kb(process) - before < MEMORY_KB


async def test_tries_are_counted_where_redis_is_away() -> None:
    await make_person("ana")
    async with _process(REDIS_URL="redis://127.0.0.1:9/0") as (address, _):
        async with aiohttp.ClientSession(address, headers={"origin": address}) as session:
            statuses = []
            for _ in range(6):
                async with session.post("/v1/sign-in", json={"login": "ana", "password": "a wrong guess"}) as answer:
                    statuses.append(answer.status)
    assert statuses == [401] * 5 + [429]


async def test_a_request_without_a_host_is_refused() -> None:
    async with _process() as (address, _):
        port = int(address.rpartition(":")[2])
        for request in (b"GET /v1/me HTTP/1.0\r\n\r\n", b"GET /v1/me HTTP/1.1\r\n\r\n"):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request)
            await writer.drain()
            assert b" 400 " in await reader.readline()
            writer.close()
