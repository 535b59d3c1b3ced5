"""One seed's world: people with phones, a server, a domain that changes, and trouble at rates of its own.

First everything goes wrong for some days; then all trouble that promises to end does, and everything must settle.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random
from types import ModuleType
from typing import Any

from tests.simulation.checks import Checks, Violation
from tests.simulation.clockwork import Clockwork, Pause, Stuck
from tests.simulation.database import Database, Transaction, write_thing
from tests.simulation.engine import Defect, Engine, copy_of
from tests.simulation.house import AUDIENCES, MASKS, Thing, registry
from tests.simulation.network import Network
from tests.simulation.phone import Phone

RARE = (0.0, 0.0, 0.02, 0.08, 0.25)
FAULTS = ("lose_request", "lose_response", "double", "truncate", "freeze", "slow")
PER_STEP = ("die", "crash", "contention")
HAPPENINGS = ("epoch", "fail_over", "schema", "leap", "lose_cache", "spoil_cursor", "copy", "wipe", "clock", "budget", "outdated")
MANY = 40
DAY = 86_400.0
IDLE_COUNTS_S = 3_600.0  # a longer silence of a phone is not counted as time simulated


class World:
    """Everything, from one number."""

    def __init__(self, seed: int, defect: Defect | None = None) -> None:
        self.seed = seed
        self.clockwork = clockwork = Clockwork(seed)
        self.database = Database(clockwork)
        self.client: ModuleType = copy_of("tests.simulation.client", defect)
        self.checks = Checks(clockwork, self.database)
        self.engine = Engine(clockwork, self.database, defect)
        self.registries = [registry(schema, self.engine.current) for schema in (1, 2)]
        self.schema = 1
        self.network = Network(self)
        self.traces: dict[str, list[tuple[Any, ...]]] | None = None
        self.device_seconds = 0.0
        self.calm = False
        self._draw()
        self._draw_apart(seed)
        chance = clockwork.chance
        self.scopes = [clockwork.uuid() for _ in range(chance.randint(2, 5))]
        self.people = [clockwork.uuid() for _ in range(chance.randint(1, 3))]
        self.phone_class: Any = vars(copy_of("tests.simulation.phone", defect))["Phone"]
        self.phones: list[Phone] = [self.phone_class(self, f"phone-{at}", chance.choice(self.people)) for at in range(chance.randint(1, 3))]

    def _draw(self) -> None:
        chance = self.clockwork.chance
        self.rates: dict[str, float] = {name: chance.choice(RARE) for name in FAULTS}
        self.rates |= {name: chance.choice((0.0, 0.0, 0.002, 0.01)) for name in PER_STEP}
        self.rates |= {name: chance.choice((0.0, 0.0, 0.02, 0.1)) for name in HAPPENINGS}
        self.fate_of_phones, self.fate_of_server = self._fate("die"), self._fate("crash")
        self.rates["wipe"] /= 8
        self.rates["late_s"] = chance.choice((5.0, 300.0, 7_200.0))
        self.rates["gap_s"] = chance.choice((150.0, 1_500.0, 4_500.0))
        self.rates["hold_s"] = chance.choice((0.05, 5.0, 400.0))
        self.engine.rows_max = chance.choice((3, 8, 4_000))
        self.engine.cursor["IN_PROGRESS_MAX"] = chance.choice((1, 256))

    def _draw_apart(self, seed: int) -> None:
        """What came later has chances of its own, so that older seeds keep their days."""
        self.apart = apart = Random(f"apart {seed}")
        self.rot, self.standbys = apart.choice((0.0, 0.02, 0.1)), apart.choice((0.0, 0.0, 0.02, 0.1))
        vars(self.client).update(MOST_SUMS=apart.choice((1, 2, 64)), DAY_MS=apart.choice((3_600_000, 86_400_000)))
        self.database.asks_a_standby = lambda: self.standbys > 0 and not self.calm and apart.random() < self.standbys
        self.engine.scrubbed = self.checks.scrubbed

    def happens(self, what: str) -> bool:
        """True as often as this seed has it, and never in the calm."""
        return not self.calm and self.clockwork.happens(self.rates[what])

    def _fate(self, what: str) -> Callable[[], bool] | None:
        """Whether this kills somebody, asked at each of their steps; never, where this seed has none of it."""
        return partial(self.happens, what) if self.rates[what] else None

    def delay(self) -> float:
        """How long a message is under way."""
        return self.clockwork.soon(20.0 if self.happens("slow") else 0.1)

    @property
    def registry(self) -> Any:
        """The declaration in force."""
        return self.registries[self.schema - 1]

    def stood(self, asked: int) -> dict[str, Any]:
        """What a cursor depends on, for an app of this schema."""
        return {"epoch": (self.engine.epochs, self.database.timeline), "schema": min(asked, self.schema)}

    def record(self, phone: Phone, *round: Any) -> None:
        """A round for the traces, when somebody wants them."""
        if self.traces is not None:
            self.traces.setdefault(phone.name, []).append(round)

    # --- the two phases

    def run(self, hours: float) -> str | None:
        """Both phases; the first violation in words, or None."""
        try:
            self._begin()
            for phone in self.phones:
                self.clockwork.spawn(self._life(phone))
            self.clockwork.spawn(self._domain())
            self.clockwork.run(hours * 3_600)
            self._settle()
        except Violation:
            pass
        except Stuck:
            self.checks.violation = "I4: the world turns in a circle"
        finally:
            self.clockwork.close()
        return self.checks.violation

    def _begin(self) -> None:
        self.clockwork.spawn(self.engine.begin_epoch("first"))
        self.clockwork.run(1.0)
        for scope in self.scopes:
            for _ in range(self.clockwork.chance.randint(0, 5)):
                self._commit_now("thing", self.clockwork.uuid(), self._thing(scope))
        for person in self.people:
            for scope in self.scopes:
                if self.clockwork.happens(0.7):
                    self._commit_now("part", (person, scope), self.clockwork.chance.choice(MASKS))

    def _commit_now(self, table: str, key: Any, row: Any) -> None:
        async def write() -> None:
            transaction = self.database.begin()
            await (write_thing(transaction, key, row) if table == "thing" else transaction.put(table, key, row))
            transaction.end(commit=True)

        self.clockwork.spawn(write())
        self.clockwork.run(self.clockwork.seconds)

    def _settle(self) -> None:
        """The calm: within ten minutes, five tries for each mutation that breaks us and two scrubs, everything has an end."""
        self.calm = True
        for phone in self.phones:
            phone.outdated = False
        self.engine.trouble = 0.0
        for transaction in sorted(self.database.open, key=lambda one: one.began):
            if transaction.x is not None and not any(task.transaction for task in self.network.serving):
                transaction.end(commit=True)
        poisons = sum(item["args"]["word"] == "poison" for phone in self.phones for item in phone.items())
        open_matters: str | None = None
        for _ in range(12 + 6 * poisons + 12 * any(phone.rotten for phone in self.phones)):
            for phone in self.phones:
                if phone.rotten:
                    phone.a_day_passes()
                phone.sync()
            self.clockwork.run(self.clockwork.seconds + 60)
            open_matters = next((found for phone in self.phones if not phone.dead and (found := self.checks.settled(phone))), None)
            if open_matters is None:
                break
        self.checks.hold(open_matters is None, "at rest", open_matters or "")
        self.checks.hold(not self.engine.surprises, "I4", "; ".join(self.engine.surprises[:1]))

    # --- what people and the agency do

    async def _life(self, phone: Phone) -> None:
        clockwork = self.clockwork
        while not self.calm and not phone.dead:
            gap = clockwork.soon(self.rates["gap_s"])
            self.device_seconds += min(gap, IDLE_COUNTS_S)
            await Pause(gap)
            if self.calm or phone.dead:
                return
            for _ in range(clockwork.chance.choice((0, 0, 0, 0, 0, 1, 1, 2))):
                phone.write(self._item(phone))
            if clockwork.happens(0.8):
                phone.sync()
            self._mishap(phone)

    def _item(self, phone: Phone) -> dict[str, Any]:
        chance = self.clockwork.chance
        word = chance.choices(("hello", "refuse", "poison"), (20, 3, 1))[0]
        name = "thing.write" if chance.random() < 0.95 else "thing.sing"
        scope = str(chance.choice(self.scopes)) if chance.random() < 0.9 else None
        at = self.clockwork.wall().isoformat()
        item = {"id": str(self.clockwork.uuid()), "at": at, "name": name, "v": 1, "scope": scope, "args": {"word": word}}
        return item | ({"after": chance.choice(phone.written)} if phone.written and chance.random() < 0.15 else {})

    def _mishap(self, phone: Phone) -> None:
        if self.happens("lose_cache"):
            self.clockwork.at(self.clockwork.soon(0.5), phone.lose_cache)
        if self.happens("spoil_cursor") and (standing := phone.disk["cache"].get("standing")):
            phone.disk["cache"]["standing"] = {**standing, "cursor": "x" + (standing["cursor"] or "")[1:]}
        if self.rot and self.apart.random() < self.rot:
            phone.rot(self.apart)
        if self.happens("outdated"):
            phone.outdated = not phone.outdated
        if self.happens("clock"):
            phone.clock_ahead = self.clockwork.chance.uniform(-10, 10) * 365 * DAY
        if self.happens("copy"):
            self.clockwork.at(self.clockwork.soon(0.3), lambda: self._copy(phone))
        if self.happens("wipe") and (device := phone.disk["outbox"]["device"]):
            self._revoke(device["id"])
        if self.happens("die"):
            phone.kill()

    def _copy(self, phone: Phone) -> None:
        if len(self.phones) < 4 and not phone.dead and not self.calm:
            made = phone.copy(f"phone-{len(self.phones)}")
            self.phones.append(made)
            self.clockwork.spawn(self._life(made))

    def _revoke(self, device: str) -> None:
        for id, row in self.database.tables["sync_device"].items():
            if str(id) == device:
                self._commit_now("sync_device", id, {**row, "revoked_at": self.clockwork.wall(), "wipe": True})

    async def _domain(self) -> None:
        while not self.calm:
            await Pause(self.clockwork.soon(self.rates["gap_s"] / 2))
            if self.calm:
                return
            self.clockwork.spawn(self._change())
            self.engine.trouble = self.rates["contention"]
            self._turn()

    def _turn(self) -> None:
        """Turns in the life of the server."""
        chance = self.clockwork.chance
        if self.happens("epoch"):
            self.clockwork.spawn(self.engine.begin_epoch("another declaration"))
        if self.happens("fail_over"):
            self.network.crash()
            self.database.fail_over()
            for phone in self.phones:  # they all come back at once
                phone.sync()
        if self.happens("schema"):
            self.schema = 3 - self.schema
        if self.happens("budget"):
            self.engine.rows_max = chance.choice((1, 3, 8, 4_000))
        if self.happens("leap"):  # months in which nothing happens: no transaction lasts that long
            self.network.crash()
            self.database.end_all()
            self.clockwork.leapt += chance.choice((100, 149, 190)) * DAY
            self.checks.purged(self.database.purge(self.clockwork.wall().timestamp() - 180 * DAY))

    async def _change(self) -> None:
        """A transaction of the agency's: some writes, as slow as this seed has it, and an end in its own time."""
        chance = self.clockwork.chance
        transaction = self.database.begin()
        try:
            for _ in range(chance.randint(1, 6)):
                await self._write(transaction)
                await Pause(self.clockwork.soon(self.rates["hold_s"]))
                if not transaction.open:
                    return
            transaction.end(commit=chance.random() < 0.85)
        finally:
            transaction.end(commit=False)

    async def _write(self, transaction: Transaction) -> None:
        chance = self.clockwork.chance
        if chance.random() < 0.3:
            key = (chance.choice(self.people), chance.choice(self.scopes))
            if transaction.blocked_by("part", key) is None:
                await transaction.put("part", key, chance.choice((*MASKS, None, None)))
            return
        ids = list(self.database.tables["thing"])
        id = chance.choice(ids) if ids and (chance.random() < 0.7 or len(ids) > MANY) else self.clockwork.uuid()
        if transaction.blocked_by("thing", id) is None:
            await write_thing(transaction, id, self._next(transaction.get("thing", id)))

    def _next(self, thing: Thing | None) -> Thing | None:
        chance = self.clockwork.chance
        if len(self.database.tables["thing"]) > MANY:
            return None
        if thing is None:
            return self._thing(chance.choice(self.scopes))
        word, note = f"word {chance.randrange(1000)}", chance.choice(("", "note"))
        aud, scope = chance.choice(AUDIENCES), chance.choice(self.scopes)
        change = chance.choice((None, {"word": word}, {"note": note}, {"aud": aud}, {"scope": scope}))
        return None if change is None else thing._replace(**change)

    def _thing(self, scope: Any) -> Thing:
        chance = self.clockwork.chance
        return Thing(scope, chance.choice(AUDIENCES), f"word {chance.randrange(1000)}", chance.choice(("", "note")))
