"""An appointment asked for without a signal, agreed to by the team; and a time that somebody else took first."""

from __future__ import annotations

from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from backend.db import connection
from tests.journeys.app import PATIENCE_MS, connect, cut, device_holds, go, reload, write_message
from tests.journeys.browser import Phones
from tests.journeys.family import Family, sign_in
from tests.journeys.house import House
from tests.make import make_account, make_assignment, make_case, make_participant
from tests.sync.world import make_phone

pytestmark = pytest.mark.browser

NOTE = "About my new job, marker-5512."
CARD = "[data-appointment]"


async def ask(page: Page, family: Family, note: str, day: int = 3) -> str:
    """Asks for the first time of a day; answers that time."""
    await go(page, f"/calendar/ask/{family.case}")
    wanted = page.locator("[data-choose=day] button").nth(day)
    await wanted.click()
    await expect(wanted).to_have_attribute("aria-pressed", "true")
    time = page.locator("[data-choose=time] button").first
    await time.click()
    await expect(time).to_have_attribute("aria-pressed", "true")
    chosen = await time.get_attribute("value")
    await page.locator("#note").fill(note)
    await page.locator("form button[type=submit]").click()
    await expect(page.locator(CARD)).to_be_visible(timeout=PATIENCE_MS)
    return chosen or ""


async def test_an_appointment_asked_for_offline_is_confirmed_and_the_other_parent_learns_nothing(
    installation: House, family: Family, phones: Phones
) -> None:
    pages = {
        login: await sign_in(await phones(), installation.origin, login)
        for login in ("ana", "bo", "wendy")
    }
    ana, bo, wendy = pages.values()

    await go(ana, "/calendar")
    await cut(ana)
    wanted = await ask(ana, family, NOTE)
    await expect(ana.locator(CARD)).to_contain_text("Saved on this phone")
    await connect(ana)
    await expect(ana.locator(CARD)).to_contain_text("Asked. Not confirmed yet.")

    await go(wendy, "/messages")
    await wendy.locator("a.row", has_text="Ana Rivera").click(timeout=PATIENCE_MS)
    await expect(wendy.locator(CARD)).to_contain_text(NOTE)
    await wendy.locator(f"{CARD} button[data-kind=primary]").click()
    await expect(ana.locator(CARD)).to_contain_text("Confirmed", timeout=PATIENCE_MS)
    assert "Wendy" not in str(await device_holds(ana))

    assert await ask(bo, family, "") == wanted
    await expect(bo.locator(CARD)).to_contain_text("Asked. Not confirmed yet.", timeout=PATIENCE_MS)
    assert "marker-5512" not in str(await device_holds(bo))


async def test_a_time_that_somebody_of_another_case_took_first_is_told_with_three_that_are_free(
    installation: House, family: Family, phones: Phones
) -> None:
    other = await make_case()
    part = await make_participant(other)
    await make_assignment(other, "w")
    stranger = await make_phone(await make_account(person_id="stranger"))
    async with connection() as held:
        await held.execute("UPDATE participant SET person_id = 'stranger' WHERE id = $1", part)
    his = await phones()
    bo = await sign_in(his, installation.origin, "bo")
    await cut(bo)
    wanted = await ask(bo, family, "")
    what = {"id": uuid4(), "thread": part, "starts_local": wanted, "channel": "phone", "topic": "other"}
    assert (await stranger.send("appointment.request", other, **what)).outcome == "ok"
    await bo.context.set_offline(False)
    await expect(bo.locator(CARD)).to_contain_text("not free any more", timeout=PATIENCE_MS)
    free = bo.locator(f"{CARD} .buttons").first.get_by_role("button")
    await expect(free).to_have_count(3)
    await free.first.click()  # the old wish goes only when the new one is safe: for a moment both stand there
    await expect(bo.locator(CARD, has_text="Asked. Not confirmed yet.")).to_be_visible(timeout=PATIENCE_MS)
    await expect(bo.locator(CARD)).to_have_count(1)


async def test_what_is_new_is_counted_until_it_is_read(installation: House, family: Family, phones: Phones) -> None:
    hers = await phones()
    the_workers = await phones()
    ana = await sign_in(hers, installation.origin, "ana")
    wendy = await sign_in(the_workers, installation.origin, "wendy")
    await go(wendy, f"/messages/{family.case}/{family.ana_part}")
    await write_message(wendy, "Please call us.")
    tab = ana.locator(".tab[href='/messages']")
    await expect(tab.locator(".count")).to_have_text("1", timeout=PATIENCE_MS)
    await go(ana, f"/messages/{family.case}")
    await expect(tab.locator(".count")).to_have_count(0, timeout=PATIENCE_MS)
    await reload(ana)
    await expect(ana.locator("main h1")).to_be_visible()
    await expect(tab.locator(".count")).to_have_count(0)
