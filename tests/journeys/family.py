"""Two parents and their worker at a small agency, each with a login."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from playwright.async_api import BrowserContext, Page

from backend.accounts.passwords import hash_password
from tests.backend.browsing import PASSWORD
from tests.journeys.app import come_in, held_everything
from tests.journeys.browser import open_installed
from tests.make import make_account, make_agency, make_assignment, make_case, make_hours, make_participant


class Family(NamedTuple):
    case: UUID
    ana_part: UUID
    bo_part: UUID


async def make_family_with_logins() -> Family:
    """Ana (receiving) and Bo (paying), who both belong to Wendy's caseload; the agency sees people by phone every day."""
    await make_hours(await make_agency())
    case, hashed = await make_case(), await hash_password(PASSWORD)
    people = {"ana": ("CP", "Ana", "Rivera"), "bo": ("NCP", "Bo", "Diaz")}
    parts = {}
    for login, (role, first, last) in people.items():
        await make_account(login=login, person_id=login, password_hash=hashed, display_name=f"{first} {last}")
        parts[login] = await make_participant(case, role, person_id=login, first_name=first, last_name=last)
    await make_account("caseworker", login="wendy", worker_login="w", password_hash=hashed, display_name="Wendy Park")
    await make_assignment(case, "w")
    return Family(case, parts["ana"], parts["bo"])


async def sign_in(context: BrowserContext, origin: str, login: str) -> Page:
    page = context.pages[0] if context.pages else await context.new_page()
    await open_installed(page, origin)
    await page.locator("#login").fill(login)
    await page.locator("#password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await come_in(page)
    await held_everything(page)
    return page
