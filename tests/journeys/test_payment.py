"""From the state's file to a phone with no signal: the summary stays, tomorrow's payment and moved hearing arrive, discreetly."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
from playwright.async_api import expect

from backend.embedded import Embedded, ensure_database
from tests.conftest import BASE
from tests.journeys.app import come_in, go, held_everything, sign_in_as, text_of
from tests.journeys.house import House, house
from tests.journeys.pushlab.lab import Lab, push_lab

pytestmark = pytest.mark.browser

CARD = "main .case-card"
AS_OF = "The state's records as of"


def where_it_is_noon() -> str:
    """A time zone in which it is about noon now, whenever the test runs. (Such zones carry the sign of old maps.)"""
    return f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"


@pytest.fixture
async def lab() -> AsyncIterator[Lab]:
    async with push_lab() as made:
        yield made


@pytest.fixture
async def installation(server: Embedded, demo_template: str, lab: Lab, built: Path) -> AsyncIterator[House]:
    """A copy of the demonstration agency whose notices go to the lab."""
    name = f"journey_{os.urandom(4).hex()}"
    await ensure_database(server, name, demo_template)
    held = await asyncpg.connect(server.url(name))
    await held.execute("UPDATE account SET time_zone = $1", where_it_is_noon())  # a night's load is told in the morning
    await held.close()
    with house(server.url(name), PORCHLIGHT_DATA=str(BASE / "journeys"), **lab.environment) as made:
        made.through = lab.through
        made.api()
        yield made
    held = await asyncpg.connect(server.url("postgres"))
    await held.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await held.close()


async def test_the_summary_outlives_the_network_and_tomorrow_arrives_with_a_notice_that_says_nothing(
    installation: House, lab: Lab, tmp_path: Path
) -> None:
    profile = tmp_path / "maya"
    async with lab.phone(profile) as phone:
        await phone.context.grant_permissions(["notifications"], origin=installation.origin)
        page = phone.context.pages[0]
        await sign_in_as(page, installation.origin, "receiving")
        await held_everything(page)
        await go(page, "/more/notices")
        await page.get_by_role("button", name="Turn notices on").click()
        await expect(page.get_by_role("button", name="Turn notices off")).to_be_visible(timeout=30_000)
        await go(page, "/")
        before = await text_of(page, CARD)
        headline, ahead = await text_of(page, f"{CARD} .headline"), await text_of(page, f"{CARD} .ahead")
        as_of = await page.get_by_text(AS_OF).inner_text()

    await asyncio.to_thread(installation.running[-1].stop)

    async with lab.phone(profile) as phone:
        await phone.context.grant_permissions(["notifications"], origin=installation.origin)
        page = phone.context.pages[0]
        await phone.context.set_offline(True)
        await page.goto(installation.origin)
        await come_in(page)
        await expect(page.locator(CARD)).to_be_visible()
        assert await text_of(page, CARD) == before
        assert as_of.split(".")[0] in await page.get_by_text(AS_OF).inner_text()
        await expect(page.locator("header .status[data-tone=off]")).to_be_visible()

        await asyncio.to_thread(installation.api)
        await asyncio.to_thread(installation.command, "demo", "tomorrow")
        shown = await phone.desktop.nth(1)
        assert (shown.title, shown.text) == ("New update", "Open the app to see it.")

        await phone.context.set_offline(False)
        await held_everything(page)
        await expect(page.locator(f"{CARD} .headline")).not_to_have_text(headline)
        assert await text_of(page, f"{CARD} .ahead") != ahead
        assert as_of.split(".")[0] not in await page.get_by_text(AS_OF).inner_text()
        assert len(phone.desktop.history) == 1
