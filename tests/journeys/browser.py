"""Chromium as a person's phone: a profile that survives its death, a screen of 390 by 844, a network that can be cut."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, Playwright, async_playwright

Phones = Callable[..., Awaitable[BrowserContext]]  # takes one out of the shop, with these options; it is gone after the journey
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESK: dict[str, Any] = {"viewport": {"width": 1024, "height": 768}}
QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-quic"]

OURS = re.compile(r"(https?://(localhost|127\.0\.0\.1)[:/]|data:|blob:|about:)")

# Waiting in the page: Playwright's own waiting evaluates text again and again, which our Content-Security-Policy forbids.
IN_CHARGE = """async () => {
  await navigator.serviceWorker.ready;
  while (navigator.serviceWorker.controller?.state !== 'activated') await new Promise(done => setTimeout(done, 20));
}"""

# Lighthouse's benchmark index in outline: how many times a second this machine fills strings and copies arrays.
SPEED = """() => {
  const timed = (work) => { const end = performance.now() + 400; let n = 0; while (performance.now() < end) { work(); n++; } return n; };
  const strings = timed(() => { let t = ''; for (let i = 0; i < 10000; i++) t += 'a'; return t.length; });
  const from = new Array(100000).fill(1), to = new Array(100000).fill(0);
  const arrays = timed(() => { for (let i = 0; i < from.length; i++) to[i] = from[i]; });
  return (strings + arrays) / 0.4 / 10 / 2;
}"""


def executable() -> str | None:
    """The Chromium of this machine, else Playwright's own."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@asynccontextmanager
async def browser(profile: Path, *args: str, **options: Any) -> AsyncIterator[BrowserContext]:
    """One run of the browser on this profile; leaving it kills it."""
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            profile, executable_path=executable(), args=[*_switches(), *args], **_as_usual(options)
        )
        try:
            yield context
        finally:
            await context.close()


async def die(context: BrowserContext, profile: Path) -> None:
    """As a battery that ends."""
    async with context.expect_event("close"):
        await asyncio.to_thread(_kill, profile)


def _kill(profile: Path) -> None:
    """The browser of this profile, by its id."""
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().split(b"\0")
        except OSError:
            continue
        if f"--user-data-dir={profile}".encode() in words:
            os.kill(int(entry.parent.name), signal.SIGKILL)


class Shop:
    """One running browser out of which phones are taken: each has its own storage, service worker and network, and no profile on the
    disk. Taking one costs a tenth of starting a browser."""

    def __init__(self) -> None:
        self._driver = async_playwright()
        self._playwright: Playwright
        self._browser: Browser | None = None

    async def __aenter__(self) -> Shop:
        self._playwright = await self._driver.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._browser is not None:
            await self._browser.close()
        await self._driver.__aexit__(*error)

    @asynccontextmanager
    async def phone(self, **options: Any) -> AsyncIterator[BrowserContext]:
        """A phone as new; leaving it throws it away. Whatever a journey does, nobody but our own servers is asked for anything."""
        if self._browser is None or not self._browser.is_connected():
            self._browser = await self._playwright.chromium.launch(executable_path=executable(), args=_switches())
        context = await self._browser.new_context(**_as_usual(options))
        asked: set[str] = set()
        context.on("request", lambda request: asked.add(request.url))
        try:
            yield context
        finally:
            await context.close()
        assert not (elsewhere := {url for url in asked if not OURS.match(url)}), elsewhere


def _switches() -> list[str]:
    return [*QUIET, *(["--no-sandbox"] if os.geteuid() == 0 else [])]


def _as_usual(options: dict[str, Any]) -> dict[str, Any]:
    return {**PHONE, "locale": "en-US", "timezone_id": "America/New_York", "color_scheme": "light"} | options


async def open_installed(page: Page, address: str) -> None:
    """Open the app and wait until its service worker is in charge."""
    await page.goto(address)
    await page.evaluate(IN_CHARGE)


async def slow_cpu(page: Page, rate: float) -> None:
    """Slow the page's main thread so many times."""
    session = await page.context.new_cdp_session(page)
    await session.send("Emulation.setCPUThrottlingRate", {"rate": rate})


async def like_phone(page: Page, index: float) -> float:
    """Slow the page until it runs like a phone of this benchmark index, whatever this host is; answers the rate."""
    rate: float = max(1.0, await page.evaluate(SPEED) / index)
    await slow_cpu(page, rate)
    return rate
