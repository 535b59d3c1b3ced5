"""From a worker's six words to a passkey, from a password to an app's digits, and back to an account that was lost."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyotp
import pytest
from playwright.async_api import BrowserContext, Page, expect
from playwright.async_api import Error as PlaywrightError

from backend.db import connection
from tests.backend.browsing import PASSWORD
from tests.journeys.app import PATIENCE_MS, cut, go, held_everything
from tests.journeys.browser import DESK, Phones, open_installed
from tests.journeys.family import Family, sign_in
from tests.journeys.house import House
from tests.journeys.passkeys import Reader, fingerprint_reader
from tests.journeys.test_accessible import barriers_of
from tests.make import make_participant

pytestmark = pytest.mark.browser

PRESSED_MS = 5_000
ADDRESS = {"address_1": "12 Elm Street", "city": "Springfield", "state": "ST", "postal_code": "00001"}
PICTURES = os.environ.get("PORCHLIGHT_PICTURES")  # a folder for pictures of what these journeys see, when somebody wants to look


async def picture(page: Page, name: str) -> None:
    if PICTURES:
        await page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


async def new_page(context: BrowserContext) -> Page:
    return context.pages[0] if context.pages else await context.new_page()


async def desk_of(phones: Phones, origin: str) -> Page:
    return await sign_in(await phones(**DESK), origin, "wendy")


async def later(sql: str, *values: Any) -> None:
    async with connection() as held:
        await held.execute(sql, *values)


async def words_for(desk: Page, family: Family, part: Any) -> str:
    """Wendy makes six words for one person of the case."""
    await go(desk, f"/enrol/{family.case}/{part}")
    await desk.get_by_role("button", name="Make six words").click()
    shown = desk.locator("[data-words]")
    await expect(shown.locator("img")).to_be_visible(timeout=PATIENCE_MS)
    return await shown.get_attribute("data-words") or ""


async def scan(page: Page, origin: str, words: str, who: str) -> None:
    """The picture is the address of the app with the words behind it."""
    await page.goto(f"{origin}/claim#{words.replace(' ', '-')}")
    await expect(page.locator("#code")).to_have_value(words, timeout=PATIENCE_MS)
    assert urlsplit(page.url).fragment == ""
    await page.locator("#who").fill(who)
    await page.get_by_role("button", name="Go on").click()


async def make_passkey(page: Page, origin: str, words: str, who: str) -> None:
    await scan(page, origin, words, who)
    await page.get_by_role("button", name="Make a passkey").click()


async def sign_out(page: Page) -> None:
    await go(page, "/more/sign-out")
    await page.locator("button[data-kind=primary]").click()
    await expect(page.locator("#login")).to_be_visible(timeout=PATIENCE_MS)


async def use_passkey(page: Page, reader: Reader) -> None:
    """With the finger on the reader. It may answer the offer under the name already: then the button is gone before it is pressed."""
    await reader.finger_lies_on_it(True)
    with suppress(PlaywrightError):
        await page.get_by_role("button", name="Sign in with a passkey").click(timeout=PRESSED_MS)


async def test_six_words_a_passkey_and_in_again(installation: House, family: Family, phones: Phones) -> None:
    part = await make_participant(family.case, "AP", person_id="cleo", first_name="Cleo", last_name="Marsh", **ADDRESS)
    desk = await desk_of(phones, installation.origin)
    phone = await new_page(await phones())
    words = await words_for(desk, family, part)
    await picture(desk, "offer-words")
    barriers = await barriers_of(desk, "offer")
    await desk.get_by_role("button", name="Make a letter").click()
    letter = desk.locator("article.letter")
    await expect(letter).to_contain_text("12 Elm Street", timeout=PATIENCE_MS)
    async with connection() as held:
        number = await held.fetchval("SELECT case_number FROM ivd_case")
    assert number not in await letter.inner_text()
    barriers += await barriers_of(desk, "letter")
    await desk.emulate_media(media="print")
    await picture(desk, "letter-printed")

    reader = await fingerprint_reader(phone)
    await phone.goto(f"{installation.origin}/claim")
    await expect(phone.locator("#code")).to_be_visible(timeout=PATIENCE_MS)
    barriers += await barriers_of(phone, "claim")
    await picture(phone, "claim")
    await phone.locator("#code").fill("half of what is on the")
    await phone.reload()
    await expect(phone.locator("#code")).to_have_value("half of what is on the", timeout=PATIENCE_MS)
    await scan(phone, installation.origin, words, "marsh")
    await expect(phone.locator("h1")).to_contain_text("Cleo Marsh", timeout=PATIENCE_MS)
    barriers += await barriers_of(phone, "enrol")
    await picture(phone, "enrol")
    assert not barriers, barriers
    await phone.reload()
    await phone.get_by_role("button", name="Make a passkey").click()
    await held_everything(phone)
    assert len(await reader.keys()) == 1

    await go(phone, "/more/security")
    await expect(phone.locator("[data-passkey]")).to_have_count(1, timeout=PATIENCE_MS)
    await expect(phone.locator("[data-session=this]")).to_be_visible()
    await picture(phone, "security")
    await reader.finger_lies_on_it(False)
    await sign_out(phone)
    await picture(phone, "sign-in")
    await use_passkey(phone, reader)
    await held_everything(phone)


async def test_a_reader_that_does_not_know_the_finger_lets_nobody_in(installation: House, family: Family, phones: Phones) -> None:
    part = await make_participant(family.case, "AP", person_id="cleo", first_name="Cleo", last_name="Marsh")
    desk = await desk_of(phones, installation.origin)
    phone = await new_page(await phones())
    stranger = await fingerprint_reader(phone, isUserVerified=False)
    await make_passkey(phone, installation.origin, await words_for(desk, family, part), "Marsh")
    await expect(phone.locator("p.wrong")).to_be_visible(timeout=PATIENCE_MS)
    assert await stranger.keys() == []
    await stranger.away()

    reader = await fingerprint_reader(phone)
    await phone.get_by_role("button", name="Make a passkey").click()
    await held_everything(phone)
    await reader.finger_lies_on_it(False)
    await sign_out(phone)
    await reader.another_finger()
    await phone.get_by_role("button", name="Sign in with a passkey").click()
    await expect(phone.locator("main .banner[role=alert]")).to_be_visible(timeout=2 * PATIENCE_MS)
    await expect(phone.locator("#login")).to_be_visible()


async def test_a_password_an_app_and_what_was_typed_survives(installation: House, family: Family, phones: Phones) -> None:
    context = await phones()
    page = await sign_in(context, installation.origin, "ana")
    await go(page, "/more/security")
    await page.get_by_role("button", name="Change the password").click()
    await page.locator("#new-password").fill("password1234")
    await page.get_by_role("button", name="Next").click()
    await expect(page.locator(".field .wrong")).to_contain_text("Many people", timeout=PATIENCE_MS)
    await page.locator("#new-password").fill("a quiet boat at nine")
    await page.get_by_role("button", name="Next").click()
    await expect(page.locator("img.qr")).to_be_visible(timeout=PATIENCE_MS)
    assert await page.evaluate("document.querySelector('img.qr').decode().then(() => true, () => false)")
    await picture(page, "authenticator")
    app = pyotp.TOTP(await page.locator("details code").text_content() or "")
    await page.locator("#first-code").fill(app.now())
    await page.get_by_role("button", name="Finish").click()
    codes = page.locator("ul.codes li")
    await expect(codes).to_have_count(10, timeout=PATIENCE_MS)
    await picture(page, "recovery-codes")
    assert not (found := await barriers_of(page, "recovery codes")), found
    recovery = await codes.first.inner_text()
    await page.get_by_role("button", name="I have kept them").click()
    await sign_out(page)

    await page.locator("#login").fill("ana")
    await page.locator("#password").fill("a quiet boat at nine")
    await page.reload()
    await expect(page.locator("#login")).to_have_value("ana", timeout=PATIENCE_MS)
    await expect(page.locator("#password")).to_have_value("")
    await page.locator("#password").fill("a quiet boat at nine")
    await page.keyboard.press("Enter")
    await expect(page.locator("#code")).to_be_focused(timeout=PATIENCE_MS)
    await picture(page, "sign-in-code")
    assert not (found := await barriers_of(page, "code")), found
    await page.locator("#code").fill(recovery)
    await page.keyboard.press("Enter")
    await held_everything(page)


async def test_a_lost_account_comes_back_after_a_day_unless_somebody_says_no(installation: House, family: Family, phones: Phones) -> None:
    await later("UPDATE account SET created_at = now() - interval '1 day'")
    desk = await desk_of(phones, installation.origin)
    old = await sign_in(await phones(), installation.origin, "ana")
    new = await new_page(await phones())
    await fingerprint_reader(new)
    await make_passkey(new, installation.origin, await words_for(desk, family, family.ana_part), "Rivera")
    await expect(new.locator("h1")).to_contain_text("waits", timeout=PATIENCE_MS)
    await picture(new, "recovery-waits")

    alert = old.locator(".banner", has_text="Something changed in your account")
    await expect(alert).to_be_visible(timeout=4 * PATIENCE_MS)
    await alert.locator("a").click()
    await picture(old, "security-alert")
    assert not (found := await barriers_of(old, "security, alerted")), found
    await old.get_by_role("button", name="It was not me").click()
    await expect(old.locator(".banner", has_text="new way to sign in")).to_have_count(0, timeout=PATIENCE_MS)
    await go(desk, "/more/checks")
    await expect(desk.locator("h2", has_text="Ana Rivera")).to_have_count(2, timeout=PATIENCE_MS)
    await picture(desk, "checks")
    await desk.get_by_role("button", name="I have looked into it").first.click()
    await expect(desk.locator("h2", has_text="Ana Rivera")).to_have_count(1, timeout=PATIENCE_MS)


async def test_before_what_matters_the_app_asks_and_then_goes_on_by_itself(installation: House, family: Family, phones: Phones) -> None:
    context = await phones()
    page = await sign_in(context, installation.origin, "ana")
    await fingerprint_reader(page)
    await later("UPDATE session SET created_at = created_at - interval '6 minutes'")
    await go(page, "/more/security")
    await page.get_by_role("button", name="Add a passkey").click()
    dialog = page.locator("dialog")
    await expect(dialog).to_contain_text("Is it you?", timeout=PATIENCE_MS)
    await picture(page, "proof")
    assert not (found := await barriers_of(page, "proof")), found
    await dialog.get_by_role("button", name="Use my password").click()
    await page.locator("#proof-password").fill("not my password at all")
    await page.keyboard.press("Enter")
    await expect(dialog.locator("[role=alert]")).to_be_visible(timeout=PATIENCE_MS)
    await page.locator("#proof-password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-passkey]")).to_have_count(1, timeout=PATIENCE_MS)
    await expect(dialog).to_have_count(0)

    await later("UPDATE session SET proved_at = proved_at - interval '6 minutes'")
    await page.get_by_role("button", name="Remove", exact=False).first.click()
    await dialog.get_by_role("button", name="Use my passkey").click()
    await expect(page.locator("[data-passkey]")).to_have_count(0, timeout=PATIENCE_MS)
    await held_everything(page)

    await go(page, "/more")
    await cut(page)
    await go(page, "/more/security")
    await expect(page.get_by_role("button", name="Try again")).to_be_visible(timeout=PATIENCE_MS)
    await context.set_offline(False)
    await expect(page.locator("[data-session=this]")).to_be_visible(timeout=PATIENCE_MS)


async def test_the_door_answers_without_a_network(installation: House, family: Family, phones: Phones) -> None:
    context = await phones()
    page = await new_page(context)
    await open_installed(page, installation.origin)
    await context.set_offline(True)
    await page.reload()
    await page.get_by_role("link", name="I have a code").click()
    await page.locator("#code").fill("anything")
    await page.locator("#who").fill("Rivera")
    await page.get_by_role("button", name="Go on").click()
    await expect(page.locator("[role=alert]")).to_contain_text("no connection", timeout=PATIENCE_MS)
