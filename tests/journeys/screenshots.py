"""`./porchlight screenshots`: a picture of every screen, on a phone and on a desk, light and dark, in both languages."""

from __future__ import annotations

import argparse
import asyncio
import itertools
import tempfile
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from backend import node
from backend.environment import ROOT
from tests.bench.stage import stage
from tests.journeys.app import go, held_everything, sign_in_as
from tests.journeys.browser import DESK, PHONE, browser, open_installed
from tests.journeys.house import House, house

SIZES: dict[str, dict[str, Any]] = {"390x844": PHONE, "1024x768": DESK}
SCHEMES = ("light", "dark")
LANGUAGES = ("en", "es")
SHARED = (
    *("/calendar", "/messages", "/attention", "/more", "/more/security", "/more/language", "/more/text", "/more/notices"),
    *("/more/phone", "/more/lock"),
)
REST = ("/more/leave", "/more/about", "/more/sign-out", "/nowhere")
SCREENS: dict[str, Sequence[str]] = {
    "receiving": (
        "/",
        "{case}",
        "{case}/payments",
        "{case}/statement",
        "/messages/{scope}",
        "/calendar/ask/{scope}",
        "/documents/{scope}",
        "/documents/{scope}/send",
        "/more/contact",
        "/more/helpers",
        *SHARED,
        *REST,
    ),
    "paying": ("/", "{case}", "{case}/payments", "/messages/{scope}", "/calendar"),
    "both": ("/", "/payments", "/messages"),
    "worker": (
        *("/", "{case}", "/documents/{scope}", "/messages", "{thread}", "/calendar", "/more", "/more/phone", "/more/checks"),
        *("/documents/{scope}/ask", "/calendar/offer", "/calendar/offer/{scope}", "/safety/{scope}", "/operators/cases"),
    ),
    "supervisor": ("/more", "/operators/unit", "/operators/kept", "/operators/exposure", "/operators/cases"),
}
SETTLE_MS = 250
PREFERENCES = "porchlight.preferences"
PUBLIC = ROOT / "pwa" / "public" / "screenshots"
SHELF = """body { margin: 20px 0 20px 20px; display: flex; gap: 30px; background: #e6e2d6 }
img { width: 390px; height: 844px; border-radius: 34px; box-shadow: 0 10px 30px #0003 }"""


def main(arguments: argparse.Namespace) -> int:
    """Takes them all; answers 0."""
    out = Path(arguments.out)
    out.mkdir(parents=True, exist_ok=True)
    node.main()
    with stage() as server, house(server.url()) as made:
        made.api()
        count = asyncio.run(_publish(made, out) if arguments.publish else _all(made, out))
    print(f"{count} pictures")
    return 0


async def _publish(made: House, out: Path) -> int:
    """What the README and the app's manifest show."""
    PUBLIC.mkdir(parents=True, exist_ok=True)
    await _shoot(made.origin, "receiving", PHONE, {"/": "home", "{case}": "case", "{case}/payments": "payments"})
    await _shoot(made.origin, "both", PHONE, {"/calendar": "calendar"})
    await _shoot(made.origin, "worker", DESK, {"/": "caseload"})
    for name in ("case", "calendar"):
        (PUBLIC / f"{name}.png").rename(out / f"{name}.png")
    phones = [PUBLIC / "home.png", out / "case.png", PUBLIC / "payments.png", out / "calendar.png"]
    pictures = "".join(f"<img src='data:image/png;base64,{b64encode(path.read_bytes()).decode()}'>" for path in phones)
    with tempfile.TemporaryDirectory(prefix="porchlight-pictures-", ignore_cleanup_errors=True) as profile:
        async with browser(Path(profile), viewport={"width": 4 * 420 + 20, "height": 884}, is_mobile=False) as context:
            page = await context.new_page()
            await page.set_content(f"<style>{SHELF}</style>{pictures}")
            await page.screenshot(path=ROOT / "pwa" / "screenshots" / "phone.png")
    return len(phones) + 2


async def _shoot(origin: str, person: str, size: dict[str, Any], wanted: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory(prefix="porchlight-pictures-", ignore_cleanup_errors=True) as profile:
        async with browser(Path(profile), **size) as context:
            page = await context.new_page()
            await page.add_init_script(f"localStorage.setItem('{PREFERENCES}', JSON.stringify({{ language: 'en' }}))")
            await sign_in_as(page, origin, person)
            await held_everything(page)
            scope, _ = await somewhere(page)
            for pattern, name in wanted.items():
                await go(page, pattern.format(case=f"/case/{scope}"))
                await page.wait_for_timeout(SETTLE_MS)
                await page.screenshot(path=PUBLIC / f"{name}.png")


async def _all(made: House, out: Path) -> int:
    count = 0
    for size, scheme, language in itertools.product(SIZES, SCHEMES, LANGUAGES):
        options = {**SIZES[size], "color_scheme": scheme, "locale": "es-US" if language == "es" else "en-US"}
        for person in SCREENS:
            with tempfile.TemporaryDirectory(prefix="porchlight-pictures-", ignore_cleanup_errors=True) as profile:
                async with browser(Path(profile), **options) as context:
                    page = await context.new_page()
                    count += await _person(page, made.origin, person, (out, f"{size}-{scheme}-{language}-{person}", language))
    return count


async def _person(page: Page, origin: str, person: str, where: tuple[Path, str, str]) -> int:
    out, name, language = where
    await page.add_init_script(f"localStorage.setItem('{PREFERENCES}', JSON.stringify({{ language: '{language}' }}))")
    if person == "receiving":
        await open_installed(page, origin)
        await _picture(page, out / f"{name}-sign-in.png")
    await sign_in_as(page, origin, person)
    await held_everything(page)
    scope, thread = await somewhere(page)
    for pattern in SCREENS[person]:
        path = pattern.format(case=f"/case/{scope}", scope=scope, thread=thread)
        await go(page, path)
        await _picture(page, out / f"{name}{_file_of(pattern)}.png")
    return len(SCREENS[person])


async def somewhere(page: Page) -> tuple[str, str]:
    """A case of this person's, and the address of a thread that a worker has."""
    link = await page.locator("main a[href^='/case/']").first.get_attribute("href") or ""
    scope = link.removeprefix("/case/").split("/")[0]
    await go(page, "/messages")
    threads = page.locator("main a[href^='/messages/']")
    thread = await threads.first.get_attribute("href") if await threads.count() else "/messages"
    await go(page, "/")
    return scope, thread or "/messages"


async def _picture(page: Page, path: Path) -> None:
    await page.wait_for_timeout(SETTLE_MS)
    await page.screenshot(path=path, full_page=True)


def _file_of(pattern: str) -> str:
    return "-" + (pattern.replace("{", "").replace("}", "").strip("/").replace("/", "-") or "home")
