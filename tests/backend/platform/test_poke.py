"""Hints: inside one process, across processes, and over a Redis that goes and comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from backend.db import DB
from sync.poke import LocalWake, RedisWake
from tests.redis_server import RedisServer


class Ear:
    """Keeps what it heard."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[str] = asyncio.Queue()

    async def __call__(self, message: str) -> None:
        await self.heard.put(message)

    async def next(self, within_s: float = 5) -> str:
        async with asyncio.timeout(within_s):
            return await self.heard.get()


@pytest.fixture
async def two(redis_server: RedisServer) -> AsyncIterator[tuple[RedisWake, RedisWake]]:
    """Two processes' carriers on one Redis."""
    one, other = RedisWake(redis_server.url), RedisWake(redis_server.url)
    for carrier in (one, other):
        await carrier.start()
        await asyncio.wait_for(carrier.connected.wait(), 5)
    yield one, other
    await one.stop()
    await other.stop()


async def test_a_local_hint_reaches_those_who_listen_to_its_channel() -> None:
    carrier, ear, deaf = LocalWake(), Ear(), Ear()
    carrier.subscribe("poke", ear)
    carrier.subscribe("jobs", deaf)
    await carrier.publish("poke", "hello")
    assert await ear.next() == "hello"
    assert deaf.heard.empty()


async def test_who_unsubscribed_hears_nothing_more() -> None:
    carrier, ear, other = LocalWake(), Ear(), Ear()
    unsubscribe = carrier.subscribe("poke", ear)
    carrier.subscribe("poke", other)
    unsubscribe()
    unsubscribe()
    await carrier.publish("poke", "hello")
    assert await other.next() == "hello"
    assert ear.heard.empty()


async def test_a_hearer_that_fails_harms_neither_publisher_nor_others() -> None:
    carrier, ear = LocalWake(), Ear()

    async def fail(message: str) -> None:
        raise ZeroDivisionError

    carrier.subscribe("poke", fail)
    carrier.subscribe("poke", ear)
    await carrier.publish("poke", "hello")
    assert await ear.next() == "hello"


async def test_a_hearer_does_not_see_its_publishers_transaction(db: object) -> None:
    carrier = LocalWake()
    seen: asyncio.Queue[bool] = asyncio.Queue()

    async def look(message: str) -> None:
        await seen.put(DB.transaction_exists())

    carrier.subscribe("poke", look)
    async with DB.transaction():
        await carrier.publish("poke", "hello")
        assert await asyncio.wait_for(seen.get(), 5) is False


async def test_a_hint_crosses_processes_by_redis(two: tuple[RedisWake, RedisWake]) -> None:
    one, other = two
    here, there = Ear(), Ear()
    one.subscribe("poke", here)
    other.subscribe("poke", there)
    await one.publish("poke", "hello")
    assert (await here.next(), await there.next()) == ("hello", "hello")


async def test_after_redis_was_killed_and_came_back_hints_cross_again_and_listeners_know_they_missed_some(
    two: tuple[RedisWake, RedisWake], redis_server: RedisServer
) -> None:
    one, other = two
    ear, missed = Ear(), asyncio.Event()

    async def note() -> None:
        missed.set()

    other.subscribe("poke", ear, note)
    redis_server.kill()
    await asyncio.sleep(0.3)
    redis_server.start()
    await asyncio.wait_for(missed.wait(), 10)
    await one.publish("poke", "again")
    assert await ear.next() == "again"


async def test_without_redis_publishing_raises_nothing_and_still_tells_this_process(redis_server: RedisServer) -> None:
    redis_server.kill()
    carrier, ear = RedisWake(redis_server.url), Ear()
    carrier.subscribe("poke", ear)
    await carrier.publish("poke", "hello")
    assert await ear.next() == "hello"
    await carrier.stop()
