"""What a person does in the app, in words of the app: choose who to be, wait for it to be true, go somewhere, write."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Page, expect

from tests.journeys.browser import open_installed
from tests.journeys.vault import PASSPHRASE, opened, raw_holds

PATIENCE_MS = 30_000
POLL_MS = 120_000  # a hint may be lost; what is promised is the next poll


async def sign_in_as(page: Page, origin: str, key: str) -> None:
    """Open the app, then one tap on a demonstration person."""
    await open_installed(page, origin)
    await choose(page, key)


async def choose(page: Page, key: str) -> None:
    """One tap on a demonstration person."""
    await page.locator("button.row", has_text=await name_of(page, key)).first.click()
    await come_in(page)


async def come_in(page: Page) -> None:
    """Past the lock: a first time with a passphrase of one's own, later with the same. Whoever is in already stays."""
    new, old = page.locator("#new-passphrase"), page.locator("#unlock-passphrase")
    inside = page.locator("header .status")
    await new.or_(old).or_(inside).first.wait_for(timeout=2 * PATIENCE_MS)
    for field in (new, old):
        if await field.is_visible():
            await field.fill(PASSPHRASE)
            await field.press("Enter")
    await inside.wait_for(timeout=2 * PATIENCE_MS)


async def reopen(page: Page, address: str) -> None:
    """Open the app where it was used before, and unlock it."""
    await open_installed(page, address)
    await come_in(page)


async def reload(page: Page) -> None:
    await page.reload()
    await come_in(page)


async def name_of(page: Page, key: str) -> str:
    """What a demonstration person is called."""
    people = await page.evaluate("fetch('/v1/demo').then(answer => answer.json()).then(body => body.people)")
    (name,) = (person["display_name"] for person in people if person["key"] == key)
    return str(name)


async def held_everything(page: Page) -> None:
    """Past the lock, wait until the app itself says that it has checked and that nothing is missing."""
    await come_in(page)
    await expect(page.locator("header .status[data-tone=good]")).to_be_visible(timeout=2 * PATIENCE_MS)


async def cut(page: Page) -> None:
    """No network: the app says so."""
    await page.context.set_offline(True)
    await expect(page.locator("header .status[data-tone=off]")).to_be_visible(timeout=PATIENCE_MS)


async def connect(page: Page) -> None:
    await page.context.set_offline(False)
    await held_everything(page)


async def go(page: Page, path: str) -> None:
    """Follow an address inside the app, as a link does, without loading the page again."""
    await page.evaluate("path => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')); }", path)
    await expect(page.locator("main h1")).to_be_visible(timeout=PATIENCE_MS)


async def write_message(page: Page, text: str) -> None:
    """In the thread that is open."""
    await page.locator(".composer textarea").fill(text)
    await page.locator(".composer button[type=submit]").click()
    await expect(page.locator(".composer textarea")).to_have_value("")


async def text_of(page: Page, selector: str = "main") -> str:
    return (await page.locator(selector).first.inner_text()).strip()


async def device_holds(page: Page) -> list[Any]:
    """Everything that this browser keeps in its databases, as whoever knows the passphrase can read it: (database, store, values)."""
    return opened(await raw_holds(page))
