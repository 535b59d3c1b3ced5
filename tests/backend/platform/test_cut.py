"""The line to PostgreSQL is cut at every single message of an operation, of the request or of its answer.

What was asked for again has one effect and one outcome, nothing is called our fault, and the pool works on.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from backend import db
from backend.registry import REGISTRY
from tests.backend.browsing import browser, make_app
from tests.backend.devices.phone import Phone, phone
from tests.backend.platform.stories import STORIES, Stage, Story, set_the_stage
from tests.cutter import Cutter, cutter
from tests.make import make_account, make_agency, make_assignment, make_case, make_participant

SIZE = 3
TRIES = 4
LONGEST = 1000
STEP = int(os.environ.get("CUT_STEP", "11"))  # 1: at every message of each

EFFECT = """
SELECT (SELECT count(*) FROM message WHERE id = $2), (SELECT count(*) FROM journal WHERE subject_id = $2),
    (SELECT count(*) FROM sync_mutation WHERE id = $3), d.last_n, d.crashes FROM sync_device d WHERE d.id = $1"""

EFFECTS = """
message read_mark appointment appointment_slot note visit_pin contact_change preference document document_request journal notice""".split()
COUNTS = f"SELECT {', '.join(f'(SELECT count(*) FROM {table}) AS {table}' for table in EFFECTS)}"
TAKEN = """
SELECT (SELECT count(*) FROM sync_mutation WHERE id = $2) AS taken, d.last_n, d.crashes FROM sync_device d WHERE d.id = $1"""


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


async def counted(stage: Stage) -> dict[str, int]:
    return dict(await stage.direct.fetchrow(COUNTS) or {})


async def tried(story: Story, stage: Stage, cut: Cutter, n: int) -> dict[str, int]:
    """Sends it once with the line cut at the n-th message (0: nowhere), and again; answers what it added to each table."""
    phone = story.sender(stage)
    await stage.empty("push_delivery", "notice")
    args = await story.before(stage)
    said, before = stage.said(phone, story.name, args), await counted(stage)
    cut.arm(n)
    answer = await answered(phone, said)
    cut.disarm()
    assert answer["done"][0]["outcome"] == "ok", (n, cut.cut, answer["done"])
    assert (await answered(phone, said))["done"] == answer["done"], (n, cut.cut)
    taken = await stage.direct.fetchrow(TAKEN, phone.device, UUID(said["id"]))
    assert taken is not None
    assert tuple(taken) == (1, said["n"], 0), (n, cut.cut)
    after = await counted(stage)
    return {table: after[table] - before[table] for table in EFFECTS}


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
async def test_whatever_a_device_sends_is_done_exactly_once_wherever_the_line_was_cut(
    story: Story, cut: Cutter, direct: asyncpg.Connection[asyncpg.Record]
) -> None:
    points: set[str] = set()
    async with phone("ana", person_id="A") as ana, phone("wendy", "caseworker", worker_login="wendy") as wendy:
        stage = await set_the_stage(direct, ana, wendy)
        await tried(story, stage, cut, 0)
        effect = await tried(story, stage, cut, 0)
        for n in range(1 + STORIES.index(story) % STEP, LONGEST, STEP):
            assert await tried(story, stage, cut, n) == effect, (n, cut.cut)
            if not cut.cut:
                break
            points.add(cut.cut)
    assert len(points) > 1


def test_nothing_that_a_device_may_send_lacks_its_story() -> None:
    assert {story.name for story in STORIES} == {mutator.name for mutator in REGISTRY.mutators}


async def test_signing_in_cut_off_at_any_point_works_when_tried_again(cut: Cutter) -> None:
    await make_account(demo_key="receiving")
    app = make_app()
    for n in range(1, LONGEST):
        async with browser(app) as client:
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
