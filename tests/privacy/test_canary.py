"""No secret of one parent, in whatever spelling, is in anything that reaches the other, nor in logs, hints, jobs or the journal."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import pytest
from arq.connections import RedisSettings

from backend import db, jobs, journal
from backend.db import connection
from backend.devices import routes as devices
from backend.notifications import actions as notifications
from backend.notifications import rules as notices
from backend.wake import current
from backend.web import problems, reply
from backend.worker import Courier, WorkerSettings
from sync.poke import RedisWake
from tests.privacy.canary import WAYS, look, spilled, with_words
from tests.privacy.stage import Stage, stage
from tests.privacy.trace import World, make_world
from tests.redis_server import RedisServer

FAMILIES = 10
KEPT = {
    "jobs": "SELECT payload::text FROM job",
    "journal": "SELECT detail::text FROM journal",
    "notices": "SELECT event_key || ' ' || collapse_key FROM notice",
}


class Lines(logging.Handler):
    """Every line that is logged, by anything."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[bytes] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record).encode())


@asynccontextmanager
async def monitored(on: Stage, redis: RedisServer, patch: pytest.MonkeyPatch) -> AsyncIterator[list[bytes]]:
    """Hints cross a real Redis, and at the end jobs go to its queue; every command that it was given is kept."""
    heard: list[bytes] = []
    reader, writer = await asyncio.open_connection("127.0.0.1", redis.port)
    writer.write(b"MONITOR\r\n")
    assert await reader.readline() == b"+OK\r\n"

    async def listen() -> None:
        while not heard or b'"LAST"' not in heard[-1]:
            heard.append(await reader.readline())

    listening = asyncio.create_task(listen())
    patch.setattr(WorkerSettings, "redis_settings", RedisSettings(port=redis.port))
    on.wake.also, courier = RedisWake(redis.url), Courier()
    try:
        yield heard
        while claimed := await jobs.claim(100):
            for each in claimed:
                await courier.deliver(each)
        await on.wake.also.publish("over", "LAST")
        await listening
    finally:
        listening.cancel()
        await courier.close()
        await on.wake.also.stop()
        on.wake.also = None
        writer.close()


async def all_that_leaves(on: Stage, world: World, redis: RedisServer, patch: pytest.MonkeyPatch) -> dict[str, list[bytes]]:
    """Plays the world; answers what left, by place: answers to the observed parents, logs, hints, Redis, and what feeds them."""
    lines, root = Lines(), logging.getLogger()
    level = root.level
    root.addHandler(lines)
    root.setLevel(logging.INFO)
    on.said.clear()
    try:
        async with monitored(on, redis, patch) as heard:
            watched = await on.play(world)
            places = {"answers": [raw for each in watched for raw in each.raw], "hints": list(on.said)}
            async with connection() as held:
                for place, sql in KEPT.items():
                    places[place] = [row[0].encode() for row in await held.fetch(sql)]
    finally:
        root.removeHandler(lines)
        root.setLevel(level)
    return places | {"logs": lines.lines, "redis": heard}


async def test_no_secret_word_is_in_anything_that_leaves(fresh_db: str, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    world, words = with_words(make_world("canary", FAMILIES, date.today()))
    async with stage() as on:
        places = await all_that_leaves(on, world, redis_server, monkeypatch)
    assert len(words) > 200
    assert all(places.values()), {place: len(texts) for place, texts in places.items()}
    assert any(b"PUBLISH" in line for line in places["redis"])
    assert any(b"porchlight:jobs" in line for line in places["redis"])
    assert look(places, words) == set()


async def test_secret_words_that_are_spilled_anywhere_in_any_spelling_are_seen(
    fresh_db: str, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, words = with_words(make_world("canary", FAMILIES, date.today()))
    spills = {name: words[at * len(WAYS) : (at + 1) * len(WAYS)] for at, name in enumerate(SPILLS)}
    async with stage() as on:
        for name, (_, plant) in SPILLS.items():
            plant(monkeypatch, spilled(spills[name]))
        places = await all_that_leaves(on, world, redis_server, monkeypatch)
    seen = {(sight.place, sight.spelling, sight.word) for sight in look(places, words)}
    planted = {
        (place, way, word)
        for name, (places_of, _) in SPILLS.items()
        for place in places_of.split()
        for way, word in zip(WAYS, spills[name], strict=True)
    }
    assert len(planted) >= 30
    assert planted - seen == set()


Plant = Callable[[pytest.MonkeyPatch, str], None]


def _header(patch: pytest.MonkeyPatch, text: str) -> None:
    patch.setattr(reply, "NO_STORE", (b"cache-control", b"no-store " + text.encode()))


def _body(patch: pytest.MonkeyPatch, text: str) -> None:
    encode = devices.encode
    patch.setattr(devices, "encode", lambda answer: encode(answer)[:-1] + b',"x":' + json.dumps(text).encode() + b"}")


def _problem(patch: pytest.MonkeyPatch, text: str) -> None:
    patch.setitem(problems.WORDS, 404, text)


def _log(patch: pytest.MonkeyPatch, text: str) -> None:
    log = reply.log
    patch.setattr(reply, "log", logging.LoggerAdapter(log))
    patch.setattr(reply.log, "process", lambda message, given: (message + " " + text.replace("%", "%%"), given))


def _hint(patch: pytest.MonkeyPatch, text: str) -> None:
    after = db.after_commit

    def also(callback: Any) -> None:
        async def told() -> None:
            await current().publish("spilled", text)

        after(told)
        after(callback)

    patch.setattr(journal, "after_commit", also)


def _job(patch: pytest.MonkeyPatch, text: str) -> None:
    enqueue = jobs.enqueue
    patch.setattr(notifications, "enqueue", lambda kind, payload=None, **given: enqueue(kind, {"x": text}, **given))


def _journal(patch: pytest.MonkeyPatch, text: str) -> None:
    head, _, tail = journal.INSERT.partition("SELECT * FROM ")
    extra = json.dumps({"x": text}).replace("'", "''")
    patch.setattr(journal, "INSERT", f"{head}SELECT u.a, u.b, u.c, u.d, u.e, u.f || '{extra}' FROM {tail} AS u (a, b, c, d, e, f)")


def _notice(patch: pytest.MonkeyPatch, text: str) -> None:
    patch.setattr(notices, "_collapse_key", lambda kind, entry: text)


# Where a leak is planted, in which places it has to be seen, and how it is planted.
SPILLS: dict[str, tuple[str, Plant]] = {
    "a header": ("answers", _header),
    "an answer": ("answers", _body),
    "a problem": ("answers", _problem),
    "a line in the log": ("logs", _log),
    "a hint": ("hints redis", _hint),
    "a job": ("jobs", _job),
    "the journal": ("journal", _journal),
    "a notice": ("notices", _notice),
}
