"""What journeys stand on: the app as it is built, houses that serve it, and one running browser from which phones are taken.

A house is started once for all journeys that want the same; each begins with empty tables. A journey that stops its house finds
that the next one has it started again. A journey whose phone must survive its death runs a browser of its own (`browser`).
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import BrowserContext

from backend import node
from backend.db import connection
from backend.embedded import Embedded, ensure_database
from backend.environment import ROOT
from tests.conftest import BASE, TEMPLATE, empty_tables, engine_on
from tests.journeys.browser import Phones, Shop
from tests.journeys.family import Family, make_family_with_logins
from tests.journeys.house import House, house

DEMO = "template_of_journeys"
CALM_S = 60
BUSY = """SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"""


@pytest.fixture(scope="session")
async def built() -> Path:
    """The app, built from its sources as they are now."""
    await node.build()
    return ROOT / "pwa" / "dist"


@pytest.fixture(scope="session")
async def demo_template(server: Embedded) -> str:
    """The name of a database with the demonstration agency in it, loaded by its extract."""
    await ensure_database(server, DEMO, TEMPLATE)
    environment = {**os.environ, "DATABASE_URL": server.url(DEMO), "PORCHLIGHT_DATA": str(BASE / "journeys")}
    command = [sys.executable, "-m", "backend.cli", "demo", "load"]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return DEMO


@pytest.fixture(scope="session")
async def demo_agency(server: Embedded, demo_template: str, built: Path) -> AsyncIterator[House]:
    """A house on a copy of the demonstration agency, for journeys that change nothing in it."""
    await ensure_database(server, "demo_of_journeys", demo_template)
    with house(server.url("demo_of_journeys"), PORCHLIGHT_DATA=str(BASE / "journeys")) as made:
        yield made


@pytest.fixture
def demo_house(demo_agency: House) -> House:
    """The demonstration agency with its API process running."""
    demo_agency.keep_running()
    return demo_agency


@pytest.fixture(scope="session")
async def one_house(server: Embedded, built: Path) -> AsyncIterator[House]:
    """A house on a database of the journeys' own."""
    await ensure_database(server, "journeys", TEMPLATE)
    with house(server.url("journeys")) as made:
        yield made


@pytest.fixture
async def journeys_db(server: Embedded, pool: object, one_house: House) -> AsyncIterator[str]:
    """The engine on that house's database, which is empty; answers its address."""
    async with engine_on("journeys") as address:
        await _calm()
        await empty_tables()
        yield address


async def _calm() -> None:
    """Wait until the house has finished what an earlier journey's phones still asked of it."""
    async with connection() as held, asyncio.timeout(CALM_S):
        while True:
            if not await held.fetchval(BUSY):
                return
            await asyncio.sleep(0.02)


@pytest.fixture
async def family(journeys_db: str) -> Family:
    """Two parents and their worker."""
    return await make_family_with_logins()


@pytest.fixture
async def installation(one_house: House, family: Family) -> House:
    """The house with the family in it and its API process running."""
    one_house.keep_running()
    return one_house


@pytest.fixture(scope="session")
async def shop() -> AsyncIterator[Shop]:
    async with Shop() as made:
        yield made


@pytest.fixture
async def phones(shop: Shop) -> AsyncIterator[Phones]:
    """Phones as new, each with nothing on it and nothing in common with another; they are gone after the journey."""
    async with AsyncExitStack() as open_things:

        async def take(**options: Any) -> BrowserContext:
            return await open_things.enter_async_context(shop.phone(**options))

        yield take


@pytest.fixture
async def phone(phones: Phones) -> BrowserContext:
    """One phone as new, with a page."""
    made = await phones()
    await made.new_page()
    return made
