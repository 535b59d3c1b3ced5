"""Pairs of worlds that differ in secrets alone, and what a parent could tell them apart by."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime
from itertools import zip_longest
from typing import NamedTuple

from tests.privacy.stage import Stage
from tests.privacy.trace import World, make_world, variation

FAMILIES, VARIATIONS = 25, 8


class Told(NamedTuple):
    """One parent saw a difference: of which world, and the first thing that differs."""

    seed: str
    variation: int
    family: int
    first: str
    second: str

    def __str__(self) -> str:
        place = next(at for at, (a, b) in enumerate(zip_longest(self.first, self.second)) if a != b)
        start = max(0, place - 160)
        return (
            f"world {self.seed!r}, variation {self.variation}, family {self.family}:\n"
            f"   {self.first[:80]} … {self.first[start : place + 160]}\n   {self.second[:80]} … {self.second[start : place + 160]}"
        )


async def pairs(stage: Stage, seeds: Iterator[str], families: int = FAMILIES, variations: int = VARIATIONS) -> AsyncIterator[Told | None]:
    """Plays worlds for ever; answers each pair: nothing, or what told it apart."""
    for seed in seeds:
        again = True
        while again:  # a day that begins meanwhile changes what both say, by the date
            day = date.today()
            found = await _of_world(stage, make_world(seed, families, day), variations)
            again = datetime.now(UTC).date() != day or date.today() != day
        for each in found:
            yield each


async def _of_world(stage: Stage, world: World, variations: int) -> list[Told | None]:
    first = {n: w.seen for n, w in zip(world.families, await stage.play(world), strict=True)}
    found = []
    for number in range(variations):
        other = variation(world, number)
        second = {n: w.seen for n, w in zip(world.families, await stage.play(other), strict=True)}
        found += [difference(world.seed, number, n, first[n], second[n]) for n in world.families]
    return found


def difference(seed: str, number: int, family: int, first: list[str], second: list[str]) -> Told | None:
    """The first thing that differs between two observations."""
    for a, b in zip_longest(first, second, fillvalue=""):
        if a != b:
            return Told(seed, number, family, a, b)
    return None
