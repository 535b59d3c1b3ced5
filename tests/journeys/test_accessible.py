"""Every screen can be used by everybody: checked by axe, in both languages, light and dark, down to 320 pixels with the largest text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from tests.journeys.app import come_in, go, held_everything, name_of
from tests.journeys.browser import Phones, browser, open_installed
from tests.journeys.house import House
from tests.journeys.screenshots import PREFERENCES, SCREENS, somewhere

pytestmark = pytest.mark.browser

ELEMENTS_MOST = 1000
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LOOKS = [
    ("receiving", "light", 390, {"language": "en"}),
    ("receiving", "dark", 320, {"language": "es", "text": "largest"}),
    ("worker", "dark", 390, {"language": "en"}),
]


@pytest.mark.parametrize(("person", "scheme", "width", "preferences"), LOOKS)
async def test_no_screen_has_a_barrier(
    demo_house: House, phones: Phones, person: str, scheme: str, width: int, preferences: dict[str, str]
) -> None:
    options: dict[str, Any] = {"viewport": {"width": width, "height": 844}, "color_scheme": scheme, "reduced_motion": "reduce"}
    context = await phones(**options)
    page = await context.new_page()
    await page.add_init_script(f"localStorage.setItem('{PREFERENCES}', {json.dumps(json.dumps(preferences))})")
    await open_installed(page, demo_house.origin)
    barriers = await barriers_of(page, "sign-in")
    await page.locator("button.row", has_text=await name_of(page, person)).first.click()
    await page.locator("#new-passphrase").wait_for()
    barriers += await barriers_of(page, "set-up")
    await come_in(page)
    await held_everything(page)
    scope, thread = await somewhere(page)
    for pattern in SCREENS[person]:
        await go(page, pattern.format(case=f"/case/{scope}", scope=scope, thread=thread))
        barriers += await barriers_of(page, pattern)
    assert await page.evaluate("document.documentElement.lang") == preferences["language"]
    await page.reload()
    await page.locator("#unlock-passphrase").wait_for()
    barriers += await barriers_of(page, "locked")
    assert not barriers, json.dumps(barriers, indent=1)


async def barriers_of(page: Page, name: str) -> list[dict[str, Any]]:
    """What axe finds, and what it does not look for: sideways scrolling, small targets, too many elements."""
    width = page.viewport_size["width"] if page.viewport_size else 390
    for _ in range(3):  # else what lies under the bar looks too small; rows take their true height once they are to be seen
        whole = await page.evaluate("document.documentElement.scrollHeight + 200")
        await page.set_viewport_size({"width": width, "height": whole})
    found = (await Axe().run(page, options={"resultTypes": ["violations"], "runOnly": RULES})).response
    barriers = [
        {"screen": name, "rule": one["id"], "where": [node["html"][:160] for node in one["nodes"]][:3]} for one in found["violations"]
    ]
    if await page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
        barriers.append({"screen": name, "rule": "scrolls sideways"})
    if await page.evaluate("document.querySelectorAll('*').length") > ELEMENTS_MOST:
        barriers.append({"screen": name, "rule": "too many elements"})
    small = await page.evaluate(
        """() => [...document.querySelectorAll('button, a[href], input:not([type=radio]), textarea, summary, select')]
          .filter(e => e.offsetParent && !e.closest('p') && !e.classList.contains('skip'))
          .map(e => [e.getBoundingClientRect(), e.outerHTML.slice(0, 120)])
          .filter(([box]) => box.width > 0 && (box.height < 24 || box.width < 24)).map(([, html]) => html)"""
    )
    await page.set_viewport_size({"width": width, "height": 844})
    return barriers + [{"screen": name, "rule": "target too small", "where": html} for html in small]


async def test_the_app_can_be_installed(demo_house: House, tmp_path: Path) -> None:
    async with browser(tmp_path / "profile") as context:
        page = await context.new_page()
        await open_installed(page, demo_house.origin)
        session = await context.new_cdp_session(page)
        assert (await session.send("Page.getInstallabilityErrors"))["installabilityErrors"] == []
