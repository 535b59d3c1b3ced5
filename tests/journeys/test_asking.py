"""A worker asks a parent for a paper, and offers one a time, where there is no signal; the parent is told, and answers without one."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from playwright.async_api import Page, expect

from backend.db import connection
from tests.journeys.app import PATIENCE_MS, POLL_MS, connect, cut, device_holds, go, held_everything
from tests.journeys.browser import Phones
from tests.journeys.family import Family, sign_in
from tests.journeys.house import House
from tests.journeys.test_documents import photo
from tests.make import insert, make_account, make_assignment, make_case, make_participant
from tests.sync.world import make_phone

pytestmark = pytest.mark.browser

WHY = "The court looks at your pay again, marker-4471."
REQUEST, DOCUMENT, APPOINTMENT = "[data-request]", "[data-document]", "[data-appointment]"
OF_LOGIN = "SELECT id FROM account WHERE login = $1"


async def hears_at_once(login: str) -> None:
    """Whatever the hour: this person wants no quiet ones."""
    async with connection() as held:
        account: UUID = await held.fetchval(OF_LOGIN, login)
    await insert("preference", account_id=account, name="notice_quiet", value="never")


async def ask_for_pay_stub(page: Page, family: Family) -> None:
    """From the brief, by its one primary action."""
    await go(page, f"/case/{family.case}")
    await page.locator("main a.button[data-kind=primary]", has_text="Ask for a document").click()
    await page.locator(f"input[name=thread][value='{family.ana_part}']").check()
    await page.locator("#by_on").fill((date.today() + timedelta(days=9)).isoformat())
    await page.locator("#why").fill(WHY)
    await page.locator("form button[type=submit]").click()


async def send_what_was_asked_for(page: Page) -> None:
    await page.locator(f"{REQUEST} a.button[data-kind=primary]").click()
    await expect(page.locator("main")).to_contain_text("marker-4471")
    files = [{"name": "IMG_0001.JPG", "mimeType": "image/jpeg", "buffer": photo(1)}]
    await page.locator("input[type=file]").first.set_input_files(files=files)  # type: ignore[arg-type]
    await expect(page.locator(".thumb")).to_have_count(1, timeout=PATIENCE_MS)
    await page.locator("form button[type=submit]").click()


async def test_a_paper_asked_for_offline_is_told_answered_and_accepted_and_the_other_parent_learns_nothing(
    installation: House, family: Family, phones: Phones
) -> None:
    await hears_at_once("ana")
    ana, bo, wendy = [await sign_in(await phones(), installation.origin, login) for login in ("ana", "bo", "wendy")]

    await go(wendy, f"/case/{family.case}")
    await cut(wendy)
    await ask_for_pay_stub(wendy, family)
    await expect(wendy.locator(REQUEST)).to_contain_text("Saved on this device", timeout=PATIENCE_MS)
    await connect(wendy)
    await expect(wendy.locator(REQUEST)).to_contain_text("Asked for", timeout=PATIENCE_MS)

    await expect(ana.locator("main")).to_contain_text("Your case team asks you for: Pay stub or proof of income", timeout=2 * PATIENCE_MS)
    await go(ana, "/notices")
    await ana.locator("a.row", has_text="News about a document").click(timeout=POLL_MS)
    await expect(ana.locator(REQUEST)).to_contain_text(WHY)
    await cut(ana)
    await send_what_was_asked_for(ana)
    await expect(ana.locator(DOCUMENT)).to_contain_text("Saved on this phone", timeout=PATIENCE_MS)
    await expect(ana.locator(REQUEST)).to_contain_text("On its way")
    await go(ana, "/")
    await expect(ana.locator("main .case-card")).not_to_contain_text("asks you for")
    await connect(ana)

    await go(wendy, f"/documents/{family.case}")
    await expect(wendy.locator(REQUEST)).to_contain_text("Received", timeout=2 * PATIENCE_MS)
    await wendy.locator(DOCUMENT).get_by_role("button", name="Accept").click(timeout=2 * PATIENCE_MS)
    await expect(wendy.locator(REQUEST)).to_contain_text("Accepted")
    await go(ana, f"/documents/{family.case}")
    await expect(ana.locator(REQUEST)).to_contain_text("Accepted. You are done.", timeout=2 * PATIENCE_MS)

    await held_everything(bo)
    await go(bo, f"/documents/{family.case}")
    await expect(bo.locator("main")).to_contain_text("No documents yet")
    assert "marker-4471" in str(await device_holds(wendy))
    assert "marker-4471" not in str(await device_holds(bo))
    await go(bo, "/notices")
    await expect(bo.locator("main")).to_contain_text("Nothing yet")


async def offer_first_time(page: Page, family: Family) -> str:
    """From the thread with Ana; answers the time."""
    await go(page, f"/messages/{family.case}/{family.ana_part}")
    await page.locator("main a.button", has_text="Offer an appointment").click()
    await expect(page.locator(f"input[name=thread][value='{family.ana_part}']")).to_be_checked()
    await page.locator("[data-choose=day] button").nth(3).click()
    time = page.locator("[data-choose=time] button").first
    await time.click()
    await expect(time).to_have_attribute("aria-pressed", "true")
    chosen = await time.get_attribute("value")
    await page.locator("form button[type=submit]").click()
    return chosen or ""


async def test_a_time_offered_offline_that_was_taken_is_offered_anew_and_the_parent_agrees(
    installation: House, family: Family, phones: Phones
) -> None:
    other = await make_case()
    part = await make_participant(other, person_id="stranger")
    await make_assignment(other, "w")
    stranger = await make_phone(await make_account(person_id="stranger"))
    await hears_at_once("ana")
    ana, bo, wendy = [await sign_in(await phones(), installation.origin, login) for login in ("ana", "bo", "wendy")]
    await go(wendy, f"/messages/{family.case}/{family.ana_part}")
    await cut(wendy)
    wanted = await offer_first_time(wendy, family)
    await expect(wendy.locator(APPOINTMENT)).to_contain_text("Saved on this phone", timeout=PATIENCE_MS)
    what = {"id": uuid4(), "thread": part, "starts_local": wanted, "channel": "phone", "topic": "other"}
    assert (await stranger.send("appointment.request", other, **what)).outcome == "ok"
    await wendy.context.set_offline(False)
    await expect(wendy.locator(APPOINTMENT)).to_contain_text("not free any more", timeout=PATIENCE_MS)
    free = wendy.locator(f"{APPOINTMENT} .buttons").first.get_by_role("button")
    await expect(free).to_have_count(3)
    await free.first.click()
    await go(wendy, f"/case/{family.case}")
    await expect(wendy.locator("main")).to_contain_text("Offered. No answer yet.", timeout=PATIENCE_MS)

    await expect(ana.locator("main")).to_contain_text("Your case team offers you an appointment", timeout=2 * PATIENCE_MS)
    await go(ana, "/notices")
    await ana.locator("a.row", has_text="News about an appointment").click(timeout=POLL_MS)
    await expect(ana.locator(APPOINTMENT)).to_contain_text("Offered to you")
    await ana.locator(f"{APPOINTMENT} button[data-kind=primary]").click()
    await expect(ana.locator(APPOINTMENT)).to_contain_text("Confirmed", timeout=PATIENCE_MS)
    await expect(wendy.locator("main")).to_contain_text("Confirmed", timeout=2 * PATIENCE_MS)
    await go(bo, "/calendar")
    await expect(bo.locator(APPOINTMENT)).to_have_count(0)
