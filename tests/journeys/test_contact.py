"""A parent with two phones: a number told on both at once, a language chosen on one; the other parent learns nothing."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.journeys.app import PATIENCE_MS, connect, cut, device_holds, go, reload
from tests.journeys.browser import Phones
from tests.journeys.family import Family, sign_in
from tests.journeys.house import House

pytestmark = pytest.mark.browser

FIELD = "[data-field=phone]"


async def say_phone(page: Page, number: str) -> None:
    await go(page, "/more/contact")
    await page.locator(f"{FIELD} button").click()
    await page.get_by_label("Phone", exact=True).fill(number)
    await page.get_by_role("button", name="Send to your office").click()
    await expect(page.locator(FIELD)).to_contain_text(number)


async def test_a_number_that_was_begun_outlives_a_reload_and_two_quick_taps_send_it_once(
    installation: House, family: Family, phones: Phones
) -> None:
    ana = await sign_in(await phones(), installation.origin, "ana")
    await go(ana, "/more/contact")
    await ana.locator(f"{FIELD} button").click()
    await ana.get_by_label("Phone", exact=True).fill("555-0166")
    await cut(ana)
    await reload(ana)
    await go(ana, "/more/contact")
    await expect(ana.get_by_label("Phone", exact=True)).to_have_value("555-0166")
    await ana.get_by_role("button", name="Send to your office").evaluate("button => { button.click(); button.click(); }")
    await expect(ana.locator(FIELD)).to_contain_text("Saved on this phone")
    await expect(ana.locator("header .status")).to_contain_text("1 not sent yet")


async def test_two_numbers_meet_and_the_person_chooses(installation: House, family: Family, phones: Phones) -> None:
    pages = [
        await sign_in(await phones(), installation.origin, login)
        for place, login in enumerate(("ana", "ana", "bo", "wendy"))
    ]
    ana, second, bo, wendy = pages
    await go(ana, "/more/contact")
    await cut(ana)
    await say_phone(ana, "555-0144")
    await expect(ana.locator(FIELD)).to_contain_text("Saved on this phone")
    await say_phone(second, "555-0155")
    await expect(second.locator(FIELD)).to_contain_text("Sent to your office", timeout=PATIENCE_MS)

    await ana.context.set_offline(False)
    banner = ana.locator(".banner", has_text="somebody changed it")
    await expect(banner).to_contain_text("555-0155", timeout=PATIENCE_MS)
    await expect(banner).to_contain_text("555-0144")
    await banner.get_by_role("button", name="Use what I wrote").click()
    await expect(banner).to_have_count(0, timeout=PATIENCE_MS)
    await expect(ana.locator(FIELD)).to_contain_text("Sent to your office", timeout=PATIENCE_MS)

    await go(wendy, f"/case/{family.case}")
    await cut(wendy)
    await connect(wendy)
    await expect(wendy.locator("[data-change]")).to_contain_text("555-0144", timeout=PATIENCE_MS)
    await wendy.get_by_role("button", name="Mark as recorded").click()
    await expect(wendy.locator("[data-change]")).to_have_count(0, timeout=PATIENCE_MS)

    await go(ana, "/more/language")
    await ana.get_by_label("Español").check()
    await expect(second.locator("html[lang=es]")).to_have_count(1, timeout=PATIENCE_MS)

    await cut(bo)
    await connect(bo)
    assert not [number for number in ("0144", "0155") if number in str(await device_holds(bo))]
