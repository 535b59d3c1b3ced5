"""A field worker drives into a dead spot with 500 cases: all of them are there, found as one types, and open."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.journeys.app import come_in, cut, go, held_everything, sign_in_as
from tests.journeys.browser import Phones, browser
from tests.journeys.house import House

pytestmark = pytest.mark.browser

ROWS_AT_ONCE = 50
ELEMENTS_MOST = 1000


async def test_500_cases_are_searched_and_opened_with_no_signal_after_the_tablet_was_restarted(demo_house: House, tmp_path: Path) -> None:
    async with browser(tmp_path / "tablet") as context:
        page = await context.new_page()
        await sign_in_as(page, demo_house.origin, "worker")
        await held_everything(page)
        await expect(page.get_by_text("500 cases")).to_be_visible()

    for process in demo_house.running:
        process.stop()

    async with browser(tmp_path / "tablet") as context:
        page = await context.new_page()
        await context.set_offline(True)
        await page.goto(demo_house.origin)
        await come_in(page)
        await expect(page.get_by_text("500 cases")).to_be_visible()
        assert await page.locator(".case-row").count() <= ROWS_AT_ONCE

        names = [await page.locator(".case-row .row-title").nth(n).inner_text() for n in (3, 17, 41)]
        for name in names:
            first = re.split(r"\s·\s", name)[0]
            await page.locator("input[type=search]").fill(first.lower())
            row = page.locator(".case-row", has_text=first).first
            await expect(row).to_be_visible()
            await row.click()
            await expect(page.locator("main h1")).to_contain_text(first)
            brief = await page.locator("main").inner_text()
            assert "LC-" in brief
            assert "Past-due support" in brief
            assert await page.evaluate("document.querySelectorAll('*').length") <= ELEMENTS_MOST
            await go(page, "/")

        await page.locator("input[type=search]").fill("nobody of this name")
        await expect(page.locator(".case-row")).to_have_count(0)
        await page.locator("input[type=search]").fill("")
        await expect(page.locator(".case-row").first).to_be_visible()


async def test_the_whole_caseload_is_never_drawn_at_once_and_the_rest_is_one_tap_away(demo_house: House, phones: Phones) -> None:
    context = await phones()
    page = await context.new_page()
    await sign_in_as(page, demo_house.origin, "worker")
    await held_everything(page)
    await cut(page)
    await expect(page.locator(".case-row")).to_have_count(ROWS_AT_ONCE)
    last = await page.locator(".case-row").last.inner_text()
    await page.get_by_role("button", name="50 more").click()
    await expect(page.locator(".case-row").last).not_to_have_text(last)
    await expect(page.locator(".case-row")).to_have_count(ROWS_AT_ONCE)
