"""`./porchlight simulate`: days of many phones in minutes, from seeds; every run of a seed is the same run."""

from __future__ import annotations

import argparse
import gc
import json
import time
from collections.abc import Iterable
from hashlib import blake2b
from itertools import count
from typing import Any

from tests.simulation import planted, traces
from tests.simulation.world import World

HOURS = 24.0
DEVICE_HOURS = 10_000.0
SEEDS_OF_A_DEFECT = 2_000


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
    seeds = range(*_bounds(arguments.seeds)) if arguments.seeds else count()
    figures = simulate(seeds, None if arguments.seeds else arguments.device_hours or DEVICE_HOURS)
    print(json.dumps(figures, indent=2))
    return 1 if figures["violations"] else 0


def simulate(seeds: Iterable[int], device_hours: float | None, hours: float = HOURS) -> dict[str, Any]:
    """Seeds one after the other, until there are enough device-hours; what was seen."""
    began, done, simulated, steps, applied = time.monotonic(), 0, 0.0, 0, 0
    violations: list[dict[str, Any]] = []
    everything = blake2b(digest_size=16)
    for seed in seeds:
        world = World(seed)
        if violation := world.run(hours):
            violations.append({"seed": seed, "violation": violation})
        done += 1
        simulated += world.device_seconds / 3_600
        steps += world.clockwork.steps
        applied += world.checks.applied_answers
        everything.update(world.clockwork.digest().encode())
        if device_hours is not None and simulated >= device_hours:
            break
        gc.collect(0)
    seconds = time.monotonic() - began
    return {
        "device_hours": round(simulated, 1),
        "seeds": done,
        "steps": steps,
        "answers_applied": applied,
        "violations": violations,
        "trace_hash": everything.hexdigest(),
        "seconds": round(seconds, 1),
        "device_hours_per_second": round(simulated / max(seconds, 0.001), 1),
    }


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
