"""Two parents and a worker: what one writes without a signal arrives, is answered, and the other parent's phone learns nothing."""

from __future__ import annotations

import re
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import expect

from backend.db import connection
from tests.journeys.app import POLL_MS, connect, cut, device_holds, go, held_everything, reload, reopen, write_message
from tests.journeys.browser import Phones, browser
from tests.journeys.family import Family, sign_in
from tests.journeys.house import House

pytestmark = pytest.mark.browser

NEWS = "My hours were cut on Monday, marker-7731."
BEGUN = "And I wanted to ask"
ANSWER = "Thank you. Please send your last two pay stubs, marker-8842."


async def test_a_message_written_without_a_signal_survives_the_app_and_reaches_only_the_case_team(
    installation: House, family: Family, phones: Phones, tmp_path: Path
) -> None:
    async with AsyncExitStack() as open_things:
        bo = await sign_in(await phones(), installation.origin, "bo")
        wendy = await sign_in(await phones(), installation.origin, "wendy")

        async with browser(tmp_path / "ana") as context:
            ana = await sign_in(context, installation.origin, "ana")
            await go(ana, f"/messages/{family.case}")
            await cut(ana)
            await write_message(ana, NEWS)
            await expect(ana.locator(".bubble", has_text=NEWS)).to_contain_text("phone")
            await ana.locator(".composer textarea").fill(BEGUN)
            await expect(ana.locator(".composer textarea")).to_have_value(BEGUN)
            await expect(ana.locator("header .status[data-tone=care]")).to_be_visible()

        async with connection() as held:
            assert await held.fetchval("SELECT count(*) FROM message") == 0

        ana = await (await open_things.enter_async_context(browser(tmp_path / "ana"))).new_page()
        await reopen(ana, f"{installation.origin}/messages/{family.case}")
        await held_everything(ana)
        await expect(ana.locator(".bubble", has_text=NEWS)).to_be_visible()
        await expect(ana.locator(".composer textarea")).to_have_value(BEGUN)
        async with connection() as held:
            assert await held.fetchval("SELECT count(*) FROM message") == 1

        await go(wendy, f"/messages/{family.case}/{family.ana_part}")
        await expect(wendy.locator(".bubble", has_text=NEWS)).to_be_visible(timeout=20_000)
        await write_message(wendy, ANSWER)
        await expect(ana.locator(".bubble", has_text=ANSWER)).to_be_visible(timeout=POLL_MS)
        assert "Wendy" not in str(await device_holds(ana))

        await cut(bo)
        await connect(bo)
        assert not [marker for marker in ("7731", "8842") if marker in str(await device_holds(bo))]


async def test_two_tabs_number_what_they_write_without_a_gap_or_a_double(installation: House, family: Family, phones: Phones) -> None:
    context = await phones()
    first = await sign_in(context, installation.origin, "ana")
    second = await context.new_page()
    await reopen(second, installation.origin)
    await held_everything(second)
    for page in (first, second):
        await go(page, f"/messages/{family.case}")
    await cut(first)
    for number in range(3):
        await write_message(first, f"first {number}")
        await write_message(second, f"second {number}")
    await connect(first)
    await expect(first.locator("header .status[data-tone=good]")).to_be_visible(timeout=20_000)
    async with connection() as held:
        said = [row["body"] for row in await held.fetch("SELECT body FROM message ORDER BY received_at")]
        numbers = [row["n"] for row in await held.fetch("SELECT n FROM sync_mutation ORDER BY n")]
    assert said == [f"{who} {number}" for number in range(3) for who in ("first", "second")]
    assert numbers == [1, 2, 3, 4, 5, 6]


async def test_a_phone_that_was_set_back_says_what_it_lost_until_that_was_read_and_goes_on_under_a_new_name(
    installation: House, family: Family, phones: Phones
) -> None:
    context = await phones()
    ana = await sign_in(context, installation.origin, "ana")
    async with connection() as held:  # it had told us of two changes more than it knows of now
        await held.execute("UPDATE sync_device SET next_n_seen = 3, next_n_at = '2026-06-03T15:00:00Z'")
    await reload(ana)
    await expect(ana.locator("header .status[data-tone=care]")).to_be_visible(timeout=20_000)
    await go(ana, "/attention")
    await expect(ana.locator("main h2")).to_have_text(re.compile(r"^2 changes written before Jun.* never reached us$"))
    await reload(ana)
    await ana.locator("main button", has_text="I have read this").click()
    await expect(ana.locator("main h2", has_text="never reached us")).to_have_count(0)
    await go(ana, f"/messages/{family.case}")
    await write_message(ana, NEWS)
    await held_everything(ana)
    async with connection() as held:
        told = await held.fetch("SELECT last_n, next_n_seen FROM sync_device ORDER BY created_at")
        assert await held.fetchval("SELECT body FROM message") == NEWS
    assert [tuple(row) for row in told] == [(0, 3), (1, 2)]
