"""A thousand phones that were away come back at once, each with up to fifty changes, while somebody else just works.

Each does what the app does: sends what it has, hears which of it was taken, and comes again when it is told to.
"""

from __future__ import annotations

import asyncio
import random
import resource
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from secrets import token_urlsafe
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import msgspec

from backend.accounts.rules import token_hash
from backend.db import DB, close_pool, connection, open_pool
from backend.registry import SCHEMA
from sync.wire import MUTATIONS_MAX
from tests.bench.stage import cpu_seconds, stage
from tests.bench.work import text
from tests.journeys.house import house
from tests.make import make_agency

WAITING_MAX = 50
INTERACTIVE_EVERY_S = 0.2
SIGNING_ON = 8  # at once, before anything is measured
PEOPLE = """
WITH people AS (SELECT * FROM unnest($1::text[], $2::bytea[], $3::uuid[]) WITH ORDINALITY AS p (person, token, device, n)),
accounts AS (INSERT INTO account (role, login, display_name, person_id)
    SELECT 'parent', lower(person), 'Parent ' || n, person FROM people RETURNING id, person_id),
sessions AS (INSERT INTO session (token_hash, account_id, expires_at)
    SELECT p.token, a.id, now() + interval '1 day' FROM people p JOIN accounts a ON a.person_id = p.person),
devices AS (INSERT INTO sync_device (id, principal) SELECT p.device, a.id FROM people p JOIN accounts a ON a.person_id = p.person),
cases AS (INSERT INTO ivd_case (case_number, status, stage, office_code, opened_on)
    SELECT person, 'open', 'enforcement', 'EAST', date '2024-01-02' FROM people RETURNING id, case_number)
INSERT INTO participant (case_id, role, person_id, party, from_on, first_name, last_name, language, safe_to_contact, family_violence)
SELECT id, 'CP', case_number, 1, date '2024-01-02', 'Test', 'Person', 'en', true, false FROM cases RETURNING person_id, case_id, id"""
TAKEN = """
SELECT (SELECT count(*) FROM message) AS messages, (SELECT count(*) FROM sync_mutation WHERE outcome = 'ok') AS outcomes,
    (SELECT sum(last_n) FROM sync_device) AS numbers"""


@dataclass
class Device:
    """One phone: what it holds, what waits in it, and how often it was sent away."""

    origin: str
    cookie: str
    id: UUID
    case: UUID | None = None
    thread: UUID | None = None
    cursor: str | None = None
    have: str | None = None
    n: int = 1
    waiting: list[dict[str, Any]] = field(default_factory=list)
    sent_away: int = 0

    def write(self, rng: random.Random) -> None:
        """One more message in the outbox."""
        args = {"id": str(uuid4()), "thread": str(self.thread), "body": text(rng, rng.randint(20, 400))}
        about = {"n": self.n, "id": str(uuid4()), "at": datetime.now(UTC).isoformat(), "name": "message.send", "v": 1}
        self.waiting.append({**about, "scope": str(self.case), "args": args})
        self.n += 1

    async def sync(self, http: aiohttp.ClientSession) -> float:
        """Exchanges until nothing waits and the answer is whole; answers the seconds of the last exchange."""
        while True:
            began = time.perf_counter()
            status, retry_s, answer = await self._ask(http)
            done = {one["n"] for one in answer.get("done", ())}
            assert all(one["outcome"] == "ok" for one in answer.get("done", ())), answer
            self.waiting = [one for one in self.waiting if one["n"] not in done]
            if status == 503:
                self.sent_away += 1
                await asyncio.sleep(retry_s + random.random())
                continue
            self.cursor = answer.get("cursor", self.cursor)
            self.have = answer["manifest"]["digest"] if "manifest" in answer else self.have
            if not self.waiting:
                return time.perf_counter() - began

    async def _ask(self, http: aiohttp.ClientSession) -> tuple[int, float, dict[str, Any]]:
        asked = {"rid": "b", "device": str(self.id), "schema": SCHEMA, "clock": 0, "cursor": self.cursor, "have": self.have, "want": []}
        body = msgspec.json.encode(asked | {"next_n": self.n, "push": self.waiting[:MUTATIONS_MAX]})
        headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/json", "Cookie": self.cookie}
        async with http.post(self.origin + "/v1/sync", data=body, headers=headers) as answer:
            read = await answer.read()
            assert answer.status in (200, 503), (answer.status, read)
            return answer.status, float(answer.headers.get("Retry-After", 0)), msgspec.json.decode(read)


async def measure(devices: int) -> dict[str, Any]:
    """Seconds until every outbox is empty, and how long one message took meanwhile. Fails when anything is lost or doubled."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    rng = random.Random(7)
    with stage(demo=False) as server, house(server.url()) as made:
        postmaster = int((server.folder / "postmaster.pid").read_text().split("\n", 1)[0])
        await open_pool()
        try:
            phones = await _phones(made.origin, devices + 1)
            pids = (made.api().child.pid, postmaster)
            async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
                await _sign_on(http, phones)
                for phone in phones[1:]:
                    for _ in range(rng.randint(1, WAITING_MAX)):
                        phone.write(rng)
                used = sum(map(cpu_seconds, pids))
                figures = await _come_back(http, phones[0], phones[1:], rng)
            figures["server_cpu_s"] = round(sum(map(cpu_seconds, pids)) - used, 1)
            async with connection() as held:
                taken = dict(await held.fetchrow(TAKEN) or {})
            assert set(taken.values()) == {sum(phone.n - 1 for phone in phones)}, (taken, "something was lost or doubled")
            return {"devices": devices, "changes": taken["messages"], **figures}
        finally:
            await close_pool()


async def _phones(origin: str, many: int) -> list[Device]:
    """So many parents with a case each, signed in."""
    tokens = [token_urlsafe(32) for _ in range(many)]
    phones = {f"R{at}": Device(origin, f"porchlight={token}", uuid4()) for at, token in enumerate(tokens)}
    async with DB.transaction(), connection() as held:
        await make_agency()
        rows = await held.fetch(PEOPLE, list(phones), [token_hash(token) for token in tokens], [phone.id for phone in phones.values()])
    for person, case, thread in rows:
        phones[person].case, phones[person].thread = case, thread
    async with connection() as held:
        await held.execute("ANALYZE")
    return list(phones.values())


async def _sign_on(http: aiohttp.ClientSession, phones: Sequence[Device]) -> None:
    """Everybody has what they may hold."""
    places = asyncio.Semaphore(SIGNING_ON)

    async def one(phone: Device) -> None:
        async with places:
            await phone.sync(http)

    await asyncio.gather(*map(one, phones))


async def _come_back(http: aiohttp.ClientSession, other: Device, phones: Sequence[Device], rng: random.Random) -> dict[str, Any]:
    times: list[float] = []
    over = asyncio.Event()

    async def work() -> None:
        while not over.is_set():
            if len(times) % 2:
                other.write(rng)
            times.append(await other.sync(http))
            await asyncio.sleep(INTERACTIVE_EVERY_S)

    working, began = asyncio.create_task(work()), time.perf_counter()
    await asyncio.gather(*(phone.sync(http) for phone in phones))
    drained_s = time.perf_counter() - began
    over.set()
    await working
    cuts = statistics.quantiles(times, n=100) if len(times) > 1 else times * 99
    return {
        "drained_s": round(drained_s, 1),
        "sent_away": sum(phone.sent_away for phone in phones),
        "interactive_asked": len(times),
        "interactive_p50_ms": round(cuts[49] * 1000),
        "interactive_p99_ms": round(cuts[98] * 1000),
        "interactive_worst_ms": round(max(times) * 1000),
    }
