"""Two API processes and a worker on one PostgreSQL and one Redis: sessions, pokes and jobs cross between them."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from uuid import UUID, uuid4

import httpx
import pytest

from backend.accounts.passwords import hash_password
from backend.db import connection
from tests.backend.browsing import PASSWORD
from tests.backend.devices.phone import Phone, rows
from tests.journeys.house import House, free_port, house
from tests.make import make_account, make_agency, make_assignment, make_case, make_participant
from tests.redis_server import RedisServer

HEADERS = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def production(fresh_db: str, redis_server: RedisServer) -> Iterator[House]:
    with house(fresh_db, redis_server.url) as made:
        yield made


async def _people() -> tuple[UUID, UUID]:
    """A parent and a worker with one password; answers the case and the parent's thread."""
    await make_agency()
    case, hashed = await make_case(), await hash_password(PASSWORD)
    await make_account(login="ana", person_id="A", password_hash=hashed)
    await make_account("caseworker", login="wendy", worker_login="w", password_hash=hashed)
    await make_assignment(case, "w")
    return case, await make_participant(case, "CP", person_id="A")


def _client(made: House, port: int) -> httpx.AsyncClient:
    headers = HEADERS | {"host": made.origin.removeprefix("http://")}
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30)


async def _sign_in(client: httpx.AsyncClient, login: str) -> Phone:
    answer = await client.post("/v1/sign-in", json={"login": login, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    phone = Phone(client, uuid4())
    assert (await client.put(f"/v1/devices/{phone.device}", json={"kind": "phone"})).status_code == 204
    return phone


async def _pokes(client: httpx.AsyncClient, listening: asyncio.Event) -> AsyncIterator[None]:
    async with client.stream("GET", "/v1/poke") as stream:
        assert stream.status_code == 200
        async for line in stream.aiter_lines():
            listening.set()
            if line.startswith("event: poke"):
                yield


async def test_what_one_process_takes_the_other_tells_and_a_session_of_one_is_a_session_of_both(production: House) -> None:
    case, thread = await _people()
    first, second = production.port, free_port()
    production.api(first)
    production.api(second)
    async with _client(production, first) as one, _client(production, second) as other:
        ana, wendy = await _sign_in(one, "ana"), await _sign_in(other, "wendy")
        await wendy.sync()
        listening = asyncio.Event()
        poked = asyncio.ensure_future(anext(_pokes(other, listening)))
        async with asyncio.timeout(20):
            await listening.wait()
            await ana.sync(ana.says(case, thread, "Can you hear me?"))
            await poked
        assert rows(await wendy.sync(), 111)[0]["body"] == "Can you hear me?"
        async with _client(production, second) as moved:
            moved.cookies = one.cookies
            me = await moved.get("/v1/me")
            assert me.status_code == 200, (me.text, moved.cookies.jar)
            assert me.json()["account"]["role"] == "parent"
            assert (await moved.post("/v1/sign-out")).status_code == 204
        assert (await one.get("/v1/me")).status_code == 401


async def test_pokes_come_again_after_redis_was_away(production: House, redis_server: RedisServer) -> None:
    case, thread = await _people()
    first, second = production.port, free_port()
    production.api(first)
    production.api(second)
    async with _client(production, first) as one, _client(production, second) as other:
        ana, _ = await _sign_in(one, "ana"), await _sign_in(other, "wendy")
        listening = asyncio.Event()
        stream = _pokes(other, listening)
        poked = asyncio.ensure_future(anext(stream))
        async with asyncio.timeout(40):
            await listening.wait()
            redis_server.kill()
            assert (await ana.sync(ana.says(case, thread, "into the void")))["done"][0]["outcome"] == "ok"
            redis_server.start()
            while not poked.done():
                await ana.sync(ana.says(case, thread, "and again"))
                await asyncio.wait({poked}, timeout=0.2)


async def test_a_worker_does_the_jobs_that_an_api_process_causes(production: House) -> None:
    from backend.jobs import enqueue

    await _people()
    production.api()
    production.worker()
    await enqueue("wake.relay", {"channel": "poke", "message": "[]"})
    async with asyncio.timeout(30):
        while True:
            async with connection() as held:
                done = await held.fetchval("SELECT done_at IS NOT NULL FROM job WHERE kind = 'wake.relay'")
            if done:
                return
            await asyncio.sleep(0.05)


async def test_both_processes_and_the_worker_stop_when_asked_with_a_stream_open(production: House) -> None:
    await _people()
    process, worker = production.api(), production.worker()
    async with _client(production, production.port) as client:
        await _sign_in(client, "ana")
        listening = asyncio.Event()
        waiting = asyncio.ensure_future(anext(_pokes(client, listening), "the stream ended"))
        async with asyncio.timeout(20):
            await listening.wait()
        assert await asyncio.to_thread(process.stop) in (0, -signal.SIGTERM)
        assert await waiting == "the stream ended"
    assert await asyncio.to_thread(worker.stop) == 0
