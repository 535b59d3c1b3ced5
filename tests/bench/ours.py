"""Our own server at the peers' work: a worker with 500 grants (or more), each a case of about 2 kB; every pull checks them all."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import brotli
import msgspec

from backend.db import DB, connection
from backend.registry import SCHEMA
from backend.settings import SETTINGS
from sync.wire import WANT_MAX
from tests.bench.peers import Told
from tests.bench.stage import cpu_seconds
from tests.bench.work import CHANGED, DOCUMENTS, text
from tests.make import make_account, make_agency

BODY = 900  # with the rows of the case and its party, about 2 kB of JSON
PUSHED = 1900
CASES = """
WITH made AS (INSERT INTO ivd_case (case_number, status, stage, office_code, opened_on)
    SELECT 'B' || n, 'open', 'enforcement', 'EAST', date '2024-01-02' FROM generate_series(1, $1::int) n RETURNING id),
assigned AS (INSERT INTO assignment (case_id, worker_login, from_on, part)
    SELECT id, 'bench', date '2024-01-02', 'primary' FROM made)
INSERT INTO participant (case_id, role, person_id, party, from_on, first_name, last_name, language, safe_to_contact, family_violence)
SELECT id, 'CP', 'B' || id, 1, date '2024-01-02', 'Test', 'Person', 'en', true, false FROM made RETURNING case_id, id"""
MESSAGES = """
INSERT INTO message (id, case_id, thread, party_bit, from_party, author_id, author_name, body, receipt)
SELECT gen_random_uuid(), case_id, thread, 16, true, $4, 'Bench', body, left(gen_random_uuid()::text, 13)
FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS said (case_id, thread, body)"""
CHANGE = "UPDATE message SET answered_at = now() WHERE id IN (SELECT id FROM message WHERE from_party ORDER BY random() LIMIT $1)"


@dataclass
class Ours:
    """One worker's device; further devices of the same worker ask for nothing new."""

    origin: str
    pids: tuple[int, ...]
    name: str = "porchlight"
    cases: int = DOCUMENTS
    changes: str = CHANGE
    cookie: str = ""
    n: int = 1
    have: str | None = None
    cursor: str | None = None
    account: UUID | None = None
    device: str = ""
    threads: list[tuple[UUID, UUID]] = field(default_factory=list)
    rng: random.Random = field(default_factory=lambda: random.Random(7))

    def cpu_s(self) -> float:
        return sum(map(cpu_seconds, self.pids))

    async def fill(self) -> None:
        """The cases, each with a party and a message, in one transaction."""
        from backend.accounts.passwords import hash_password

        async with DB.transaction(), connection() as held:
            await make_agency()
            hashed = await hash_password("pw-of-the-bench")
            self.account = await make_account("supervisor", login="bench", worker_login="bench", password_hash=hashed)
            self.threads = [tuple(row) for row in await held.fetch(CASES, self.cases)]
            said = [text(self.rng, BODY) for _ in self.threads]
            await held.execute(MESSAGES, *map(list, zip(*self.threads, strict=True)), said, self.account)
        async with connection() as held:
            await held.execute("ANALYZE")

    async def reset(self) -> None:
        """The next device is known already: that its person is told of it is no part of a pull."""
        self.device, self.n, self.cursor, self.have = str(uuid4()), 1, None, None
        async with connection() as held:
            await held.execute("DELETE FROM message WHERE NOT from_party")
            await held.execute("INSERT INTO sync_device (id, principal) VALUES ($1, $2)", self.device, self.account)

    async def sign_in(self, http: aiohttp.ClientSession) -> None:
        answer = await self._call(http, "POST", "/v1/sign-in", {"login": "bench", "password": "pw-of-the-bench"})
        self.cookie = answer[1]["Set-Cookie"].split(";")[0]

    async def warm(self, http: aiohttp.ClientSession) -> None:
        """Every line to the database has planned what it will be asked, as after some minutes of use."""
        others = [replace(self) for _ in range(SETTINGS.pool_size)]
        for other in others:
            await other.reset()
        await asyncio.gather(*(other.initial(http) for other in others))

    async def initial(self, http: aiohttp.ClientSession) -> Told:
        told, missing, want = Told(0, 0, None), True, list[str]()
        scopes, loaded = list[str](), set[str]()
        while missing:
            part, wire = await self._sync(http, want)
            loaded |= {load["scope"] for load in part.get("load", ())}
            scopes = [scope for scope, _ in part["manifest"]["scopes"]] if "manifest" in part else scopes
            told.wire += wire
            missing = any(scope not in loaded for scope in scopes)
            want = [scope for scope in scopes if scope not in loaded][:WANT_MAX]
        return Told(len(loaded), told.wire, self.cursor)

    async def delta(self, http: aiohttp.ClientSession, cursor: Any) -> Told:
        part, wire = await self._sync(http, [])
        return Told(len({row[3] for row in part.get("rows", ())}), wire, self.cursor)

    async def change(self, http: aiohttp.ClientSession, many: int) -> None:
        async with connection() as held:
            await held.execute(self.changes, max(many, CHANGED))

    async def push(self, http: aiohttp.ClientSession) -> None:
        case, party = self.rng.choice(self.threads)
        mutation = {
            "n": self.n,
            "id": str(uuid4()),
            "at": datetime.now(UTC).isoformat(),
            "name": "message.send",
            "v": 1,
            "scope": str(case),
            "args": {"id": str(uuid4()), "thread": str(party), "body": text(self.rng, PUSHED)},
        }
        self.n += 1
        part, _ = await self._sync(http, [], mutation)
        assert part["done"][0]["outcome"] == "ok", part

    async def nothing_new(self, http: aiohttp.ClientSession, cursor: Any) -> int:
        part, wire = await self._sync(http, [])
        assert "rows" not in part, part
        return wire

    async def _sync(self, http: aiohttp.ClientSession, want: list[str], *push: dict[str, Any]) -> tuple[dict[str, Any], int]:
        asked = {"rid": "b", "device": self.device, "schema": SCHEMA, "clock": 0, "cursor": self.cursor, "have": self.have}
        body, headers = await self._call(http, "POST", "/v1/sync", asked | {"want": want, "next_n": self.n, "push": list(push)})
        plain = brotli.decompress(body) if headers.get("Content-Encoding") == "br" else body
        part: dict[str, Any] = msgspec.json.decode(plain)
        self.cursor = part.get("cursor", self.cursor)
        self.have = part["manifest"]["digest"] if "manifest" in part else self.have
        return part, len(body)

    async def _call(self, http: aiohttp.ClientSession, method: str, path: str, body: object) -> tuple[bytes, Any]:
        headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/json", "Accept-Encoding": "br", "Cookie": self.cookie}
        async with http.request(method, self.origin + path, data=msgspec.json.encode(body), headers=headers) as answer:
            read = await answer.read()
            assert answer.status < 300, (answer.status, read)
            return read, answer.headers
