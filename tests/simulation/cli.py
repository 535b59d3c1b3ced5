"""`./porchlight simulate`: days of many phones in minutes, from seeds; every run of a seed is the same run."""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from itertools import count
from multiprocessing import get_context
from typing import Any, NamedTuple

from tests.simulation import planted, traces
from tests.simulation.world import World

HOURS = 24.0
DEVICE_HOURS = 10_000.0
SEEDS_OF_A_DEFECT = 2_000
AHEAD = 16  # seeds of each process that are begun before the first of them is told
SAY_EVERY_S = 60


def main(arguments: argparse.Namespace) -> int:
    """Simulate, show one seed, or plant defects; answers 1 when something does not hold."""
    if arguments.write_traces:
        traces.write()
        return 0
    if arguments.planted:
        lines = list(_told(planted.table(SEEDS_OF_A_DEFECT)))
        return 1 if any("NOT FOUND" in line for line in lines) else 0
    if arguments.seed is not None:
        return _one(arguments.seed, arguments.trace)
    seeds = range(*_bounds(arguments.seeds)) if arguments.seeds else count(arguments.from_seed)
    enough = None if arguments.seeds else arguments.device_hours or DEVICE_HOURS
    figures = simulate(seeds, enough, jobs=arguments.jobs, say=_say)
    print(json.dumps(figures, indent=2))
    return 1 if figures["violations"] else 0


class Days(NamedTuple):
    """What one seed came to."""

    seed: int
    violation: str | None
    device_hours: float
    steps: int
    applied: int
    rotten: int
    digest: str


def days(seed: int, hours: float = HOURS) -> Days:
    """One seed's world, from its beginning to its rest."""
    gc.disable()  # a world is small; all of it goes at its end
    world = World(seed)
    violation = world.run(hours)
    checks, clockwork = world.checks, world.clockwork
    told = Days(
        seed, violation, world.device_seconds / 3_600, clockwork.steps, checks.applied_answers, checks.found_rotten, clockwork.digest()
    )
    del world, checks, clockwork
    gc.collect(0)
    gc.enable()
    return told


def simulate(
    seeds: Iterable[int],
    device_hours: float | None,
    hours: float = HOURS,
    jobs: int = 1,
    say: Callable[[dict[str, Any]], None] = lambda figures: None,
) -> dict[str, Any]:
    """Seeds in order, in so many processes, until there are enough device-hours or somebody interrupts; what was seen.

    The figures do not depend on `jobs`. `say` hears them now and then; `next_seed` is where to go on.
    """
    began, figures = time.monotonic(), dict.fromkeys(("seeds", "steps", "answers_applied", "found_by_the_scrub"), 0)
    violations: list[dict[str, Any]] = []
    simulated, next_seed, everything = 0.0, 0, blake2b(digest_size=16)

    def so_far() -> dict[str, Any]:
        seconds = time.monotonic() - began
        rate = round(simulated / max(seconds, 0.001), 1)
        about = {"trace_hash": everything.hexdigest(), "next_seed": next_seed, "jobs": jobs, "seconds": round(seconds, 1)}
        return {"device_hours": round(simulated, 1), **figures, "violations": violations, **about, "device_hours_per_second": rate}

    with _made(seeds, hours, jobs) as made, contextlib.suppress(KeyboardInterrupt):
        for one in made:
            if one.violation:
                violations.append({"seed": one.seed, "violation": one.violation})
            simulated, next_seed = simulated + one.device_hours, one.seed + 1
            for name, more in zip(figures, (1, one.steps, one.applied, one.rotten), strict=True):
                figures[name] += more
            everything.update(one.digest.encode())
            if device_hours is not None and simulated >= device_hours:
                break
            say(so_far())
    return so_far()


@contextlib.contextmanager
def _made(seeds: Iterable[int], hours: float, jobs: int) -> Iterator[Iterator[Days]]:
    """The days of each seed, in order."""
    if jobs == 1:
        yield (days(seed, hours) for seed in seeds)
        return
    with get_context("spawn").Pool(jobs, initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_IGN)) as pool:
        yield _in_order(pool, seeds, hours, AHEAD * jobs)


def _in_order(pool: Any, seeds: Iterable[int], hours: float, most: int) -> Iterator[Days]:
    """No process waits for another, as long as no seed takes as long as so many others."""
    begun: deque[Any] = deque()
    for seed in seeds:
        begun.append(pool.apply_async(days, (seed, hours)))
        if len(begun) > most:
            yield begun.popleft().get()
    yield from (one.get() for one in begun)


_said = time.monotonic()


def _say(figures: dict[str, Any]) -> None:
    """A line a minute, from which a long run can be gone on with when it was cut short."""
    global _said
    if time.monotonic() - _said >= SAY_EVERY_S:
        _said = time.monotonic()
        told = f"{figures['device_hours']:,.0f} device-hours, violations: {figures['violations'] or 'none'}"
        print(f"{told}; the rest: --from-seed {figures['next_seed']}", file=sys.stderr, flush=True)


def _bounds(words: str) -> tuple[int, int]:
    first, _, last = words.partition("-")
    return int(first), int(last or first) + 1


def _one(seed: int, trace: bool) -> int:
    world = World(seed)
    world.clockwork.log = [] if trace else None
    violation = world.run(HOURS)
    print("\n".join(world.clockwork.log or []))
    print(json.dumps({"seed": seed, "violation": violation, "trace_hash": world.clockwork.digest()}))
    return 1 if violation else 0


def _told(lines: Iterable[str]) -> Iterable[str]:
    for line in lines:
        print(line, flush=True)
        yield line
