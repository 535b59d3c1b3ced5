"""The server: the engine's own source, compiled anew for a simulated world, with a defect planted in it or without.

Nothing of the engine is written a second time here. Its modules are compiled from their files; what they ask of the
world (the database, the clock, chance) is answered by the simulation.
"""

from __future__ import annotations

import contextlib
import inspect
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from functools import cache
from importlib import import_module
from types import CodeType, ModuleType
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import msgspec

from backend.access import Actor, Role
from backend.devices.admission import Places
from backend.errors import Refused
from sync.wire import SyncRequest
from tests.simulation.clockwork import Clockwork, Dice, Wall, quick_id
from tests.simulation.database import Database

QUIET = logging.Logger("simulation", logging.CRITICAL + 1)


class Defect(NamedTuple):
    """A small change of a module's source."""

    name: str
    module: str
    right: str
    wrong: str


@cache
def compiled(module: str, right: str, wrong: str) -> CodeType:
    """A module's code, with one change in it."""
    source = inspect.getsource(import_module(module))
    if right:
        assert source.count(right) == 1, f"{right!r} stands {source.count(right)} times in {module}"
        source = source.replace(right, wrong)
    return compile(source, module, "exec")


def copy_of(module: str, defect: Defect | None) -> ModuleType:
    """A module of its own, from the same source; with the defect, if that is where it belongs."""
    made = ModuleType(module)
    change = (defect.right, defect.wrong) if defect and defect.module == module else ("", "")
    exec(compiled(module, *change), vars(made))  # noqa: S102
    return made


def with_quick_ids(request: SyncRequest) -> SyncRequest:
    """The same request; its ids become rows and keys, and are compared more often than anything else."""
    for one, name in ((request, "device"), *((mutation, name) for mutation in request.push for name in ("id", "scope", "after"))):
        if (id := getattr(one, name)) is not None:
            msgspec.structs.force_setattr(one, name, quick_id(id.bytes))
    request.want[:] = [quick_id(id.bytes) for id in request.want]
    return request


class Answer(NamedTuple):
    """What the network carries back."""

    status: int
    body: bytes


class Engine:
    """One server process's code over a simulated database."""

    def __init__(self, clockwork: Clockwork, database: Database, defect: Defect | None) -> None:
        self.clockwork, self.database = clockwork, database
        self.trouble = 0.0
        self.epochs = 0
        self.rows_max = 4000
        self.surprises: list[str] = []
        names = ("sync.cursor", "sync.epoch", "sync.inbox", "sync.opening", "sync.pull", "sync.scrub", "backend.devices.actions")
        cursor, epoch, inbox, opening, pull, scrub, actions = (copy_of(name, defect) for name in names)
        self.scrubbed: Callable[[set[tuple[str, str]]], None] = lambda wrong: None
        self.scrub = scrub
        sql = copy_of("tests.simulation.statements", defect)
        turns: Any = self
        self.places = Places(turns, turns)
        self.session, self.opened = sql.Connection, sql.opened
        self.cursor, self.epoch, self.inbox, self.pull, self.actions = map(vars, (cursor, epoch, inbox, pull, actions))
        wall, dice = Wall(clockwork), Dice(clockwork)
        self.cursor.update(os=dice, datetime=wall)
        self.epoch.update(os=dice)
        self.inbox.update(datetime=wall)
        own = {name: self.pull[name] for name in ("Asked", "Pulled", "Standby", "pull")} | {"opening": vars(opening)["opening"]}
        own |= {"scrub": self, "DB": self, "connection": self.connection, "line_of": self.line_of, "record": self.record}
        own["_count"] = lambda *figures: None  # nobody reads the counters of a simulated world
        self.actions.update(cursor=cursor, epoch=epoch, inbox=inbox, datetime=wall, log=QUIET, **own)

    async def differing(self, connection: Any, asked: Any, sums: list[tuple[UUID, str]]) -> list[UUID]:
        """sync.scrub.differing(), overheard."""
        wrong: list[UUID] = await vars(self.scrub)["differing"](connection, asked, sums)
        self.scrubbed({(str(scope), told) for scope, told in sums if scope in wrong})
        return wrong

    def connection(self) -> Any:
        """backend.db.connection()."""
        task = self.clockwork.running
        assert task is not None
        return nullcontext(task.transaction or self.session(self.database, None, self.trouble))

    async def record(self, entries: Any) -> None:
        """backend.journal.record(): who hears of a new device is not simulated."""

    def line_of(self, person: Any) -> Any:
        """backend.db.line_of(): the simulated database knows the first lock alone."""
        return self.connection()

    @asynccontextmanager
    async def transaction(self, *, person: Any = None) -> AsyncIterator[None]:
        """backend.db.DB.transaction()."""
        task = self.clockwork.running
        assert task is not None
        async with self.opened(self.database, self.trouble) as transaction:
            task.transaction = self.session(self.database, transaction, self.trouble)
            try:
                yield
            finally:
                task.transaction = None

    def turn(self) -> Any:
        """A place among those that load; now and then there is none."""
        if self.clockwork.happens(self.trouble):
            raise self.actions["Full"]
        return nullcontext()

    def current(self) -> Any:
        """The connection that the running mutator writes with."""
        task = self.clockwork.running
        assert task is not None
        return task.transaction or self.database_by_itself

    @property
    def database_by_itself(self) -> Any:
        """Each statement its own transaction: only a planted defect gets here."""
        return self.session(self.database, None, self.trouble)

    async def begin_epoch(self, declaration: str) -> None:
        """What a migration does; another takes its place if the database goes away meanwhile."""
        with contextlib.suppress(asyncpg.PostgresError):
            async with self.opened(self.database, 0.0) as transaction:
                await self.epoch["begin"](self.session(self.database, transaction), declaration)
            self.epochs += 1

    async def register(self, principal: Any, device: Any) -> Answer:
        """PUT /v1/devices/{device}."""
        try:
            await self.actions["register_device"](Actor(principal, Role.PARENT), device, "phone")
        except Refused:
            return Answer(409, b"{}")
        except (OSError, asyncpg.PostgresError):
            return Answer(503, b"{}")
        return Answer(204, b"")

    async def sync(self, principal: Any, registry: Any, body: bytes) -> Answer:
        """POST /v1/sync, as backend/devices/routes.py answers it."""
        self.pull["ROWS_MAX"] = self.rows_max
        request = with_quick_ids(msgspec.json.decode(body, type=SyncRequest))
        try:
            answer = await self.actions["exchange"](Actor(principal, Role.PARENT), registry, request, self.places)
        except self.actions["Busy"] as busy:
            return Answer(503, msgspec.json.encode(busy.taken))
        except self.actions["TooOld"] as old:
            return Answer(426, msgspec.json.encode(old.taken))
        except self.pull["Standby"]:
            return Answer(503, b"{}")
        except self.inbox["Forked"]:
            return Answer(409, b'{"code":"device_forked"}')
        except self.actions["Wipe"] as wipe:
            return Answer(401, msgspec.json.encode({"wipe": wipe.erase}))
        except Refused:
            return Answer(404, b'{"code":"device_unknown"}')
        except (OSError, asyncpg.PostgresError):
            return Answer(503, b"{}")
        except Exception as error:
            self.surprises.append(f"the server broke: {error!r}")
            return Answer(500, b"{}")
        return Answer(200, msgspec.json.encode(answer))
