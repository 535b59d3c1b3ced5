"""What one parent can observe is the same, byte for byte, whatever of the other's secrets is different."""

from __future__ import annotations

from dataclasses import replace
from itertools import count, islice

from backend.db import connection
from tests.privacy.families import whole
from tests.privacy.pairs import FAMILIES, VARIATIONS, pairs
from tests.privacy.stage import stage
from tests.privacy.trace import SAFETY, make_world, safety_acts, variation
from tests.privacy.watched import EXCLUDED

PAIRS = 500


async def test_no_parent_can_tell_worlds_apart_that_differ_in_the_others_secrets_alone(fresh_db: str) -> None:
    seen, told = 0, []
    async with stage() as on:
        async for each in pairs(on, (f"test {number}" for number in count())):
            seen += 1
            told += [str(each)] if each else []
            if seen >= PAIRS or told:
                break
    assert told == []
    assert seen >= PAIRS


def test_at_most_five_fields_are_left_out_of_the_comparison() -> None:
    assert len(EXCLUDED) <= 5


def test_the_worlds_of_a_pair_do_differ_in_every_family(now: object) -> None:
    from datetime import date

    world = make_world("any", FAMILIES, date(2026, 3, 2))
    for number in range(VARIATIONS):
        other = variation(world, number)
        for family in world.families.values():
            digits = f"-{family.number}'"
            mine, theirs = ([row for rows in each.base.values() for row in rows if digits in repr(row)] for each in (world, other))
            assert mine != theirs, family


def test_rows_that_are_a_secret_as_a_whole_come_and_go() -> None:
    from datetime import date

    world = make_world("any", FAMILIES, date(2026, 3, 2))
    family = next(each for each in world.families.values() if each.observed.startswith("P"))
    here = [row for row in world.base["disbursements.csv"] if row["case_number"] == family.case]
    assert all(whole(family, "disbursements.csv", row) for row in here)
    lengths = {
        len([row for row in variation(world, n).base["disbursements.csv"] if row["case_number"] == family.case])
        for n in islice(count(), VARIATIONS)
    }
    assert len(lengths) > 1


async def test_marks_are_made_and_taken_back_in_the_worlds_that_are_compared(fresh_db: str) -> None:
    from datetime import date

    world = make_world("marks", 3, date.today())
    acts = [act for family in world.families.values() for act in safety_acts(family)]
    rounds = [replace(told, acts=tuple(act for act in acts if act.name == name)) for told, name in zip(world.rounds, SAFETY, strict=True)]
    async with stage() as on:
        await on.play(replace(world, rounds=tuple(rounds)))
        async with connection() as held:
            rows = await held.fetch("SELECT verb, count(*) AS n FROM journal WHERE verb LIKE 'safety.%' GROUP BY verb")
    made = {row["verb"]: row["n"] for row in rows}
    parties = sum(len(family.parties) for family in world.families.values())
    assert made == {"safety.marked": parties, "safety.clearing_asked": made["safety.cleared"], "safety.cleared": made["safety.cleared"]}
    assert made["safety.cleared"] > 0
