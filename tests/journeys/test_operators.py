"""A supervisor looks after the unit's devices; a team says how an appointment went."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from playwright.async_api import expect

from backend.accounts.passwords import hash_password
from backend.db import connection
from tests.backend.browsing import PASSWORD
from tests.journeys.app import PATIENCE_MS, cut, go
from tests.journeys.browser import Phones, open_installed
from tests.journeys.family import Family, sign_in
from tests.journeys.house import House
from tests.make import insert, make_account, make_device, make_hearing, make_payment

pytestmark = pytest.mark.browser

MISSED = """
INSERT INTO appointment (id, case_id, thread, party_bit, worker_login, worker_name, starts_local, time_zone, minutes, channel, topic, state)
SELECT $1, p.case_id, p.id, p.party_bit, 'w', 'Wendy Park', $3, 'America/New_York', 30, 'phone', 'other', 'confirmed'
FROM participant p WHERE p.id = $2"""


async def test_a_supervisor_sees_the_units_devices_and_takes_a_lost_ones_access_away(
    installation: House, family: Family, phones: Phones
) -> None:
    for login, role in (("w", "caseworker"), ("s", "supervisor")):
        await insert("worker", worker_login=login, name=login, role=role, office_code="EAST", unit_code="FIELD")
    hashed = await hash_password(PASSWORD)
    await make_account("supervisor", login="sue", worker_login="s", password_hash=hashed, display_name="Sue Kim")
    async with connection() as held:
        lost = await make_device(await held.fetchval("SELECT id FROM account WHERE login = 'wendy'"))
        others = await make_device(await held.fetchval("SELECT id FROM account WHERE login = 'ana'"))
    context = await phones()
    sue = await sign_in(context, installation.origin, "sue")
    await go(sue, "/more")
    await sue.locator("a[href='/operators/devices']").click()
    card = sue.locator(f"[data-device='{lost}']")
    await expect(card).to_contain_text("Wendy Park", timeout=PATIENCE_MS)
    await expect(card).to_contain_text("In use")
    await expect(sue.locator(f"[data-device='{others}']")).to_have_count(0)
    await card.get_by_role("button", name="Take access away and erase").click()
    await sue.locator("dialog").get_by_role("button", name="Keep it").click()
    await expect(card).to_contain_text("In use")
    await card.get_by_role("button", name="Take access away and erase").click()
    await sue.locator("dialog").get_by_role("button", name="Take access away and erase").click()
    await expect(card).to_contain_text("to be erased", timeout=PATIENCE_MS)
    async with connection() as held:
        assert await held.fetchval("SELECT wipe AND revoked_at IS NOT NULL FROM sync_device WHERE id = $1", lost)


async def test_the_team_says_that_an_appointment_was_missed_and_its_parent_is_told_kindly(
    installation: House, family: Family, phones: Phones
) -> None:
    made = uuid4()
    async with connection() as held:
        yesterday = datetime.now().replace(minute=0, second=0, microsecond=0) - timedelta(days=1)
        await held.execute(MISSED, made, family.ana_part, yesterday)
    hers = await phones()
    the_parents = await phones()
    wendy = await sign_in(hers, installation.origin, "wendy")
    ana = await sign_in(the_parents, installation.origin, "ana")
    await go(wendy, "/messages")
    await wendy.locator(f"a[href='/appointment/{family.case}/{made}']").click(timeout=PATIENCE_MS)
    await wendy.get_by_role("button", name="It was missed").click()
    await expect(wendy.locator("[data-appointment]")).to_contain_text("Missed", timeout=PATIENCE_MS)
    await go(ana, "/calendar")
    await expect(ana.locator("main")).to_contain_text("Things come up. You can ask for another time.", timeout=2 * PATIENCE_MS)


async def test_a_person_is_marked_by_one_and_the_mark_taken_back_by_two_and_a_colleagues_case_is_opened_on_the_record(
    installation: House, family: Family, phones: Phones
) -> None:
    for login, role in (("w", "caseworker"), ("s", "supervisor")):
        await insert("worker", worker_login=login, name=login, role=role, office_code="EAST", unit_code="FIELD")
    for number, first, last in (("ana", "Ana", "Rivera"), ("bo", "Bo", "Diaz")):
        await insert("person", person_id=number, first_name=first, last_name=last)
    await make_account(
        "supervisor", login="sue", worker_login="s", password_hash=await hash_password(PASSWORD), display_name="Sue Kim"
    )
    hers = await phones()
    supervisors = await phones()
    wendy = await sign_in(hers, installation.origin, "wendy")
    await go(wendy, f"/case/{family.case}")
    await wendy.locator(f"a[href='/safety/{family.case}']").click(timeout=PATIENCE_MS)
    await wendy.get_by_role("button", name="Mark Ana").click(timeout=PATIENCE_MS)
    await wendy.locator("dialog").get_by_role("button", name="Mark now").click()
    card = wendy.locator(f".card:has([data-person='{family.ana_part}'])")
    await expect(card).to_contain_text("Marked here on", timeout=PATIENCE_MS)
    await card.get_by_role("button", name="Ask to take the mark back").click()
    await card.locator("textarea").fill("short")
    await card.get_by_role("button", name="Ask a supervisor").click()
    await expect(wendy.locator("main .banner[role=alert]")).to_contain_text("at least ten letters", timeout=PATIENCE_MS)
    await card.locator("textarea").fill("The court ended the order.")
    await card.get_by_role("button", name="Ask a supervisor").click()
    await expect(card).to_contain_text("A supervisor has to agree by", timeout=PATIENCE_MS)
    await go(wendy, f"/case/{family.case}")
    await expect(wendy.locator(".banner[data-tone=bad]")).to_contain_text("Ana", timeout=PATIENCE_MS)
    sue = await sign_in(supervisors, installation.origin, "sue")
    await go(sue, "/more")
    await sue.locator("a[href='/operators/unit']").click()
    wish = sue.locator(".card:has([data-clearing])")
    await expect(wish).to_contain_text("The court ended the order.", timeout=PATIENCE_MS)
    await wish.get_by_role("button", name="Take the mark back").click()
    await sue.locator("dialog").get_by_role("button", name="Take the mark back").click()
    await expect(sue.locator("main")).to_contain_text("Nothing waits for you", timeout=PATIENCE_MS)
    await expect(wendy.locator(".banner[data-tone=bad]")).to_have_count(0, timeout=PATIENCE_MS)
    await sue.locator("a[href='/operators/cases']").click()
    await sue.locator("#open-number").fill(await number_of(family))
    await sue.locator("textarea").first.fill("Wendy is ill and the hearing is today.")
    await sue.get_by_role("button", name="Open for one hour").click()
    await expect(sue.locator("main")).to_contain_text("on the record", timeout=PATIENCE_MS)
    await expect(sue.locator("main")).to_contain_text("Ana Rivera")
    await go(sue, "/operators/exposure")
    await sue.locator("#exposure-person").fill("ana")
    await sue.get_by_role("button", name="Find out").click()
    await expect(sue.locator("[data-exposed]", has_text="Sue Kim")).to_contain_text("Phone, e-mail or address", timeout=PATIENCE_MS)


async def test_a_parent_lets_a_helper_see_the_dates_who_sees_nothing_else_and_nothing_once_it_is_ended(
    installation: House, family: Family, phones: Phones
) -> None:
    await make_account(
        "navigator", login="nora", worker_login=None, password_hash=await hash_password(PASSWORD), display_name="Nora Hall"
    )
    await make_hearing(family.case)
    await make_payment(family.case)
    ana = await sign_in(await phones(), installation.origin, "ana")
    await go(ana, "/more")
    await ana.locator("a[href='/more/helpers']").click()
    await ana.locator("#helper-name").fill("nora")
    await ana.get_by_role("button", name="Let them see").click()
    await expect(ana.locator("main")).to_contain_text("choose at least one thing", timeout=PATIENCE_MS)
    await ana.get_by_label("Your hearings and appointments").check()
    await ana.get_by_role("button", name="Let them see").click()
    await expect(ana.locator("[data-permit]")).to_contain_text("Nora Hall", timeout=PATIENCE_MS)
    await cut(ana)
    await expect(ana.locator("main .banner[role=status]")).to_contain_text("There is no connection")
    await expect(ana.get_by_role("button", name="Let them see")).to_be_disabled()
    await ana.context.set_offline(False)
    await expect(ana.get_by_role("button", name="Let them see")).to_be_enabled(timeout=PATIENCE_MS)
    nora = await (await phones()).new_page()
    await open_installed(nora, installation.origin)
    await nora.locator("#login").fill("nora")
    await nora.locator("#password").fill(PASSWORD)
    await nora.keyboard.press("Enter")
    await nora.get_by_role("link", name="Read").click(timeout=2 * PATIENCE_MS)
    await expect(nora.locator("main")).to_contain_text("Ana Rivera", timeout=PATIENCE_MS)
    await expect(nora.locator("main")).to_contain_text("FM-26-0001")
    await expect(nora.locator("main")).not_to_contain_text("$")
    await ana.get_by_role("button", name="End now").click()
    await expect(ana.locator("[data-permit]")).to_contain_text("Ended", timeout=PATIENCE_MS)
    await go(nora, "/operators/cases")
    await expect(nora.locator("[data-permit]")).to_contain_text("Over", timeout=PATIENCE_MS)


async def number_of(family: Family) -> str:
    async with connection() as held:
        number: str = await held.fetchval("SELECT case_number FROM ivd_case WHERE id = $1", family.case)
    return number


async def test_a_page_that_needs_a_connection_says_so_without_one_and_opens_by_itself_once_there_is_one(
    installation: House, family: Family, phones: Phones
) -> None:
    ana = await sign_in(await phones(), installation.origin, "ana")
    await cut(ana)
    await go(ana, "/more/security")
    await expect(ana.locator("main h1")).to_have_text("This needs a connection", timeout=PATIENCE_MS)
    await ana.context.set_offline(False)
    await expect(ana.locator("main h1")).to_have_text("Signing in", timeout=PATIENCE_MS)
