"""What a person does in the app, in words of the app: choose who to be, wait for it to be true, go somewhere, write."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Page, expect

from tests.journeys.browser import open_installed

PATIENCE_MS = 30_000
POLL_MS = 120_000  # a hint may be lost; what is promised is the next poll


async def sign_in_as(page: Page, origin: str, key: str) -> None:
    """Open the app, then one tap on a demonstration person."""
    await open_installed(page, origin)
    await choose(page, key)


async def choose(page: Page, key: str) -> None:
    """One tap on a demonstration person."""
    await page.locator("button.row", has_text=await name_of(page, key)).first.click()
    await page.locator("header .status").wait_for(timeout=PATIENCE_MS)


async def name_of(page: Page, key: str) -> str:
    """What a demonstration person is called."""
    people = await page.evaluate("fetch('/v1/demo').then(answer => answer.json()).then(body => body.people)")
    (name,) = (person["display_name"] for person in people if person["key"] == key)
    return str(name)


async def held_everything(page: Page) -> None:
    """Wait until the app itself says that it has checked and that nothing is missing."""
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
    """Everything that this browser keeps in its databases, as the page's script can read it."""
    held: list[Any] = await page.evaluate(
        """async () => {
          const all = [];
          for (const { name } of await indexedDB.databases()) {
            const db = await new Promise((ok, no) => { const q = indexedDB.open(name); q.onsuccess = () => ok(q.result); q.onerror = no; });
            for (const store of db.objectStoreNames) {
              const rows = await new Promise((ok, no) => {
                const q = db.transaction(store).objectStore(store).getAll(); q.onsuccess = () => ok(q.result); q.onerror = no; });
              all.push([name, store, rows]);
            }
            db.close();
          }
          return all;
        }"""
    )
    return held
