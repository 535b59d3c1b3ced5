"""Rounds of simulated phones as files that the app replays: what was asked, what was answered, what became of the boxes.

pwa/tests/sync/traces.test.ts holds pwa/src/sync against them: one meaning, two languages.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from backend.environment import ROOT
from tests.simulation.client import DAY_MS
from tests.simulation.world import World

FOLDER = ROOT / "tests" / "vectors" / "sync-traces"
SEEDS = (1, 4, 5, 12, 13, 21)
ROUNDS = 20
HOURS = 3.0


def path_of(seed: int) -> Path:
    """Where a seed's rounds are kept."""
    return FOLDER / f"seed-{seed}.json"


def made(seed: int) -> bytes:
    """The rounds of a seed's phones."""
    world = World(seed)
    world.traces = {}
    world.rot = 0.0  # the app has no such thing to replay
    vars(world.client).update(MOST_SUMS=64, DAY_MS=DAY_MS)
    names = [phone.name for phone in world.phones][:2]  # those that are there from the beginning, with nothing on them
    assert world.run(HOURS) is None
    phones = {name: _rounds(world.traces.get(name, [])[:ROUNDS]) for name in names}
    return msgspec.json.encode({"seed": seed, "phones": phones}) + b"\n"


def write() -> None:
    """All files anew."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for seed in SEEDS:
        path_of(seed).write_bytes(made(seed))


def _rounds(rounds: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """`before` stands where something else than a round changed the phone: a lost cache, a new number, a spoiled cursor."""
    told: list[dict[str, Any]] = []
    left: tuple[Any, Any] = (None, None)
    for request, response, standing, holds, _, changes in rounds:
        after = {"standing": changes.standing, "holds": changes.holds, "drop": changes.drop, "put": changes.put}
        one = {"request": {**request, "push": []}, "response": response, "after": after}
        told.append(one if left == (standing, holds) else {"before": {"standing": standing, "holds": holds}, **one})
        left = (changes.standing, holds if changes.holds is None else changes.holds)
    return told
