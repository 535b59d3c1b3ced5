"""One real PostgreSQL for each process of the run, migrated once; every test that asks for `db` begins with empty tables.

The address is set before anything of ours is imported, so that settings and child processes see the same database.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from backend.embedded import Embedded, ensure_database
from tests.redis_server import RedisServer

if TYPE_CHECKING:
    from backend.db import SafeEngine

TEMPLATE, DATABASE = "template_of_tests", "tests"
KEPT = ("migration", "sync_epoch")
FREE_BYTES = 1 << 30

settings.register_profile("any machine", deadline=None)  # no test judges how fast the machine is
settings.load_profile("any machine")


def _memory() -> str | None:
    """A file system in memory when there is room in it (containers often give 64 MB)."""
    place = "/dev/shm"
    roomy = os.access(place, os.W_OK) and shutil.disk_usage(place).free > FREE_BYTES
    return place if roomy else None


BASE = Path(tempfile.mkdtemp(prefix="porchlight-tests-", dir=_memory()))
BASE.chmod(0o755)
SERVER = Embedded(BASE / "postgres", unsafe=True)
os.environ.update(DATABASE_URL=SERVER.url(DATABASE), PORCHLIGHT_DATA=str(BASE / "data"), PORCHLIGHT_DEMO="on")
os.environ.update(PORCHLIGHT_STAFF_PASSWORDS="on", PORCHLIGHT_SECRET="bm90IGEgc2VjcmV0OiBvbmx5IHRlc3RzIHVzZSB0aGlzIQ==")
for name in ("REDIS_URL", "DROP_FOLDER", "EXTRACT_KEYS", "PUSH_HOSTS", "PORCHLIGHT_ORIGIN"):
    os.environ.pop(name, None)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`./porchlight test --histories N`."""
    parser.addoption("--histories", type=int, default=100, help="how many random histories are played, where tests play some")


@pytest.fixture
def histories(request: pytest.FixtureRequest) -> int:
    """How many random histories a test plays."""
    return int(request.config.getoption("--histories"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What `./porchlight test` found before the tests stands above their closing line."""
    if failed := os.environ.get("PORCHLIGHT_CHECKS_FAILED"):
        terminalreporter.write_line(f"CHECKS FAILED BEFORE THE TESTS: {failed}", red=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with long tests come first, so that no process is left alone with one at the end."""
    long = {item.path for item in items if item.get_closest_marker("browser") or item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in long)


def pytest_unconfigure() -> None:
    SERVER.stop()
    shutil.rmtree(BASE, ignore_errors=True)


@pytest.fixture(scope="session")
async def server() -> Embedded:
    """The running server, with a migrated template and one database made from it."""
    SERVER.start()
    await ensure_database(SERVER, TEMPLATE)
    environment = {**os.environ, "DATABASE_URL": SERVER.url(TEMPLATE)}  # a process of its own leaves no connection behind
    migration = subprocess.run([sys.executable, "-m", "backend.migrate"], env=environment, capture_output=True, text=True)
    if migration.returncode != 0:
        pytest.exit(f"the migrations failed:\n{migration.stderr}", 1)
    await ensure_database(SERVER, DATABASE, TEMPLATE)
    return SERVER


@pytest.fixture(scope="session")
async def pool(server: Embedded) -> AsyncIterator[SafeEngine]:
    """The engine with its pool open on the tests' database."""
    from backend import db

    await db.open_pool()
    yield db.DB
    await db.close_pool()


@pytest.fixture
async def db(pool: SafeEngine) -> SafeEngine:
    """The engine, on a database whose tables are empty (but for what migrations and the declaration put there)."""
    await empty_tables()
    return pool


async def empty_tables() -> None:
    """Delete every row of the database that the engine is on, but for what migrations and the declaration put there."""
    from backend.db import DB

    async with DB.transaction() as transaction:
        held = transaction.connection
        names = await held.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL($1)", KEPT)
        deletes = "".join(f'DELETE FROM "{row["tablename"]}";' for row in names)
        await held.execute(f"SET LOCAL session_replication_role = replica; {deletes}")


@contextmanager
def pools_laid_aside() -> Iterator[None]:
    """Nobody has opened the engine's pools yet, for a while."""
    from backend.db import DB

    usual = DB.pool, DB.people
    DB.pool = DB.people = None
    try:
        yield
    finally:
        DB.pool, DB.people = usual


@asynccontextmanager
async def engine_on(name: str) -> AsyncIterator[str]:
    """The engine on this database for a while, for this process and those that it starts; answers its address."""
    from backend import db

    with pools_laid_aside(), pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", SERVER.url(name))
        await db.open_pool()
        yield SERVER.url(name)
        await db.close_pool()


@pytest.fixture
async def fresh_db(pool: SafeEngine) -> AsyncIterator[str]:
    """A database of this test's own, for DDL, transaction ids or several processes; answers its address."""
    import asyncpg

    name = f"fresh_{os.urandom(4).hex()}"
    await ensure_database(SERVER, name, TEMPLATE)
    async with engine_on(name) as address:
        yield address
    held = await asyncpg.connect(SERVER.url("postgres"))
    await held.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await held.close()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """An empty folder that every account may enter: for root, another account runs PostgreSQL."""
    made = BASE / f"open-{os.urandom(4).hex()}"
    made.mkdir(mode=0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def now() -> datetime:
    """A moment for rules, which never ask the clock: a Monday morning in winter."""
    return datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    """A real Redis of this test's own, which it may stop, wipe and start."""
    server = RedisServer(BASE / f"redis-{os.urandom(4).hex()}")
    server.start()
    yield server
    server.stop()
