"""What the app promises when releases change, notifications are odd, sessions end and storage vanishes."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import BrowserContext, Error, Page, expect

from backend.accounts.passwords import hash_password
from backend.db import connection
from tests.backend.browsing import PASSWORD
from tests.journeys.app import PATIENCE_MS, come_in, cut, device_holds, go, held_everything, reopen, write_message
from tests.journeys.browser import browser, open_installed
from tests.journeys.house import House, house
from tests.journeys.release import copy_release, next_release
from tests.journeys.vault import raw_holds
from tests.make import make_account, make_agency, make_case, make_participant

pytestmark = pytest.mark.browser

MARKER = "marker-5521"
SHOWN_LOOKS = 120  # half a second each: a worker that was stopped starts late on a busy machine


@pytest.fixture
async def case(journeys_db: str) -> UUID:
    await make_agency()
    made = await make_case()
    await make_account(login="ana", person_id="ana", password_hash=await hash_password(PASSWORD), display_name="Ana Rivera")
    await make_participant(made, "CP", person_id="ana", first_name="Ana", last_name="Rivera")
    return made


@pytest.fixture(scope="module")
def releases(one_house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A second house on the journeys' database, which serves a copy of the built app."""
    with house(one_house.database_url, RELEASE_FOLDER=str(tmp_path_factory.mktemp("releases") / "served")) as made:
        made.through = "tests.journeys.release"
        yield made


@pytest.fixture
def release(releases: House, built: Path) -> Path:
    """What is served: the app as it was built, whatever an earlier journey made of it."""
    folder = Path(releases.extra["RELEASE_FOLDER"])
    shutil.rmtree(folder, ignore_errors=True)
    copy_release(built, folder)
    return folder


@pytest.fixture
def installation(releases: House, case: UUID, release: Path) -> House:
    releases.keep_running()
    return releases


@pytest.fixture
async def kept_phone(tmp_path: Path) -> AsyncIterator[BrowserContext]:
    """A phone with a profile on the disk: only such a one shows notifications."""
    async with browser(tmp_path / "phone") as context:
        yield context


async def sign_in(page: Page) -> None:
    await page.locator("#login").fill("ana")
    await page.locator("#password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await come_in(page)
    await held_everything(page)


async def open_as_ana(phone: BrowserContext, installation: House) -> Page:
    page = phone.pages[0]
    await open_installed(page, installation.origin)
    await sign_in(page)
    return page


async def look_for_update(page: Page) -> None:
    await page.evaluate("navigator.serviceWorker.getRegistration().then(it => it.update()).then(() => {})")


class Worker:
    """The service worker seen through the developer tools: it can be pushed to, and stopped as phones do."""

    def __init__(self, page: Page, session: Any) -> None:
        self.page, self.session = page, session
        self.ids: list[str] = []
        session.on("ServiceWorker.workerRegistrationUpdated", self._seen)

    @classmethod
    async def of(cls, page: Page) -> Worker:
        made = cls(page, await page.context.new_cdp_session(page))
        await made.session.send("ServiceWorker.enable")
        while not made.ids:
            await page.wait_for_timeout(20)
        return made

    def _seen(self, event: dict[str, Any]) -> None:
        self.ids += [one["registrationId"] for one in event["registrations"] if not one["isDeleted"]]

    async def push(self, data: str) -> None:
        origin = await self.page.evaluate("location.origin")
        await self.session.send("ServiceWorker.deliverPushMessage", {"origin": origin, "registrationId": self.ids[-1], "data": data})

    async def stop(self) -> None:
        await self.session.send("ServiceWorker.stopAllWorkers")


async def notifications(page: Page, least: int) -> list[dict[str, Any]]:
    """Asked too soon after it was shown, Chromium loses a notification: so wait before each look."""
    for _ in range(SHOWN_LOOKS):
        await page.wait_for_timeout(500)
        shown: list[dict[str, Any]] = await page.evaluate(
            """navigator.serviceWorker.ready.then(it => it.getNotifications())
               .then(all => all.map(({ title, body, tag, data }) => ({ title, body, tag, data })))"""
        )
        if len(shown) >= least:
            return shown
    raise AssertionError(f"{least} notifications were expected, {shown} are shown")


async def release_of(page: Page) -> str:
    name: str = await page.locator("meta[name=description]").get_attribute("content") or ""
    return name


async def test_a_new_version_waits_for_consent_then_every_tab_has_it_and_nothing_written_is_lost(
    installation: House, case: UUID, release: Path, phone: BrowserContext
) -> None:
    page = await open_as_ana(phone, installation)
    other = await phone.new_page()
    await reopen(other, installation.origin)
    await go(page, f"/messages/{case}")
    next_release(release, "the next one")
    await look_for_update(page)
    await expect(page.locator(".update button")).to_be_visible(timeout=PATIENCE_MS)
    await cut(page)
    await write_message(page, MARKER)
    assert "the next one" not in {await release_of(page), await release_of(other)}

    await page.locator(".update button").click()
    for tab in (page, other):
        await expect(tab.locator("meta[name=description]")).to_have_attribute("content", "the next one", timeout=PATIENCE_MS)
    assert MARKER in str(await device_holds(page))
    await phone.set_offline(False)
    await come_in(page)
    await held_everything(page)
    async with connection() as held:
        assert await held.fetchval("SELECT count(*) FROM message WHERE body = $1", MARKER) == 1


async def test_an_update_fetches_only_the_files_that_changed(installation: House, release: Path, phone: BrowserContext) -> None:
    page = phone.pages[0]
    await open_installed(page, installation.origin)
    before = await cached(page)
    next_release(release, "the next one")
    await look_for_update(page)
    await expect(page.locator(".update button")).to_be_visible(timeout=PATIENCE_MS)
    assert len(set(await cached(page)) - set(before)) == 1
    await page.locator(".update button").click()
    await expect(page.locator("meta[name=description]")).to_have_attribute("content", "the next one", timeout=PATIENCE_MS)
    assert len(await cached(page)) == len(before)


async def test_a_recalled_release_leaves_the_phone_and_what_was_written_stays(
    installation: House, case: UUID, phone: BrowserContext
) -> None:
    page = await open_as_ana(phone, installation)
    await go(page, f"/messages/{case}")
    await cut(page)
    await write_message(page, MARKER)
    with recalling(installation):
        await phone.set_offline(False)  # first: a worker that looks for a newer one by itself may find the recall, and opens the page anew
        installation.api()
        with suppress(Error):  # which may have been done by then
            await look_for_update(page)
        await until(page, "caches.keys().then(names => names.length === 0)")
        await until(page, "navigator.serviceWorker.getRegistration().then(it => it === undefined)")
        assert MARKER in str(await device_holds(page))


@contextmanager
def recalling(installation: House) -> Iterator[None]:
    """The house is stopped; started within, it is that of an operator who takes the app's files back."""
    installation.running.pop().stop()
    installation.extra["PORCHLIGHT_RECALL"] = "on"
    try:
        yield
    finally:
        while installation.running:
            installation.running.pop().stop()
        del installation.extra["PORCHLIGHT_RECALL"]


async def test_a_push_that_cannot_be_read_shows_the_generic_words_and_a_tap_leads_home(
    installation: House, kept_phone: BrowserContext
) -> None:
    phone = kept_phone
    page = await open_as_ana(phone, installation)
    await phone.grant_permissions(["notifications", "background-sync"], origin=installation.origin)
    await go(page, "/more")
    worker = await Worker.of(page)
    await worker.stop()
    for data in ("not json {", "null", json.dumps({"notification": {"title": 7, "navigate": "https://elsewhere.example/n/1", "tag": "x"}})):
        await worker.push(data)
    shown = await notifications(page, 2)
    assert {(one["title"], one["body"], one["data"]["target"]) for one in shown} == {("New update", "Open the app to see it.", "/")}
    await tap_notification(phone, "x")
    await expect(page).to_have_url(f"{installation.origin}/")


async def test_a_session_that_ended_shows_nothing_until_the_same_person_returns(
    installation: House, case: UUID, phone: BrowserContext
) -> None:
    page = await open_as_ana(phone, installation)
    await go(page, f"/messages/{case}")
    await cut(page)
    await write_message(page, MARKER)
    async with connection() as held:
        await held.execute("DELETE FROM session")
    await phone.set_offline(False)
    await expect(page.locator("#login")).to_be_visible(timeout=PATIENCE_MS)
    assert MARKER not in await page.locator("body").inner_text()
    await page.reload()
    await expect(page.locator("#login")).to_be_visible()
    await sign_in(page)
    async with connection() as held:
        assert await held.fetchval("SELECT count(*) FROM message WHERE body = $1", MARKER) == 1


async def test_storage_thrown_away_under_the_open_app_is_loaded_again(installation: House, case: UUID, phone: BrowserContext) -> None:
    page = await open_as_ana(phone, installation)
    await go(page, f"/messages/{case}")
    session = await phone.new_cdp_session(page)
    await session.send("Storage.clearDataForOrigin", {"origin": installation.origin, "storageTypes": "indexeddb"})
    await write_message(page, MARKER)
    await held_everything(page)
    await expect(page.locator(".bubble", has_text=MARKER)).to_have_count(1)
    async with connection() as held:
        assert await held.fetchval("SELECT count(*) FROM message WHERE body = $1", MARKER) == 1


async def test_forgetting_the_phone_leaves_nothing_of_the_case_in_databases_or_caches(
    installation: House, case: UUID, phone: BrowserContext
) -> None:
    page = await open_as_ana(phone, installation)
    assert "Rivera" in str(await device_holds(page))
    assert not [url for url in await cached(page) if "/v1/" in url]
    await go(page, "/more/sign-out")
    await page.locator("main .button", has_text="orget").last.click()
    await expect(page.locator("#login")).to_be_visible(timeout=PATIENCE_MS)
    assert {name for name, _, _ in await raw_holds(page)} == {"porchlight", "vaults"}
    assert ["vaults", "vaults", []] in await raw_holds(page)
    assert "Rivera" not in str(await device_holds(page))
    await until(page, "fetch('/v1/me').then(answer => answer.status === 401)")


async def cached(page: Page) -> list[str]:
    urls: list[str] = await page.evaluate(
        """async () => {
          const names = await caches.keys();
          const all = await Promise.all(names.map(async name => (await (await caches.open(name)).keys()).map(it => it.url)));
          return all.flat();
        }"""
    )
    return urls


async def tap_notification(phone: BrowserContext, tag: str) -> None:
    """There is no tool that taps one, so the event is dispatched where the tap would arrive."""
    await phone.service_workers[-1].evaluate(
        """async tag => {
          const [notification] = await registration.getNotifications({ tag });
          dispatchEvent(new NotificationEvent('notificationclick', { notification }));
        }""",
        tag,
    )


async def until(page: Page, truth: str) -> None:
    """Wait until this is true in the page; unlike Playwright's own waiting, a promise is waited for too."""
    for _ in range(1200):
        try:
            if await page.evaluate(truth):
                return
        except Error:  # the page is being replaced
            pass
        await page.wait_for_timeout(50)
    raise AssertionError(f"it did not become true: {truth}")
