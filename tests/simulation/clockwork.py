"""Simulated time: tasks that wait, in an order that one seed decides. Nothing here asks the real clock or real chance."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator
from datetime import UTC, datetime, timedelta, tzinfo
from hashlib import blake2b
from heapq import heappop, heappush
from math import log
from random import Random
from typing import Any
from uuid import UUID

from asyncpg.pgproto import pgproto

MANY_TASKS = 1_000
quick_id = pgproto.UUID  # an id as a database answers with it: equal to Python's own, and quicker
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


class Stuck(Exception):
    """The world did more work than a world can: something turns in a circle."""


class Pause:
    """Awaited: go on after so many simulated seconds."""

    __slots__ = ("seconds",)

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __await__(self) -> Generator[Any, Any, Any]:
        return iter((self,))  # type: ignore[return-value]


class Signal:
    """Awaited: go on when somebody fires it."""

    __slots__ = ("waiting",)

    def __init__(self) -> None:
        self.waiting: list[Task] = []

    def __await__(self) -> Generator[Any, Any, Any]:
        return iter((self,))  # type: ignore[return-value]  # any iterator will do, and a tuple's is the quickest


class Task:
    """A coroutine in simulated time. `fate` is asked at each of its steps: true kills it there, by `killed`."""

    def __init__(self, body: Coroutine[Any, Any, Any], fate: Callable[[], bool] | None, killed: Callable[[], None] | None) -> None:
        self.body = body
        self.fate = fate
        self.killed = killed
        self.alive = True
        self.transaction: Any = None  # what `connection()` finds: a task has at most one
        self.truth: Any = None  # the world as this task's last pull saw it


class Clockwork:
    """Runs tasks by time; `trace` takes in everything that happened, so that two runs of one seed can be compared."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.seconds = 0.0
        self.leapt = 0.0
        self.steps = 0
        self.running: Task | None = None
        self.log: list[str] | None = None
        self._tasks: list[Task] = []
        self._heap: list[tuple[float, int, Task | Callable[[], None]]] = []
        self._order = 0
        self._hash = blake2b(digest_size=16)
        self._wall = (0.0, START)

    def spawn(
        self,
        body: Coroutine[Any, Any, Any],
        *,
        after: float = 0.0,
        fate: Callable[[], bool] | None = None,
        killed: Callable[[], None] | None = None,
    ) -> Task:
        """A new task, from `after` seconds on."""
        task = Task(body, fate, killed)
        self._tasks.append(task)
        if len(self._tasks) > MANY_TASKS:
            self._tasks = [task for task in self._tasks if task.alive]
        self._push(after, task)
        return task

    def at(self, after: float, do: Callable[[], None]) -> None:
        """Does this once, later."""
        self._push(after, do)

    def fire(self, signal: Signal) -> None:
        """Everybody who waits for it goes on."""
        waiting, signal.waiting = signal.waiting, []
        for task in waiting:
            self._push(0.0, task)

    def kill(self, task: Task) -> None:
        """Ends a task where it stands; its open transaction rolls back."""
        if task.alive:
            task.alive = False
            running, self.running = self.running, task
            task.body.close()
            self.running = running

    def close(self) -> None:
        """Ends every task: nothing of this world goes on."""
        for task in self._tasks:
            self.kill(task)
        self._tasks, self._heap = [], []

    def run(self, until: float, most: int = 3_000_000) -> None:
        """Time passes up to this moment."""
        while self._heap and self._heap[0][0] <= until:
            self.seconds, _, what = heappop(self._heap)
            self.steps += 1
            if self.steps > most:
                raise Stuck
            if not isinstance(what, Task):
                what()
            elif what.alive:
                self._step(what)
        self.seconds = max(self.seconds, until)

    def _push(self, after: float, what: Task | Callable[[], None]) -> None:
        self._order = order = self._order + 1
        heappush(self._heap, (self.seconds + after, order, what))

    def _step(self, task: Task) -> None:
        if task.fate is not None and task.fate():
            (task.killed or (lambda: self.kill(task)))()
            return
        self.running = task
        try:
            asked = task.body.send(None)
        except StopIteration:
            task.alive = False
            return
        finally:
            self.running = None
        if isinstance(asked, Signal):
            asked.waiting.append(task)
        else:
            self._push(asked.seconds, task)

    def trace(self, what: str, said: bytes = b"") -> None:
        """Takes an event into the hash; with a log, also in words."""
        self._hash.update(f"{self.seconds:.6f} {what}\n".encode())
        self._hash.update(said)
        if self.log is not None:
            self.log.append(f"{self.seconds:12.3f} {what} {said.decode(errors='replace')}")

    def digest(self) -> str:
        """The hash of everything so far."""
        return self._hash.hexdigest()

    def wall(self) -> datetime:
        """What the wall clock says; it leaps over months in which nothing happens."""
        now = self.seconds + self.leapt
        if now != self._wall[0]:
            self._wall = now, START + timedelta(seconds=now)
        return self._wall[1]

    def uuid(self) -> UUID:
        """A fresh id."""
        return quick_id(self.chance.getrandbits(128).to_bytes(16, "big"))

    def happens(self, rate: float) -> bool:
        """True that often."""
        return rate > 0 and self.chance.random() < rate

    def soon(self, mean: float) -> float:
        """A waiting time with this mean."""
        return -log(1.0 - self.chance.random()) * mean


class Wall:
    """Stands in for `datetime` in the engine: the wall clock of the simulation."""

    def __init__(self, clockwork: Clockwork) -> None:
        self._clockwork = clockwork

    def now(self, zone: tzinfo) -> datetime:
        """The moment."""
        return self._clockwork.wall().astimezone(zone)

    def fromtimestamp(self, seconds: float, zone: tzinfo) -> datetime:
        """As datetime's."""
        return datetime.fromtimestamp(seconds, zone)


class Dice:
    """Stands in for `os` where the engine asks for chance."""

    def __init__(self, clockwork: Clockwork) -> None:
        self._clockwork = clockwork

    def urandom(self, n: int) -> bytes:
        """As os.urandom, from the seed."""
        return self._clockwork.chance.randbytes(n)
