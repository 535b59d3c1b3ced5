"""Real Chromium, a real subscription, our engine: what comes out on the desktop."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.async_api import Page

from push.encrypt import check_keys
from push.notification import Locale, Result, Subscription
from push.send import Sender
from push.vapid import Key
from tests.journeys.pushlab.lab import Lab, Phone, push_lab
from tests.journeys.pushlab.page import LISTEN, PRESSED, UNSUBSCRIBE, site, subscribe
from tests.push.browser import SUBJECT, make_notification, make_signing_key

pytestmark = pytest.mark.browser


@pytest.fixture
async def lab() -> AsyncIterator[Lab]:
    async with push_lab() as made:
        yield made


@pytest.fixture
async def origin() -> AsyncIterator[str]:
    async with site() as address:
        yield address


async def opened(phone: Phone, origin: str) -> Page:
    await phone.context.grant_permissions(["notifications"], origin=origin)
    page = phone.context.pages[0]
    await page.goto(origin)
    return page


async def subscribed(page: Page, key: Key) -> Subscription:
    made = await subscribe(page, key.public)
    p256dh, auth = check_keys(made["keys"]["p256dh"], made["keys"]["auth"])
    return Subscription(
        id=uuid4(),
        label="phone",
        endpoint=made["endpoint"],
        p256dh=p256dh,
        auth=auth,
        key_id=key.id,
        locale=Locale.EN,
        created_at=datetime.now(UTC) - timedelta(hours=1),
    )


async def test_a_browser_reads_what_we_sent_shows_it_and_a_press_leads_to_its_address(lab: Lab, origin: str, tmp_path: Path) -> None:
    key, notification = make_signing_key(), make_notification()
    async with lab.phone(tmp_path) as phone, Sender(lab.carrier(origin, SUBJECT)) as sender:
        page = await opened(phone, origin)
        subscription = await subscribed(page, key)
        assert (await sender.send(notification, subscription, key)).result is Result.SENT
        shown = await phone.desktop.nth(1)
        assert (shown.title, shown.text) == ("New update", "Open the app to see it.")
        await page.evaluate(LISTEN)
        phone.desktop.press(shown)
        address = await page.wait_for_function(PRESSED)
        assert await address.json_value() == f"{origin}/n/{notification.id}"
        other = await sender.send(notification, subscription, make_signing_key())
        assert other.result is Result.NEEDS_RESUBSCRIBE
        assert await page.evaluate(UNSUBSCRIBE)
        await lab.service.until(lambda: lab.service.subscribed == 0)
        assert (await sender.send(notification, subscription, key)).result is Result.GONE


async def test_what_was_sent_while_the_browser_was_closed_is_shown_when_it_opens_and_once_for_each_topic(
    lab: Lab, origin: str, tmp_path: Path
) -> None:
    key, twice, another = make_signing_key(), make_notification(), make_notification()
    async with Sender(lab.carrier(origin, SUBJECT)) as sender:
        async with lab.phone(tmp_path) as phone:
            subscription = await subscribed(await opened(phone, origin), key)
        await lab.service.until(lambda: lab.service.connected == 0)
        for notification in (twice, twice, another):
            assert (await sender.send(notification, subscription, key)).result is Result.SENT
        async with lab.phone(tmp_path) as phone:
            await phone.context.grant_permissions(["notifications"], origin=origin)
            await phone.desktop.nth(2)
            assert len(lab.service.posted) == 3
            assert len(phone.desktop.history) == 2
