"""Chromium as a person's phone: a profile that survives its death, a screen of 390 by 844, a network that can be cut."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, Page, async_playwright

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESK: dict[str, Any] = {"viewport": {"width": 1024, "height": 768}}
QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-quic"]

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
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            profile,
            executable_path=executable(),
            args=[*QUIET, *root, *args],
            **{**PHONE, "locale": "en-US", "timezone_id": "America/New_York", "color_scheme": "light"} | options,
        )
        try:
            yield context
        finally:
            await context.close()


async def open_installed(page: Page, address: str) -> None:
    """Open the app and wait until its service worker is in charge."""
    await page.goto(address)
    await page.evaluate("navigator.serviceWorker.ready.then(() => {})")
    await page.wait_for_function("navigator.serviceWorker.controller?.state === 'activated'")


async def slow_cpu(page: Page, rate: float) -> None:
    """Slow the page's main thread so many times."""
    session = await page.context.new_cdp_session(page)
    await session.send("Emulation.setCPUThrottlingRate", {"rate": rate})


async def like_phone(page: Page, index: float) -> float:
    """Slow the page until it runs like a phone of this benchmark index, whatever this host is; answers the rate."""
    rate: float = max(1.0, await page.evaluate(SPEED) / index)
    await slow_cpu(page, rate)
    return rate
