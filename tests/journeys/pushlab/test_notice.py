"""A business event in the database, and what a passer-by can read on the phone that lies on the table."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid4

import pytest
from playwright.async_api import Page, expect

from backend.accounts.passwords import hash_password
from backend.db import DB, connection
from backend.journal import Entry, record
from backend.notifications import jobs
from tests.backend.browsing import PASSWORD
from tests.journeys.app import come_in, go, held_everything
from tests.journeys.browser import open_installed
from tests.journeys.house import House, house
from tests.journeys.pushlab.lab import Lab, Phone, push_lab
from tests.make import make_account, make_agency, make_case, make_participant, make_payment

pytestmark = pytest.mark.browser

assert jobs  # its import has the journal tell the notices


class Family(NamedTuple):
    case: UUID
    payment: UUID


@pytest.fixture
async def family(fresh_db: str) -> Family:
    await make_agency()
    case, hashed = await make_case(), await hash_password(PASSWORD)
    for login, role in (("ana", "CP"), ("bo", "NCP")):
        await make_account(login=login, person_id=login, password_hash=hashed, display_name=login.title())
        await make_participant(case, role, person_id=login)
    return Family(case, await make_payment(case, amount_cents=41_250))


@pytest.fixture
async def lab() -> AsyncIterator[Lab]:
    async with push_lab() as made:
        yield made


@pytest.fixture
async def installation(fresh_db: str, family: Family, lab: Lab, built: Path) -> AsyncIterator[House]:
    async with connection() as held:  # tests run at any hour
        await held.execute("INSERT INTO preference (account_id, name, value) SELECT id, 'notice_quiet', 'never' FROM account")
    with house(fresh_db, **lab.environment) as made:
        made.through = lab.through
        made.api()
        yield made


async def sign_in_and_turn_on(phone: Phone, origin: str, login: str) -> Page:
    await phone.context.grant_permissions(["notifications"], origin=origin)
    page = phone.context.pages[0]
    await open_installed(page, origin)
    await page.locator("#login").fill(login)
    await page.locator("#password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await come_in(page)
    await held_everything(page)
    await go(page, "/more/notices")
    await page.get_by_role("button", name="Turn notices on").click()
    await expect(page.get_by_role("button", name="Turn notices off")).to_be_visible(timeout=30_000)
    return page


async def happens(*entries: Entry) -> None:
    async with DB.transaction():
        await record(entries)


async def test_a_payment_reaches_the_lock_screen_as_the_generic_sentence_and_nothing_else(
    installation: House, family: Family, lab: Lab, tmp_path: Path
) -> None:
    async with lab.phone(tmp_path / "ana") as phone:
        page = await sign_in_and_turn_on(phone, installation.origin, "ana")
        await happens(Entry("payment.posted", case_id=family.case, subject_id=family.payment))
        shown = await phone.desktop.nth(1)
        assert (shown.title, shown.text) == ("New update", "Open the app to see it.")
        assert shown.body.splitlines()[0] == installation.origin.removeprefix("http://")

        await happens(Entry("disbursement.available", case_id=family.case, subject_id=uuid4()))
        again = await phone.desktop.nth(2)
        assert (again.title, again.text) == (shown.title, shown.text)
        assert len({posted.size for posted in lab.service.posted}) == 1

        await page.get_by_role("button", name="Turn notices off").click()
        await lab.service.until(lambda: lab.service.subscribed == 0)
        async with connection() as held:
            assert [row["state"] for row in await held.fetch("SELECT state FROM push_subscription")] == ["gone"]


async def test_a_phone_that_was_off_is_told_later_and_the_other_parents_only_of_what_concerns_both(
    installation: House, family: Family, lab: Lab, tmp_path: Path
) -> None:
    async with lab.phone(tmp_path / "bo") as bo:
        await sign_in_and_turn_on(bo, installation.origin, "bo")
        async with lab.phone(tmp_path / "ana") as phone:
            await sign_in_and_turn_on(phone, installation.origin, "ana")
        await lab.service.until(lambda: lab.service.connected == 1)
        await happens(Entry("disbursement.available", case_id=family.case, subject_id=uuid4()))
        await lab.service.until(lambda: len(lab.service.posted) == 1)
        await happens(Entry("hearing.moved", case_id=family.case, subject_id=uuid4()))
        await bo.desktop.nth(1)
        async with lab.phone(tmp_path / "ana") as phone:
            await phone.context.grant_permissions(["notifications"], origin=installation.origin)
            await phone.desktop.nth(2)
        assert len(bo.desktop.history) == 1
