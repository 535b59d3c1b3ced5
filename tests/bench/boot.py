"""Cold offline boot: a new browser on a profile that was used before, the server stopped, until the first screen can be
used: the lock, since nothing is readable before it is opened."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from tests.bench.stage import stage
from tests.journeys.app import held_everything, reopen, sign_in_as
from tests.journeys.browser import browser, like_phone, slow_cpu
from tests.journeys.house import House, house

RUNS = 7
VISITS = 4  # the engine keeps compiled script after a few visits
PEOPLE = {"parent": ("receiving", ".case-card .headline"), "worker_500": ("worker", ".case-row")}
LOCKED = "#unlock-passphrase"  # the first screen; what comes after it is measured by `phone`
SPEEDS = {"1x": ("rate", 1.0), "6x": ("rate", 6.0), "phone_500": ("index", 500.0), "phone_300": ("index", 300.0)}

WATCH = """(usable) => {
  new MutationObserver((_, watching) => {
    if (!document.querySelector(usable)) return;
    watching.disconnect();
    requestAnimationFrame(() => setTimeout(() => { document.documentElement.dataset.usableAt = performance.now(); }));
  }).observe(document, { subtree: true, childList: true });
}"""


async def measure() -> dict[str, Any]:
    """Milliseconds from navigation to a painted first screen, medians of RUNS, and the rate that each phone needed."""
    with stage() as server, house(server.url()) as made:
        api = made.api()
        with tempfile.TemporaryDirectory(prefix="porchlight-boot-", ignore_cleanup_errors=True) as folder:
            for who, (key, usable) in PEOPLE.items():
                await _use(made, Path(folder) / who, key, usable)
            await asyncio.to_thread(api.stop)
            return {who: await _boots(made, Path(folder) / who, LOCKED) for who in PEOPLE}


async def _use(made: House, profile: Path, key: str, usable: str) -> None:
    async with browser(profile) as context:
        page = await context.new_page()
        await sign_in_as(page, made.origin, key)
        await held_everything(page)
        for _ in range(VISITS):
            await reopen(page, made.origin)
            await page.wait_for_selector(usable)


async def _boots(made: House, profile: Path, usable: str) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for name, (kind, value) in SPEEDS.items():
        runs, rates, nodes = [], [], 0
        for _ in range(RUNS):
            async with browser(profile) as context:
                page = await context.new_page()
                await page.goto("about:blank")
                rate = await _slow(page, kind, value)
                await page.add_init_script(f"({WATCH})({usable!r})")
                await page.goto(made.origin)
                await page.wait_for_selector("html[data-usable-at]", timeout=60_000)
                runs.append(await page.evaluate("Number(document.documentElement.dataset.usableAt)"))
                nodes = await page.evaluate("document.querySelectorAll('*').length")
                rates.append(rate)
        figures[name] = {
            "ms": round(statistics.median(runs)),
            "worst_ms": round(max(runs)),
            "rate": round(statistics.median(rates), 1),
        }
        figures["elements"] = nodes
    return figures


async def _slow(page: Page, kind: str, value: float) -> float:
    if kind == "index":
        return await like_phone(page, value)
    await slow_cpu(page, value)
    return value
