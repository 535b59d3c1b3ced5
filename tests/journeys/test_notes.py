"""A worker's own things: a note written without a signal, and a case pinned for a visit."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.journeys.app import PATIENCE_MS, connect, cut, device_holds, go, held_everything
from tests.journeys.browser import Phones
from tests.journeys.family import Family, sign_in
from tests.journeys.house import House

pytestmark = pytest.mark.browser

SEEN = "Nobody home at noon, marker-6620."


async def test_a_note_written_offline_reaches_the_team_and_no_parent(installation: House, family: Family, phones: Phones) -> None:
    context = await phones()
    wendy = await sign_in(context, installation.origin, "wendy")
    await go(wendy, f"/case/{family.case}")
    await cut(wendy)
    await wendy.get_by_label("New note").fill(SEEN)
    await wendy.get_by_role("button", name="Add note").dblclick()
    await expect(wendy.locator("[data-note]")).to_contain_text("Saved on this phone")
    await expect(wendy.locator("[data-note]")).to_have_count(1)
    await wendy.get_by_role("button", name="Pin for a visit").click()
    await go(wendy, "/")
    await wendy.get_by_role("button", name="Pinned").click()
    await expect(wendy.locator("a.case-row")).to_have_count(1)
    await connect(wendy)
    await go(wendy, f"/case/{family.case}")
    await expect(wendy.locator("[data-note]")).to_contain_text("Wendy Park", timeout=PATIENCE_MS)
    await expect(wendy.locator("[data-note]")).not_to_contain_text("Saved on this phone")
    context = await phones()
    ana = await sign_in(context, installation.origin, "ana")
    await held_everything(ana)
    assert "marker-6620" not in str(await device_holds(ana))
