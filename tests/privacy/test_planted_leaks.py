"""Every leak that was planted is found: a parent can tell two worlds apart by it."""

from __future__ import annotations

from itertools import count

from tests.privacy.pairs import pairs
from tests.privacy.planted import LEAKS, planted
from tests.privacy.stage import stage

PAIRS_AT_MOST = 160
FAMILIES, VARIATIONS = 5, 4  # few and early: nearly every leak is in the first pairs


async def test_every_planted_leak_is_found(fresh_db: str) -> None:
    found = {}
    async with stage() as on:
        for leak in LEAKS:
            seen = 0
            async with planted(leak):
                async for told in pairs(on, (f"leak {number}" for number in count()), FAMILIES, VARIATIONS):
                    seen += 1
                    if told is not None or seen >= PAIRS_AT_MOST:
                        found[leak.name] = told is not None
                        break
    assert [name for name, told in found.items() if not told] == []


def test_there_are_enough_of_them_and_of_different_kinds() -> None:
    assert len({leak.name for leak in LEAKS}) == len(LEAKS) >= 12
