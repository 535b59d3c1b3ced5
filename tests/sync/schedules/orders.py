"""Every order in which three transactions can take their steps, and what phones see at every place of it.

A transaction has three steps (BEGIN alone takes neither a snapshot nor an id, so it goes with the first write): 1,680
orders. In each, a phone first pulls at every one of the ten places, and pulls again at every later one; so all pairs of
pulls are covered, and longer chains with them, since a pull that equals a fresh one leaves the cursor of a fresh one.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from backend.registry import REGISTRY
from sync import doctor
from tests.sync.schedules.scenarios import Scenario, World, make_world
from tests.sync.schedules.stepper import Forbidden, Stepper, Transaction
from tests.sync.schedules.watch import Pulling, copied, empty, fetch_missing, pulled, shows
from tests.sync.world import Phone

if TYPE_CHECKING:
    from tests.sync.schedules.stepper import Session

Order = tuple[int, ...]

TRANSACTIONS, STEPS = 3, 3
PLACES = TRANSACTIONS * STEPS


@dataclass
class Figures:
    """What was done: orders that ran to their end, orders that locks forbid, pulls that were compared."""

    orders: int = 0
    forbidden: int = 0
    pulls: int = 0


def all_orders() -> list[Order]:
    """Every one of them, those with a common beginning beside each other."""
    return sorted(_orders([STEPS] * TRANSACTIONS))


def shuffled(seed: int) -> list[Order]:
    """Every one of them, in an order that is the same for the same seed."""
    return random.Random(seed).sample(all_orders(), len(all_orders()))


def _orders(left: Sequence[int]) -> Iterator[Order]:
    if not any(left):
        yield ()
    for turn, steps in enumerate(left):
        if steps:
            rest = [*left[:turn], steps - 1, *left[turn + 1 :]]
            yield from ((turn, *order) for order in _orders(rest))


class Schedules:
    """One scenario on a database, ready to be run in any order."""

    def __init__(self, scenario: Scenario, world: World, stepper: Stepper) -> None:
        self.scenario, self.world, self.stepper = scenario, world, stepper
        self.watcher = scenario.watcher(world.family)
        self.figures = Figures()

    async def open(self) -> None:
        """The sessions of the transactions, and those of the phones."""
        self.writers = [await self.stepper.session() for _ in range(TRANSACTIONS)]
        self.readers = [await self.stepper.session() for _ in range(PLACES)]

    async def run(self, orders: Sequence[Order], many: int | None = None) -> Figures:
        """All of these, or the first so many that can be; what a lock forbids is left there, with all that begin alike."""
        forbidden: set[Order] = set()
        for order in orders:
            if self.figures.orders == many:
                break
            if not forbidden.isdisjoint(order[: place + 1] for place in range(PLACES)):
                self.figures.forbidden += 1
                continue
            try:
                await self._run(order)
            except Forbidden as wall:
                forbidden.add(order[: wall.place + 1])
                self.figures.forbidden += 1
            else:
                self.figures.orders += 1
        return self.figures

    async def _run(self, order: Order) -> None:
        await self.stepper.monitor.execute(self.world.again())
        steps = self.scenario.transactions(self.world)
        transactions = [Transaction(session, own) for session, own in zip(self.writers, steps, strict=True)]
        phones: list[Phone] = []
        try:
            for place, turn in enumerate(order):
                if transactions[turn].running is not None:
                    raise Forbidden(place)
                phones = await self._place(order[: place + 1], transactions, phones)
        finally:
            await self.stepper.abandon(transactions)
        await self._rest(order, phones)

    async def _place(self, so_far: Order, transactions: Sequence[Transaction], phones: list[Phone]) -> list[Phone]:
        """One step, with a pull of every phone torn apart by it, and of one more that had nothing yet."""
        before = await self._fresh()
        looking = [*(copied(phone) for phone in phones), empty(self.watcher)]
        pulls = [Pulling(phone, reader) for phone, reader in zip(looking, self.readers, strict=False)]
        for each in pulls:
            await each.halfway()
        transactions[so_far[-1]].step()
        await self.stepper.settle(transactions)
        after = await self._fresh()
        for each in pulls:
            late = await each.end()
            self._same(each.phone, after if late else before, so_far)
        first = pulls[-1].phone
        known = {(phone.snapshot, phone.digest) for phone in phones}
        return phones if (first.snapshot, first.digest) in known else [*phones, first]

    async def _rest(self, order: Order, phones: list[Phone]) -> None:
        """When all is done, every phone is up to date, and what triggers kept is what the domain says."""
        at_rest = await self._fresh()
        for phone in phones:
            await pulled(phone, self.readers[0])
            await fetch_missing(phone, self.readers[0])
            self._same(phone, at_rest, order)
        drift = await _drift(self.stepper.monitor)
        assert drift == doctor.Drift(0, 0, 0), f"{self.scenario.name}: after {order} the triggers left {drift}"

    async def _fresh(self) -> Phone:
        """What a phone that never asked before is given at this moment."""
        phone = empty(self.watcher)
        await pulled(phone, self.stepper.monitor)
        return phone

    def _same(self, phone: Phone, fresh: Phone, so_far: Order) -> None:
        self.figures.pulls += 1
        assert shows(phone) == shows(fresh), f"{self.scenario.name}: after {so_far} a phone is not what a fresh one is"


async def _drift(held: Session) -> doctor.Drift:
    """What the doctor would have to repair; nothing of it stays."""
    repair = held.transaction()
    await repair.start()
    try:
        return await doctor.repair(held, REGISTRY)
    finally:
        await repair.rollback()


@asynccontextmanager
async def scheduled(url: str, scenario: Scenario) -> Any:
    """A scenario on the database that makers write to."""
    async with Stepper(url) as stepper:
        made = Schedules(scenario, await make_world(), stepper)
        await made.open()
        yield made
