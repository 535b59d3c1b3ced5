"""Pairs of worlds that differ in secrets alone, and what a parent could tell them apart by."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime
from itertools import zip_longest
from typing import NamedTuple

from tests.privacy.stage import Stage
from tests.privacy.trace import make_world, variation

FAMILIES, VARIATIONS = 25, 10


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
    """Plays worlds for ever; answers each pair as soon as it was played: nothing, or what told it apart."""
    for seed in seeds:
        number = 0
        while number < variations:
            day = date.today()
            world = make_world(seed, families, day)
            first = await stage.play(world)
            while number < variations:
                second = await stage.play(variation(world, number))
                if datetime.now(UTC).date() != day or date.today() != day:
                    break  # a day that began meanwhile changes what both say, by the date: the world begins anew
                for family, a, b in zip(world.families, first, second, strict=True):
                    yield difference(seed, number, family, a.seen, b.seen)
                number += 1


def difference(seed: str, number: int, family: int, first: list[str], second: list[str]) -> Told | None:
    """The first thing that differs between two observations."""
    for a, b in zip_longest(first, second, fillvalue=""):
        if a != b:
            return Told(seed, number, family, a, b)
    return None
