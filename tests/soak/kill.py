"""Rounds of load in which a process is killed without warning: the API's, or PostgreSQL's first.

A round: every phone writes, all send at once, and after so many outcomes as chance says the process dies and is started
again. The phones go on until nothing is left, and then everything is reckoned up.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import random
import signal
import time
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from backend import db
from backend.accounts.passwords import hash_password
from backend.embedded import Embedded
from tests.backend.browsing import PASSWORD
from tests.journeys.house import House, Process, house
from tests.make import make_account, make_agency, make_assignment, make_case, make_participant, make_payment
from tests.soak.phones import Writer, signed_in

FAMILIES = 3
MESSAGES = 6
STALL_S = 240  # an outbox that does not drain is a failure, but a process may start slowly on a machine with much else to do

RECKONING = """
SELECT m.device, m.n, m.outcome, m.received_at,
    (SELECT count(*) FROM message e WHERE e.id = (m.args ->> 'id')::uuid) AS messages,
    (SELECT count(*) FROM journal j WHERE j.subject_id = (m.args ->> 'id')::uuid) AS entries,
    (m.args ->> 'id')::uuid AS said
FROM sync_mutation m ORDER BY m.device, m.n"""
OTHER_EFFECTS = "SELECT count(*) FROM message WHERE id <> ALL($1)"


@dataclass
class Figures:
    """What the rounds came to. Everything from `lost` to `unlike_fresh` has to be zero."""

    api_kills: int = 0
    postgres_kills: int = 0
    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    out_of_order: int = 0
    unlike_first_outcome: int = 0
    unlike_fresh: int = 0
    seconds: float = 0
    back_after_s: dict[str, float] = field(default_factory=dict)

    @property
    def clean(self) -> bool:
        """Whether every promise was kept."""
        return not (self.lost or self.doubled or self.out_of_order or self.unlike_first_outcome or self.unlike_fresh)


class Soak:
    """One house on a durable server, and the phones that use it."""

    def __init__(self, server: Embedded, made: House, seed: int) -> None:
        self.server, self.house = server, made
        self.random = random.Random(seed)
        self.figures = Figures()
        self.writers: list[Writer] = []
        self.api: Process = made.api()
        self._left = 0
        self._enough = asyncio.Event()

    async def round(self, victim: str) -> None:
        """Load, one kill in the middle of it, and the reckoning."""
        for writer in self.writers:
            writer.write(MESSAGES)
        self._left = self.random.randrange(len(self.writers) * MESSAGES)
        self._enough.clear()
        self._took(0)
        drains = [asyncio.create_task(writer.drain(self._took)) for writer in self.writers]
        paid = asyncio.create_task(self._money())
        try:
            async with asyncio.timeout(STALL_S):
                await self._enough.wait()
                await asyncio.to_thread(self._kill_api if victim == "api" else self._kill_postgres)
                await asyncio.gather(paid, *drains)
        finally:
            for task in (paid, *drains):
                task.cancel()
        await self._reckon()

    def _took(self, many: int) -> None:
        self._left -= many
        if self._left <= 0:
            self._enough.set()

    def _kill_api(self) -> None:
        self.api.child.kill()
        self.api.child.wait()
        began = time.monotonic()
        self.house.running.remove(self.api)
        self.api = self.house.api()
        self.figures.api_kills += 1
        self._back("api", began)

    def _kill_postgres(self) -> None:
        pid = int((self.server.folder / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)  # until then its files and its socket say that it is ready
        began = time.monotonic()
        self.server.start()
        self.figures.postgres_kills += 1
        self._back("postgres", began)

    def _back(self, what: str, began: float) -> None:
        longest = self.figures.back_after_s.get(what, 0)
        self.figures.back_after_s[what] = round(max(longest, time.monotonic() - began), 2)

    async def _money(self) -> None:
        """The state's files bring payments meanwhile; a load that breaks is simply done again."""
        for writer in self.writers[:FAMILIES]:
            while True:
                try:
                    await make_payment(writer.case)
                    break
                except (*db.AWAY, asyncpg.InterfaceError):
                    await asyncio.sleep(0.05)

    async def _reckon(self) -> None:
        held = await asyncpg.connect(self.server.url())
        try:
            rows = await held.fetch(RECKONING)
            orphans = await held.fetchval(OTHER_EFFECTS, [row["said"] for row in rows])
        finally:
            await held.close()
        stored = {(row["device"], row["n"]): row for row in rows}
        figures = self.figures
        figures.acknowledged = sum(len(writer.acknowledged) for writer in self.writers)
        figures.lost += sum(_lost(writer, stored) for writer in self.writers)
        figures.doubled += int(orphans) + sum(row["messages"] > 1 or row["entries"] > 1 for row in rows)
        figures.out_of_order += sum(_out_of_order(writer, stored) for writer in self.writers)
        figures.unlike_first_outcome = sum(len(writer.unlike) for writer in self.writers)
        for writer in self.writers:
            figures.unlike_fresh += not await writer.is_like_fresh()


def _lost(writer: Writer, stored: dict[tuple[UUID, int], Any]) -> int:
    """Acknowledged, and not there with its effect."""
    lost = 0
    for n, said in writer.acknowledged.items():
        row = stored.get((writer.phone.device, n))
        lost += row is None or (str(row["said"]), row["messages"], row["outcome"]) != (said["args"]["id"], 1, "ok")
    return lost


def _out_of_order(writer: Writer, stored: dict[tuple[UUID, int], Any]) -> int:
    """Numbers that were taken before a smaller one, or left out."""
    own = [row for (device, _), row in stored.items() if device == writer.phone.device]
    gaps = [row["n"] for row in own] != list(range(1, len(own) + 1))
    return int(gaps) + len([row for row, later in pairwise(own) if later["received_at"] < row["received_at"]])


async def soak(server: Embedded, rounds: tuple[int, int], seconds: float, seed: int) -> dict[str, Any]:
    """So many kills of an API process and of PostgreSQL, or as many as fit into the time."""
    began = time.monotonic()
    logging.getLogger("asyncpg").setLevel(logging.CRITICAL)  # our own pool tells of every kill
    with house(server.url()) as made:
        await db.open_pool(server.url())
        try:
            async with _people(Soak(server, made, seed)) as soaked:
                victims = ["api"] * rounds[0] + ["postgres"] * rounds[1]
                soaked.random.shuffle(victims)
                for victim in victims:
                    if time.monotonic() - began > seconds:
                        break
                    await soaked.round(victim)
                figures = soaked.figures
        finally:
            await db.close_pool()
    figures.seconds = round(time.monotonic() - began, 1)
    load = round(os.getloadavg()[0], 1)
    return asdict(figures) | {"seed": seed, "load_average": load, "clean": figures.clean}


@contextlib.asynccontextmanager
async def _people(soaked: Soak) -> AsyncIterator[Soak]:
    """Parents with a case each, and one worker who answers in all of them."""
    await make_agency()
    hashed = await hash_password(PASSWORD)
    worker = await make_account("caseworker", login="wendy", worker_login="w", password_hash=hashed)
    async with contextlib.AsyncExitStack() as stack:
        for number in range(FAMILIES):
            person, case = f"p-{number}", await make_case()
            account = await make_account(login=person, person_id=person, password_hash=hashed)
            thread = await make_participant(case, "CP", person_id=person)
            await make_assignment(case, "w")
            for login, who in ((person, account), ("wendy", worker)):
                headers = {"sec-fetch-site": "same-origin", "host": soaked.house.origin.removeprefix("http://")}
                address = f"http://127.0.0.1:{soaked.house.port}"
                client = await stack.enter_async_context(httpx.AsyncClient(base_url=address, headers=headers, timeout=30))
                phone = await signed_in(client, login, PASSWORD, who)
                soaked.writers.append(Writer(phone, case, thread, soaked.random))
        yield soaked
