"""The database: one engine, safe transactions, work that waits for the commit.

Piccolo's own engine leaks a connection whenever COMMIT or ROLLBACK raises, and connects when it is imported; this
subclass does neither, and says so when a query of a child task would run inside its parent's transaction.

There are two ways in. Ours is the role of DATABASE_URL, which owns the tables. A person's is a role that owns nothing, under
the policies of rows (`rights.py`), and each transaction on it begins by saying whose it is.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any, Literal, cast
from uuid import UUID

import asyncpg
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction

from backend.settings import SETTINGS
from sync.guard import PRINCIPAL

if TYPE_CHECKING:
    from asyncpg.pool import Pool, PoolConnectionProxy

    Connection = PoolConnectionProxy[asyncpg.Record]

os.environ.setdefault("PICCOLO_CONF", "backend.piccolo_conf")

# Not a fault of what was asked: the database is gone, is coming or going, is full, or is a standby that takes nothing.
AWAY = (
    ConnectionError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InternalClientError,  # the server took its leave while the connection lay idle
)

PERSON_ROLE = "porchlight_person"  # of the whole cluster; made by `rights.py`
AS_HOUSE, AS_PERSON = "SET LOCAL ROLE NONE", f"SET LOCAL ROLE {PERSON_ROLE}"

STATEMENT_BYTES = 1 << 18  # the pull's grows with every noun; one that asyncpg finds too long to keep is planned anew each time
SESSION = {"application_name": "porchlight", "timezone": "UTC", "jit": "off", "plan_cache_mode": "force_generic_plan"}

Callback = Callable[[], Awaitable[None]]
Isolation = Literal["read_committed", "repeatable_read", "serializable"]

log = logging.getLogger(__name__)

_soon: set[asyncio.Task[None]] = set()


class PersonConnection(asyncpg.Connection):
    """A line on which every transaction begins by saying whose it is, in the message that begins it: no trip more.

    Nothing outlives a transaction. A statement outside of one has to bring its principal, else the policies of rows raise.
    """

    principal: UUID | None = None

    async def execute(self, query: str, *args: Any, timeout: float | None = None) -> str:
        """As asyncpg's."""
        if self.principal is not None and query.startswith("BEGIN"):
            query = f"{query} SET LOCAL {PRINCIPAL} = '{self.principal}'"
        return await super().execute(query, *args, timeout=timeout)


class SafeTransaction(PostgresTransaction):
    """A transaction that always gives its connection back, and runs its callbacks after a commit.

    Nested in another it is a no-op: not a savepoint. `connection` is asyncpg's. `person` is whose rows alone are there.
    """

    __slots__ = ("callbacks", "closed", "house", "options", "owner", "person", "pool")

    def __init__(self, engine: SafeEngine, allow_nested: bool = True, *, person: UUID | None = None, **options: Any) -> None:
        super().__init__(engine, allow_nested)
        self.owner = asyncio.current_task()
        self.closed = False
        self.person = person
        self.house = False
        self.options = options
        self.callbacks: list[Callback] = []
        self.pool: Pool[asyncpg.Record] | None = None

    async def __aenter__(self) -> SafeTransaction:
        parent: Any = self._parent
        if parent is not None:
            if self.options and self.options != parent.options:
                raise RuntimeError("the open transaction has another isolation")
            if self.person not in (None, parent.person):
                raise RuntimeError("the open transaction is not this person's")
            return cast(SafeTransaction, parent)
        if self.person is None:
            self.pool = self.engine.pool
            self.connection = await self.get_connection()
        else:
            self.pool = people()
            self.connection = await _lent(self.pool, self.person)
        try:
            self.transaction = self.connection.transaction(**self.options)
            await self.begin()
        except BaseException:
            await self._release()
            raise
        self.context = self.engine.current_transaction.set(self)
        return self

    async def __aexit__(self, exc_type: Any, exc: Any, traceback: Any) -> Literal[False]:
        if self._parent:
            return False
        self.closed = True
        self.engine.current_transaction.reset(self.context)
        try:
            if exc is not None:
                if not self._rolled_back:
                    with contextlib.suppress(Exception):
                        await self.rollback()
            elif not self._committed and not self._rolled_back:
                await self.commit()
        finally:
            await self._release()
        if self._committed:
            for callback in self.callbacks:
                await _quietly(callback)
        return False

    async def _release(self) -> None:
        if self.person is not None:
            _taken_back(self.connection)
        await (self.pool.release(self.connection) if self.pool else self.connection.close())


class _Current:
    """Stands where Piccolo keeps its context variable; a closed or a foreign task's transaction is not current."""

    def __init__(self) -> None:
        self._open: contextvars.ContextVar[SafeTransaction | None] = contextvars.ContextVar("transaction", default=None)
        self.set, self.reset = self._open.set, self._open.reset

    def get(self) -> SafeTransaction | None:
        transaction = self._open.get()
        if transaction is None or transaction.closed:
            return None
        if transaction.owner is not asyncio.current_task():
            raise RuntimeError("a transaction is open in the parent task: no gather() or create_task() inside one")
        return transaction


class SafeEngine(PostgresEngine):
    """Piccolo's engine, without its connection at import and with the transaction above."""

    def __init__(self) -> None:
        super().__init__({})
        self.people: Pool[asyncpg.Record] | None = None
        self.current_transaction = _Current()  # type: ignore[assignment]

    async def check_version(self) -> None:
        """Nothing: importing a module opens no connection."""

    async def prep_database(self) -> None:
        """Nothing: the schema needs no extension."""

    def transaction(self, allow_nested: bool = True, *, person: UUID | None = None, **options: Any) -> SafeTransaction:
        """`isolation=`, `readonly=` and `deferrable=` as asyncpg has them; `person=` for one in which only their rows are there."""
        return SafeTransaction(self, allow_nested, person=person, **options)

    async def get_new_connection(self) -> Any:
        """A connection of its own, outside the pool."""
        return await asyncpg.connect(database_url())


DB = SafeEngine()


def database_url() -> str:
    """The address in force: the environment's at this moment, since the embedded server's is known only once it runs."""
    url = os.environ.get("DATABASE_URL") or SETTINGS.database_url
    if not url:
        raise SystemExit("No database: set DATABASE_URL, or use ./porchlight run, which brings its own.")
    return url


async def open_pool(url: str | None = None, size: int | None = None) -> None:
    """Open the pools that every query uses; without them each query would pay for a new connection."""
    if DB.pool is None:
        url, size = url or database_url(), size or SETTINGS.pool_size
        DB.pool = await _make_pool(url, size, min_size=1)
        DB.people = await _make_pool(url, size, role=PERSON_ROLE, min_size=0, connection_class=PersonConnection)


async def _make_pool(url: str, size: int, *, role: str | None = None, **how: Any) -> Pool[asyncpg.Record]:
    return await asyncpg.create_pool(
        url,
        max_size=size,
        reset=_tidy,
        max_cacheable_statement_size=STATEMENT_BYTES,
        server_settings=SESSION if role is None else SESSION | {"role": role},
        **how,
    )


async def close_pool() -> None:
    """Close the pools; whatever still runs on them is given five seconds."""
    pools, DB.pool, DB.people = (DB.people, DB.pool), None, None
    for pool in pools:
        if pool is not None:
            try:
                async with asyncio.timeout(5):
                    await pool.close()
            except TimeoutError:
                pool.terminate()


def pool() -> Pool[asyncpg.Record]:
    """The open pool."""
    if DB.pool is None:
        raise RuntimeError("the database pool is not open: await backend.db.open_pool() first")
    return DB.pool


@contextlib.asynccontextmanager
async def connection() -> AsyncIterator[Connection]:
    """asyncpg's connection: the current transaction's, else one of the pool's for as long as the block lasts.

    No session state (LISTEN, SET without LOCAL, session locks) may be left on it: it is not reset.
    """
    current = DB.current_transaction.get()
    if current is not None:
        yield current.connection
    else:
        async with pool().acquire() as acquired:
            yield acquired


def people() -> Pool[asyncpg.Record]:
    """The open pool of lines that serve persons."""
    if DB.people is None:
        raise RuntimeError("the database pool is not open: await backend.db.open_pool() first")
    return DB.people


@contextlib.asynccontextmanager
async def line_of(person: UUID) -> AsyncIterator[Connection]:
    """A line of the person's own for as long as the block lasts, outside of a transaction.

    Whoever holds one may take one of ours beside it, never the reverse: so neither pool waits for itself.
    """
    pool = people()
    acquired = await _lent(pool, person)
    try:
        yield acquired
    finally:
        _taken_back(acquired)
        await pool.release(acquired)


@contextlib.asynccontextmanager
async def as_house() -> AsyncIterator[None]:
    """Inside a person's transaction: what the house does on its own account, such as telling others of it. Else nothing.

    What is read in such a block must not reach the person but by a rule of ours.
    """
    current: Any = DB.current_transaction.get()
    if current is None or current.person is None or current.house:
        yield
        return
    await current.connection.execute(AS_HOUSE)
    current.house = True
    try:
        yield
    finally:
        current.house = False
        with contextlib.suppress(asyncpg.InFailedSQLTransactionError):  # the way back, to a savepoint or out, is a rollback
            await current.connection.execute(AS_PERSON)


async def _lent(pool: Pool[asyncpg.Record], person: UUID) -> Any:
    acquired: Any = await pool.acquire()
    acquired._con.principal = person
    return acquired


def _taken_back(acquired: Any) -> None:
    if acquired._con is not None:  # a line that was lost went back by itself
        acquired._con.principal = None


def is_lost(held: Connection) -> bool:
    """Whether the line of this connection is gone; a pool takes such a one back at once, and then it does not even say so."""
    try:
        return held.is_closed()
    except asyncpg.InterfaceError:
        return True


def after_commit(callback: Callback) -> None:
    """Run this after the outermost transaction has committed, never after a rollback; soon when none is open.

    It is for hints: an exception in it is logged, not raised, for the commit stands.
    """
    current: Any = DB.current_transaction.get()
    if current is not None:
        current.callbacks.append(callback)
    else:
        task = asyncio.get_running_loop().create_task(_quietly(callback))
        _soon.add(task)
        task.add_done_callback(_soon.discard)


async def _quietly(callback: Callback) -> None:
    try:
        await callback()
    except Exception:
        log.exception("a callback after a commit failed")


async def _tidy(connection: Any) -> None:
    """In place of asyncpg's RESET ALL, which costs as much as a query: only an abandoned transaction is undone."""
    if connection.is_in_transaction():
        await connection.reset()
