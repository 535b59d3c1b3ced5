"""No order in which transactions write and end hides a change from a phone, or shows it half of one.

A seeded sample of the orders; `./porchlight soak --schedules` runs every one.
"""

import pytest

from backend.db import database_url
from tests.sync.schedules.orders import PLACES, all_orders, scheduled, shuffled
from tests.sync.schedules.scenarios import SCENARIOS, Scenario

pytestmark = pytest.mark.usefixtures("db")

SEED, SAMPLE = 20261121, 15


def test_there_are_as_many_orders_as_there_should_be() -> None:
    assert len(all_orders()) == 1680


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
async def test_after_every_pull_of_an_order_a_phone_is_what_a_fresh_one_is(scenario: Scenario) -> None:
    async with scheduled(database_url(), scenario) as schedules:
        figures = await schedules.run(shuffled(SEED), SAMPLE)
    assert figures.orders > 0
    assert figures.pulls > PLACES * figures.orders
