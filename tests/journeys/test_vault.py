"""What a phone keeps is sealed: its disk tells nothing, only its person opens it, and what was written is delivered all the same."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, expect

from backend.db import connection
from tests.backend.browsing import PASSWORD
from tests.journeys.app import PATIENCE_MS, come_in, cut, device_holds, go, held_everything, reopen, sign_in_as, write_message
from tests.journeys.browser import browser, die, open_installed
from tests.journeys.family import Family, sign_in
from tests.journeys.house import House
from tests.journeys.vault import PASSPHRASE, raw_holds

pytestmark = pytest.mark.browser

NEWS = "My hours were cut on Monday, marker-7731."
BEGUN = "And I wanted to ask, marker-9902"
MARKERS_LEAST = 200
FOUR_DAYS_LATER = "(now => { Date.now = () => now + 4 * 86_400_000; })(Date.now())"
PIN = "428731"


async def locked(page: Page) -> None:
    await expect(page.locator("#unlock-passphrase")).to_be_visible(timeout=PATIENCE_MS)


async def lock_now(page: Page) -> None:
    await go(page, "/more/lock")
    await page.get_by_role("button", name="Lock now").click()
    await locked(page)


async def credentials(page: Page, origin: str, login: str) -> None:
    """Signed in, and before the choice of a lock."""
    await open_installed(page, origin)
    await page.locator("#login").fill(login)
    await page.locator("#password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.locator("#new-passphrase").wait_for(timeout=PATIENCE_MS)


def found_in(folder: Path, markers: set[str]) -> set[tuple[str, str]]:
    """Which markers lie somewhere in this folder, in any of the ways in which browsers write text, and in which file."""
    ways = {way for marker in markers for way in (marker.encode(), marker.encode("utf-16-le"), marker.encode("latin-1", "ignore")) if way}
    any_of_them = re.compile(_one_of(sorted(ways)))
    files = (path for path in folder.rglob("*") if path.is_file())
    return {(repr(way), path.name) for path in files for way in any_of_them.findall(path.read_bytes())}


def _one_of(ways: list[bytes]) -> bytes:
    """A pattern for any of these texts, branching at each byte: fifty times as fast as looking for one after the other."""
    if b"" in ways:
        return b""
    rests = {first: [way[1:] for way in ways if way[:1] == first] for first in sorted({way[:1] for way in ways})}
    branches = [re.escape(first) + _one_of(rest) for first, rest in rests.items()]
    return branches[0] if len(branches) == 1 else b"(?:" + b"|".join(branches) + b")"


async def test_a_worker_s_day_leaves_nothing_readable_on_the_tablet_locked_or_killed(demo_house: House, tmp_path: Path) -> None:
    profile = tmp_path / "tablet"
    async with browser(profile) as context:
        page = await context.new_page()
        await sign_in_as(page, demo_house.origin, "worker")
        await held_everything(page)
        await page.locator("input[type=search]").fill("zzmarker-term")
        await page.locator("input[type=search]").fill("")
        link = await page.locator(".case-row").first.get_attribute("href") or ""
        await go(page, link)
        scope = link.removeprefix("/case/")
        thread = f"/messages/{scope}/{await receiving_in(page, scope)}"
        await go(page, thread)
        await cut(page)
        await write_message(page, NEWS)
        await page.locator(".composer textarea").fill(BEGUN)
        await expect(page.locator("header .status[data-tone=care]")).to_be_visible()
        names = {item["receiving"] for _, store, metas in await device_holds(page) if store == "meta" for item in _cases(metas)}
        markers = {name for name in names if len(name) >= 8} | {NEWS, BEGUN, PASSPHRASE, "zzmarker-term", "marker-7731", "marker-9902"}
        assert len(markers) >= MARKERS_LEAST
        await lock_now(page)
        assert not found_in(profile, markers)
        await come_in(page)
        await go(page, thread)
        await expect(page.locator(".composer textarea")).to_have_value(BEGUN)
        await die(context, profile)
    assert not found_in(profile, markers)


async def receiving_in(page: Page, scope: str) -> str:
    """The receiving parent's part in this case."""
    boxes = [box for _, store, values in await device_holds(page) if store == "scopes" for box in values if box["scope"] == scope]
    return next(str(row) for _, _, row, _, body in boxes[0]["rows"] if body.get("role") == "CP")


def _cases(metas: list[Any]) -> list[Any]:
    return [item for meta in metas if isinstance(meta, dict) for item in meta.get("list", {}).get("cases", ())]


async def test_locked_the_page_has_forgotten_everything_and_the_passphrase_brings_it_back_without_a_signal(
    installation: House, family: Family, phone: BrowserContext
) -> None:
    page = await sign_in(phone, installation.origin, "ana")
    await go(page, f"/messages/{family.case}")
    await write_message(page, NEWS)
    await held_everything(page)
    await cut(page)
    assert "marker-7731" in await heap(page)
    await lock_now(page)
    assert "marker-7731" not in await heap(page)
    assert "Rivera" not in await page.locator("body").inner_text()

    await page.locator("#unlock-passphrase").fill("not the right words at all")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("9 tries")
    await expect(page.locator("#unlock-passphrase")).to_have_value("")
    await expect(page.locator("#unlock-passphrase")).to_be_focused()
    await page.reload()
    await locked(page)
    await page.workers[0].evaluate(FOUR_DAYS_LATER)
    await come_in(page)
    await go(page, "/")
    await expect(page.locator(".banner", has_text="or it locks")).to_be_visible()
    await go(page, f"/messages/{family.case}")
    await expect(page.locator(".bubble", has_text=NEWS)).to_be_visible()


async def heap(page: Page) -> str:
    """All that the page's memory holds, as a tool for developers sees it."""
    parts: list[str] = []
    session = await page.context.new_cdp_session(page)
    session.on("HeapProfiler.addHeapSnapshotChunk", lambda event: parts.append(event["chunk"]))
    await session.send("HeapProfiler.enable")
    await session.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
    await session.detach()
    return "".join(parts)


async def test_a_lock_in_one_tab_locks_the_others(installation: House, family: Family, phone: BrowserContext) -> None:
    page = await sign_in(phone, installation.origin, "ana")
    other = await phone.new_page()
    await reopen(other, installation.origin)
    await lock_now(page)
    await locked(other)


async def test_a_phone_that_nobody_touches_locks_by_itself_without_a_signal(
    installation: House, family: Family, phone: BrowserContext
) -> None:
    page = await sign_in(phone, installation.origin, "ana")
    await cut(page)
    await page.clock.install()
    await page.clock.fast_forward("14:00")
    await expect(page.locator("header .status")).to_be_visible()
    await page.clock.fast_forward("02:00")
    await locked(page)


async def test_what_a_locked_phone_wrote_is_delivered_by_it_all_the_same(
    installation: House, family: Family, phone: BrowserContext
) -> None:
    page = await sign_in(phone, installation.origin, "ana")
    await phone.grant_permissions(["background-sync"], origin=installation.origin)
    await go(page, f"/messages/{family.case}")
    await cut(page)
    await write_message(page, NEWS)
    await lock_now(page)
    await phone.set_offline(False)
    await page.evaluate("navigator.serviceWorker.ready.then(it => it.sync.register('outbox'))")
    async with connection() as held:
        for _ in range(600):
            if await held.fetchval("SELECT count(*) FROM message WHERE body = $1", NEWS):
                break
            await page.wait_for_timeout(100)
        await come_in(page)
        await held_everything(page)
        assert await held.fetchval("SELECT count(*) FROM message WHERE body = $1", NEWS) == 1


async def test_a_phone_that_is_to_keep_nothing_keeps_nothing_and_signs_out_when_it_is_closed(
    installation: House, family: Family, phone: BrowserContext
) -> None:
    page = phone.pages[0]
    await credentials(page, installation.origin, "ana")
    await page.get_by_label("Keep nothing on this phone").check()
    await page.get_by_role("button", name="Keep nothing", exact=True).click()
    await held_everything(page)
    await go(page, f"/messages/{family.case}")
    await page.locator(".composer textarea").fill(BEGUN)
    assert {name for name, _, rows in await raw_holds(page) if rows} <= {"porchlight"}
    assert "marker" not in json.dumps(await raw_holds(page))
    await page.reload()
    await expect(page.locator("#login")).to_be_visible(timeout=PATIENCE_MS)
    for _ in range(600):
        if await page.evaluate("fetch('/v1/me').then(answer => answer.status)") == 401:
            return
        await page.wait_for_timeout(100)
    raise AssertionError("still signed in")


async def test_the_phone_s_own_lock_opens_it_with_and_without_a_signal(installation: House, family: Family, phone: BrowserContext) -> None:
    page = phone.pages[0]
    await credentials_with_passkey(page, installation.origin)
    await page.get_by_label("This phone's own lock").check()
    await page.get_by_role("button", name="Use this phone's lock").click()
    await held_everything(page)
    for offline in (False, True):
        await phone.set_offline(offline)
        await page.reload()
        await page.get_by_role("button", name="Unlock with this phone's own lock").click()
        await expect(page.locator(".case-card .headline")).to_be_visible(timeout=PATIENCE_MS)
    assert {slot["kind"] for slot in await slots(page)} == {"passkey"}


async def credentials_with_passkey(page: Page, origin: str) -> None:
    """Signed in on a phone whose own lock makes secrets."""
    session = await page.context.new_cdp_session(page)
    await session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "hasPrf": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    await session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    await credentials(page, origin, "ana")


async def test_a_pin_opens_with_the_agency_s_half_and_not_without_a_signal(
    installation: House, family: Family, phone: BrowserContext
) -> None:
    page = phone.pages[0]
    await credentials(page, installation.origin, "ana")
    await page.get_by_label("A PIN").check()
    await page.locator("#new-pin").fill(PIN)
    await page.keyboard.press("Enter")
    await held_everything(page)
    before = await slots(page)
    await page.reload()
    await phone.set_offline(True)
    await type_pin(page, PIN)
    await expect(page.get_by_role("alert")).to_contain_text("no connection")
    await phone.set_offline(False)
    await type_pin(page, "428732")
    await expect(page.get_by_role("alert")).to_contain_text("9 tries")
    await type_pin(page, PIN)
    await expect(page.locator(".case-card .headline")).to_be_visible(timeout=PATIENCE_MS)
    assert await slots(page) != before  # moved to another share: an older copy of the disk is worth nothing


async def type_pin(page: Page, pin: str) -> None:
    await page.locator("#unlock-pin").fill(pin)
    await page.keyboard.press("Enter")


async def slots(page: Page) -> list[Any]:
    return [slot for _, store, rows in await raw_holds(page) if store == "vaults" for _, one in rows for slot in one["slots"]]


async def test_a_phone_that_is_told_to_forget_hands_over_what_it_wrote_and_forgets(
    installation: House, family: Family, phone: BrowserContext
) -> None:
    page = await sign_in(phone, installation.origin, "ana")
    await go(page, f"/messages/{family.case}")
    await cut(page)
    await write_message(page, NEWS)
    async with connection() as held:
        await held.execute("UPDATE sync_device SET revoked_at = now(), wipe = true")
        await held.execute("DELETE FROM session")
        await phone.set_offline(False)
        await expect(page.locator("#login")).to_be_visible(timeout=PATIENCE_MS)
        for _ in range(600):
            if await held.fetchval("SELECT count(*) FROM sync_device WHERE wiped_at IS NOT NULL"):
                break
            await page.wait_for_timeout(100)
        assert await held.fetchval("SELECT count(*) FROM sync_device WHERE wiped_at IS NOT NULL") == 1
        assert await held.fetchval("SELECT count(*) FROM quarantine") == 1
        assert await held.fetchval("SELECT count(*) FROM message") == 0
    for _ in range(600):
        if not [name for name, _, rows in await raw_holds(page) if rows and name != "porchlight"]:
            return
        await page.wait_for_timeout(100)
    raise AssertionError("something is left")


async def test_two_people_on_one_phone_open_only_their_own(installation: House, family: Family, phone: BrowserContext) -> None:
    page = await sign_in(phone, installation.origin, "ana")
    await go(page, f"/messages/{family.case}")
    await write_message(page, NEWS)
    await held_everything(page)
    await lock_now(page)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await credentials(page, installation.origin, "bo")
    await come_in(page)
    await held_everything(page)
    await go(page, f"/messages/{family.case}")
    assert "marker-7731" not in await page.locator("main").inner_text()
    boxes = [name for name, store, rows in await raw_holds(page) if store == "scopes" and rows]
    assert len(boxes) == 2
    assert "marker-7731" not in await heap(page)
