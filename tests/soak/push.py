"""Many notices to push services on a bad day, by workers that are killed between a yes and the note of it.

Redis is wiped now and then. At the end every notice must be what its browser's answers make of it, nothing may be lost,
and what was sent twice must have been sent under the same topic, at most as much for each kill as one worker had in flight.
"""

from __future__ import annotations

import asyncio
import base64
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from backend import db
from backend.db import connection
from backend.environment import ROOT
from backend.installation import installation_secret
from backend.notifications import engine, queue
from backend.notifications.jobs import LANE, LANES
from backend.notifications.rules import Kind, NewNotice
from backend.settings import SETTINGS
from push.send import Carrier
from tests.push.browser import SUBJECT, Browser
from tests.push.service import Certificate, serving
from tests.redis_server import RedisServer
from tests.soak.push_worker import ORIGIN
from tests.soak.vendors import ENDS, FCM, MIXED, MOZILLA, WINDOWS, Vendors

RATE = 1600.0  # for each service: what halves it and how slowly it comes back decide how long the run takes
WORKERS = 2
MANY = 5000  # from so many on, waits are long enough for a machine that has other work: twenty timeouts in a row close a service
SHORT_S, LONG_S = 4.0, 10.0
TOLD_EVERY_S = 20.0
CHUNK = 5000
IDLE_LIMIT_S = 300

ACCOUNTS = """
INSERT INTO account (id, role, login, display_name, person_id)
SELECT id, 'parent', id::text, 'Somebody', id::text FROM unnest($1::uuid[]) AS id"""
AWAKE = "INSERT INTO preference (account_id, name, value) SELECT id, 'notice_quiet', 'never' FROM unnest($1::uuid[]) AS id"
PHONES = """
INSERT INTO push_subscription (account_id, endpoint, endpoint_hash, host, service, p256dh, auth, vapid_key_id, created_at)
SELECT a, e, h, host, service, $6, $7, $8, now() - interval '1 day'
FROM unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::text[], $5::text[]) AS r (a, e, h, host, service)"""
ENDED = "SELECT count(*) FILTER (WHERE state NOT IN ('queued', 'sending')) AS ended, count(*) AS n FROM notice"
STATES = "SELECT account_id, state FROM notice"
LIVING = "SELECT count(*) FROM push_subscription WHERE state <> 'active'"


async def soak(url: str, notices: int, kills: int, seed: int) -> dict[str, Any]:
    """Runs on this database until every notice has ended; the figures, with `clean` if all of it holds."""
    await db.open_pool(url)
    try:
        return await soak_here(url, notices, kills, seed)
    finally:
        await db.close_pool()


async def soak_here(url: str, notices: int, kills: int, seed: int) -> dict[str, Any]:
    """The same on the database that is open already."""
    with tempfile.TemporaryDirectory(prefix="porchlight-push-") as folder:
        try:
            return await _Run(url, Path(folder), random.Random(seed)).run(notices, kills)
        finally:
            await engine.close()
            engine.use(None)


class _Run:
    def __init__(self, url: str, folder: Path, chance: random.Random) -> None:
        self.url, self.folder, self.chance = url, folder, chance
        self.certificate = Certificate(folder)
        self.redis = RedisServer(folder / "redis")
        self.workers: list[subprocess.Popen[bytes]] = []
        self.vendors = Vendors(self._heard)
        self.kill_at: list[int] = []
        self.taken = self.killed = self.wiped = 0
        self.port = 0
        self.patience_s = SHORT_S

    async def run(self, notices: int, kills: int) -> dict[str, Any]:
        self.redis.start()
        began = time.monotonic()
        self.patience_s = LONG_S if notices >= MANY else SHORT_S
        try:
            async with serving(self.vendors.answer, self.certificate.serving) as self.port:
                expected = await _make(notices)
                self.vendors.throttle_every = max(700, notices // 15)
                self.kill_at = sorted(self.chance.sample(range(1, int(notices * 0.8)), kills), reverse=True)
                self.workers = [self._start() for _ in range(WORKERS)]
                await self._until_all_ended()
        finally:
            for worker in self.workers:
                worker.kill()
                worker.wait()
            self.redis.stop()
        return await self._reckon(expected, time.monotonic() - began)

    def _heard(self) -> None:
        """A push service said yes: the moment to kill the worker that it said yes to, or the other one."""
        self.taken += 1
        if self.kill_at and self.taken >= self.kill_at[-1]:
            self.kill_at.pop()
            place = self.chance.randrange(len(self.workers))
            self.workers[place].send_signal(signal.SIGKILL)
            self.workers[place].wait()
            self.killed += 1
            self.redis.kill()
            self.redis.start()
            self.wiped += 1
            self.workers[place] = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        told = (self.port, self.certificate.path, RATE, self.patience_s)
        command = [sys.executable, "-m", "tests.soak.push_worker", *map(str, told)]
        secret = base64.b64encode(installation_secret(SETTINGS)).decode()
        own = {"PORCHLIGHT_SECRET": secret, "DATABASE_URL": self.url, "REDIS_URL": self.redis.url, "PORCHLIGHT_LOG_LEVEL": "error"}
        environment = {**os.environ, **own}
        return subprocess.Popen(command, cwd=ROOT, env=environment, stderr=(self.folder.parent / "porchlight-soak-push.log").open("ab"))

    async def _until_all_ended(self) -> None:
        """Ends also when nothing has happened for minutes: the reckoning then tells what is missing."""
        last, since = -1, time.monotonic()
        told = since
        while time.monotonic() - since < IDLE_LIMIT_S:
            async with connection() as held:
                row = await held.fetchrow(ENDED)
            assert row is not None
            if row["ended"] == row["n"] and not self.kill_at:
                return
            if row["ended"] != last:
                last, since = row["ended"], time.monotonic()
            if time.monotonic() - told >= TOLD_EVERY_S:
                told = time.monotonic()
                print(f"{row['ended']} of {row['n']} ended, {self.killed} workers killed", file=sys.stderr, flush=True)
            await asyncio.sleep(0.5)

    async def _reckon(self, expected: dict[Any, str], seconds: float) -> dict[str, Any]:
        async with connection() as held:
            found = {row["account_id"]: row["state"] for row in await held.fetch(STATES)}
            rates = {row["service"]: round(row["rate"]) for row in await held.fetch("SELECT service, rate FROM push_service")}
        wrong = Counter(f"{expected[who]} became {state}" for who, state in found.items() if state != expected[who])
        accepted = self.vendors.accepted
        figures: dict[str, Any] = {
            "notices": len(expected),
            "workers_killed": self.killed,
            "redis_wiped": self.wiped,
            "answers": dict(self.vendors.answers),
            "wrong_end": dict(wrong),
            "lost": sum(1 for state in expected.values() if state == "sent") - len(accepted),
            "sent_twice": sum(len(topics) - 1 for topics in accepted.values()),
            "sent_twice_at_most": self.killed * LANE * LANES,
            "twice_under_another_topic": sum(len(set(topics)) > 1 for topics in accepted.values()),
            "asked_while_told_to_wait": self.vendors.deaf,
            "most_in_a_second": self.vendors.most_in_a_second(),
            "rate": RATE,
            "rates_at_the_end": rates,
            "seconds": round(seconds, 1),
        }
        clean = not wrong and figures["lost"] == 0 and figures["twice_under_another_topic"] == 0
        return figures | {"clean": clean and figures["sent_twice"] <= figures["sent_twice_at_most"]}


async def _make(notices: int) -> dict[Any, str]:
    """So many people with one phone each and one notice each; answers how each notice must end."""
    await engine.close()
    engine.use(Carrier(origin=ORIGIN, subject=SUBJECT))
    by = await engine.engine()
    key, said = await by.keys.newest(), Browser().subscription
    expected: dict[Any, str] = {}
    hosts = [(FCM, FCM)] * 6 + [(MOZILLA, MOZILLA)] * 3 + [(WINDOWS, "notify.windows.com")]
    for first in range(0, notices, CHUNK):
        people = [(uuid4(), number) for number in range(first, min(first + CHUNK, notices))]
        endpoints = [f"https://{hosts[number % 10][0]}/push/{_kind(number)}/{number}" for _, number in people]
        expected |= {who: ENDS.get(_kind(number), "sent") for who, number in people}
        hashes = [by.secrets.endpoint_hash(each) for each in endpoints]
        sealed = [by.secrets.seal(each.encode(), name) for each, name in zip(endpoints, hashes, strict=True)]
        ids = [who for who, _ in people]
        where = list(zip(*(hosts[number % 10] for _, number in people), strict=True))
        async with connection() as held:
            await held.execute(ACCOUNTS, ids)
            await held.execute(AWAKE, ids)
            await held.execute(PHONES, ids, sealed, hashes, list(where[0]), list(where[1]), said.p256dh, said.auth, key.id)
        await queue.insert([_notice(who) for who in ids])
    return expected


def _kind(number: int) -> str:
    """How the service answers one browser: mixed, for twenty failures one after the other close a whole service for half a minute."""
    return MIXED[(number * 37 + number // 100) % len(MIXED)]


def _notice(who: Any) -> NewNotice:
    now = datetime.now(UTC)
    return NewNotice(
        account_id=who,
        event_key=f"soak:{who}",
        kind=Kind.PAYMENT,
        case_id=None,
        subject_id=None,
        collapse_key=Kind.PAYMENT,
        not_before=now,
        expires_at=now + timedelta(days=1),
    )
