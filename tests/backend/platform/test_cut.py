"""The line to PostgreSQL is cut at every single message of an operation, of the request or of its answer.

What was asked for again has one effect and one outcome, nothing is called our fault, and the pool works on.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from backend import db
from tests.backend.browsing import browser, make_app
from tests.backend.devices.phone import Phone, phone
from tests.cutter import Cutter, cutter
from tests.make import make_account, make_agency, make_assignment, make_case, make_participant

SIZE = 3
TRIES = 4
LONGEST = 1000

EFFECT = """
SELECT (SELECT count(*) FROM message WHERE id = $2), (SELECT count(*) FROM journal WHERE subject_id = $2),
    (SELECT count(*) FROM sync_mutation WHERE id = $3), d.last_n, d.crashes FROM sync_device d WHERE d.id = $1"""


@pytest.fixture
async def cut(fresh_db: str) -> AsyncIterator[Cutter]:
    """The pool goes through the cutter, and can be used to its last connection afterwards."""
    await db.close_pool()
    async with cutter(fresh_db) as made:
        await db.open_pool(made.url, size=SIZE)
        yield made
        made.disarm()
        async with asyncio.timeout(10), AsyncExitStack() as stack:
            for _ in range(SIZE):
                held = await stack.enter_async_context(db.pool().acquire())
                assert await held.fetchval("SELECT 1") == 1
        await db.close_pool()


@pytest.fixture
async def direct(fresh_db: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """A line that nobody cuts."""
    held = await asyncpg.connect(fresh_db)
    yield held
    await held.close()


async def answered(phone: Phone, said: dict[str, Any]) -> dict[str, Any]:
    """The answer to what a phone sends until it has one; on the way it is told no worse than to try again."""
    for _ in range(TRIES):
        response = await phone.post(said)
        if response.status_code == 200:
            return phone.took(response)
        assert response.status_code == 503, response.text
    raise AssertionError("a phone got no answer")


async def cut_from(first: int, cut: Cutter, direct: asyncpg.Connection[asyncpg.Record]) -> set[str]:
    """Sends messages, each cut off one protocol message later than the one before; answers what was cut."""
    await make_agency()
    case = await make_case()
    await make_assignment(case, "w")
    thread = await make_participant(case, "CP", person_id="A")
    points: set[str] = set()
    async with phone("ana", person_id="A") as ana:
        await ana.sync()
        await ana.sync(ana.says(case, thread, "on a whole line"))
        for n in range(first, LONGEST):
            said = ana.says(case, thread, f"cut at {n}")
            cut.arm(n)
            answer = await answered(ana, said)
            cut.disarm()
            effect = await direct.fetchrow(EFFECT, ana.device, UUID(said["args"]["id"]), UUID(said["id"]))
            assert effect is not None
            assert tuple(effect) == (1, 1, 1, said["n"], 0), (n, cut.cut)
            assert answer["done"][0]["outcome"] == "ok", (n, cut.cut)
            assert (await answered(ana, said))["done"] == answer["done"], (n, cut.cut)
            if not cut.cut:
                break
            points.add(f"{n} {cut.cut}")
    return points


async def test_a_message_cut_off_at_any_point_and_sent_again_arrives_exactly_once(
    cut: Cutter, direct: asyncpg.Connection[asyncpg.Record]
) -> None:
    points = await cut_from(1, cut, direct)
    assert len(points) > 80
    assert {"request Q", "response C", "response Z", "response D"} <= {point.partition(" ")[2] for point in points}


async def test_signing_in_cut_off_at_any_point_works_when_tried_again(cut: Cutter) -> None:
    await make_account(demo_key="receiving")
    for n in range(1, LONGEST):
        async with browser(make_app()) as client:
            cut.arm(n)
            answer = await _signed_in(client)
            cut.disarm()
            assert answer.status_code == 200, (n, cut.cut, answer.text)
            assert (await client.get("/v1/me")).status_code == 200
        if not cut.cut:
            break
    assert n > 10


async def _signed_in(client: httpx.AsyncClient) -> httpx.Response:
    """By the door of the demonstration: the other one costs a slow hash each time."""
    for _ in range(TRIES):
        answer = await client.post("/v1/demo/sign-in", json={"key": "receiving"})
        if answer.status_code != 503:
            break
    return answer
