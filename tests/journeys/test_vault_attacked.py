"""Somebody has the phone, or a copy of its disk, and all the time in the world."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from playwright.async_api import BrowserContext, Page, expect

from backend.db import connection
from backend.devices.share import PURPOSE
from backend.installation import unseal
from tests.journeys.app import PATIENCE_MS, cut, held_everything
from tests.journeys.browser import browser, die, open_installed
from tests.journeys.family import Family, sign_in
from tests.journeys.house import House
from tests.journeys.test_vault import PIN, credentials, lock_now, locked
from tests.journeys.vault import PASSPHRASE, raw_holds, unbase64url

pytestmark = pytest.mark.browser

NEVER_DERIVED = "() => { crypto.subtle.deriveBits = () => new Promise(() => undefined); }"
AN_HOUR_AHEAD = "(now => { Date.now = () => now + 3_600_000; })(Date.now())"


async def records(page: Page) -> list[dict[str, Any]]:
    """What lies on this phone of its vaults."""
    return [record for _, store, rows in await raw_holds(page) if store == "vaults" for _, record in rows]


async def counted(page: Page) -> int:
    (record,) = await records(page)
    return int(record["tries"]["failed"])


async def try_wrong(page: Page) -> None:
    await page.locator("#unlock-passphrase").fill("not the right words at all")
    await page.keyboard.press("Enter")


async def left(page: Page, tries: int) -> None:
    await try_wrong(page)
    await expect(page.get_by_role("alert")).to_contain_text(f"{tries} tries", timeout=PATIENCE_MS)


async def reach_lock(context: BrowserContext, origin: str) -> Page:
    page = await context.new_page()
    await open_installed(page, origin)
    await locked(page)
    return page


async def test_a_wrong_try_stays_counted_after_a_reload_in_another_tab_after_a_death_and_under_another_clock(
    installation: House, family: Family, tmp_path: Path
) -> None:
    profile = tmp_path / "phone"
    async with browser(profile) as context:
        page = await sign_in(context, installation.origin, "ana")
        await cut(page)
        await lock_now(page)
        await left(page, 9)
        await page.reload()
        await locked(page)
        await left(page, 8)
        other = await reach_lock(context, installation.origin)
        await left(other, 7)
        await other.workers[0].evaluate(NEVER_DERIVED)
        await try_wrong(other)
        while await counted(other) < 4:
            await other.wait_for_timeout(20)
        await die(context, profile)
    async with browser(profile) as context:
        page = await reach_lock(context, installation.origin)
        await context.set_offline(True)
        assert await counted(page) == 4
        await left(page, 5)
        await page.workers[0].evaluate(AN_HOUR_AHEAD)  # past the wait
        await left(page, 4)
        await page.reload()  # and back to the right clock, which is now an hour behind what the phone knows
        await locked(page)
        await page.locator("#unlock-passphrase").fill(PASSPHRASE)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert")).to_be_visible()
        assert await counted(page) == 6
        await expect(page.locator("#unlock-passphrase")).to_be_visible()


async def test_a_copy_of_the_disk_with_the_right_pin_opens_nothing_whatever_on_it_is_taken_for_the_agency_s_half(
    installation: House, family: Family, tmp_path: Path
) -> None:
    profile = tmp_path / "phone"
    async with browser(profile) as context:
        page = await context.new_page()
        await credentials(page, installation.origin, "ana")
        await page.get_by_label("A PIN").check()
        await page.locator("#new-pin").fill(PIN)
        await page.keyboard.press("Enter")
        await held_everything(page)
        (record,) = await records(page)
    disk = b"".join(path.read_bytes() for path in (profile / "Default").rglob("*") if path.is_file() and ".leveldb" in str(path))
    (slot,) = record["slots"]
    label = f"slot|{record['who']['tag']}|{record['id']}".encode()
    base = hashlib.pbkdf2_hmac("sha256", PIN.encode(), unbase64url(slot["salt"]), slot["rounds"])
    assert slot["box"].encode() in disk
    assert not any(opens(slot, label, base, share) for share in halves(disk))
    async with connection() as held:
        row = await held.fetchrow("SELECT device, share FROM vault_share WHERE NOT next")
    assert row is not None
    assert opens(slot, label, base, unseal(PURPOSE, row["share"], row["device"].bytes))  # with it, the attack works


def halves(disk: bytes) -> set[bytes]:
    """Everything on this disk that may be 32 bytes of the agency: as they are, or written down."""
    plain = {disk[at : at + 32] for at in range(len(disk) - 31)}
    written = (run.group() for run in re.finditer(rb"[A-Za-z0-9_-]{43,}", disk))
    return plain | {base64.urlsafe_b64decode(run[at : at + 43] + b"=") for run in written for at in range(len(run) - 42)}


def opens(slot: dict[str, Any], label: bytes, base: bytes, share: bytes) -> bool:
    """Is this the share? HKDF written out: there are many to try."""
    root = hmac.digest(bytes(32), base + share, "sha256")
    key = hmac.digest(root, b"porchlight-slot-n\x01", "sha256")
    box = unbase64url(slot["box"])
    try:
        AESGCM(key).decrypt(box[:12], box[12:], label)
    except InvalidTag:
        return False
    return True
