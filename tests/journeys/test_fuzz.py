"""After a storm of lost networks, killed browsers and lost access, nothing is lost, doubled or left behind."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from backend.accounts.passwords import hash_password
from backend.db import connection
from tests.backend.browsing import PASSWORD
from tests.journeys.browser import browser
from tests.journeys.fuzz import Storm, World, given_to_a_new_phone, held_by, in_the_open
from tests.journeys.house import house
from tests.journeys.release import copy_release
from tests.make import make_account, make_agency, make_assignment, make_case, make_participant, make_payment

pytestmark = pytest.mark.browser

SEEDS = [int(seed) for seed in os.environ.get("FUZZ_SEEDS", "1").split(",")]
STEPS = int(os.environ.get("FUZZ_STEPS", "40"))
CASES = 6


async def make_world(rng: random.Random, release: Path) -> World:
    await make_agency()
    hashed = await hash_password(PASSWORD)
    await make_account("caseworker", login="wendy", worker_login="w", password_hash=hashed, display_name="Wendy Park")
    cases = {}
    for _ in range(CASES):
        case = await make_case()
        cases[case] = await make_participant(case, "CP")
        await make_participant(case, "NCP")
        await make_payment(case)
        await make_assignment(case, "w")
    return World(None, cases, None, rng, release, assigned=set(cases))  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_phone_comes_out_of_a_storm_equal_to_a_new_one_with_everything_that_it_kept_delivered_once(
    fresh_db: str, built: Path, tmp_path: Path, seed: int
) -> None:
    rng = random.Random(seed)
    copy_release(built, tmp_path / "release")
    world = await make_world(rng, tmp_path / "release")
    with house(fresh_db, RELEASE_FOLDER=str(world.release)) as made:
        made.through = "tests.journeys.release"
        world.house, world.phone = made, lambda: browser(tmp_path / "phone")
        made.api()
        storm = Storm(world)
        await storm.begin()
        try:
            for _ in range(STEPS):
                await storm.step()
            page = await storm.heal()
            held, given = await held_by(page), await given_to_a_new_phone(made)
            assert held == given, world.log
            async with connection() as c:
                rows = await c.fetch("SELECT body, count(*) FROM message GROUP BY body")
                refused = await c.fetch("SELECT args::json ->> 'body' AS body FROM sync_mutation WHERE outcome <> 'ok'")
            arrived = {row["body"]: row["count"] for row in rows}
            known = arrived.keys() | {row["body"] for row in refused}
            assert set(arrived.values()) <= {1}, world.log
            assert set(world.kept) <= known, (world.log, set(world.kept) - known)
            assert world.kept
            print(
                seed,
                len(world.log),
                "steps",
                len(world.kept),
                "kept",
                world.updated,
                "updated",
                len(arrived),
                "arrived",
                len(refused),
                "refused",
            )
        finally:
            await storm.end()
    assert in_the_open(tmp_path / "phone", world.kept) == []
