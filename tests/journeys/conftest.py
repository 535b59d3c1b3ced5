"""What journeys stand on: the app as it is built, and the demonstration agency, loaded once and copied for each of them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from backend import node
from backend.embedded import Embedded, ensure_database
from backend.environment import ROOT
from tests.conftest import BASE, TEMPLATE
from tests.journeys.family import Family, make_family_with_logins
from tests.journeys.house import House, house

DEMO = "template_of_journeys"


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


@pytest.fixture
async def demo_house(server: Embedded, demo_template: str, built: Path) -> AsyncIterator[House]:
    """One API process on a copy of the demonstration agency; commands of the same house let days pass."""
    name = f"journey_{os.urandom(4).hex()}"
    await ensure_database(server, name, demo_template)
    with house(server.url(name), PORCHLIGHT_DATA=str(BASE / "journeys")) as made:
        made.api()
        yield made
    held = await asyncpg.connect(server.url("postgres"))
    await held.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await held.close()


@pytest.fixture
async def family(fresh_db: str) -> Family:
    """Two parents and their worker, in a database of this test's own."""
    return await make_family_with_logins()


@pytest.fixture
async def installation(fresh_db: str, family: Family, built: Path) -> AsyncIterator[House]:
    """One API process on the family's database."""
    with house(fresh_db) as made:
        made.api()
        yield made
