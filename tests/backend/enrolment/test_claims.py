"""A worker gives a code to one person; that person alone comes in by it, once."""

from __future__ import annotations

import asyncio
from itertools import product

import httpx
import pyotp
import pytest

from backend.accounts.rules import ADDRESS
from backend.db import connection
from backend.enrolment import actions
from backend.enrolment.rules import new_letter_code, new_words
from backend.enrolment.wire import Claiming
from backend.errors import Refused
from tests.backend.authenticator import sign_in_by
from tests.backend.browsing import browser, make_app, make_person, sign_in, watched
from tests.backend.enrolment.family import MARK, at_desk, claim, do, enrol, make_office, offer, one, words_for
from tests.make import make_account, make_case, make_participant

pytestmark = pytest.mark.usefixtures("db")

APP = make_app(demo=False)


async def test_six_words_open_an_account_with_a_passkey_and_the_person_is_in() -> None:
    office = await make_office()
    async with browser(APP) as desk, browser(APP) as phone:
        await at_desk(desk)
        answer = await claim(phone, (await words_for(desk, office)).upper(), "nunez rivera")
        assert answer.status_code == 204
        ticket = (await phone.get("/v1/enrolment")).json()
        assert (ticket["display_name"], ticket["recovers"]) == ("Ana Núñez-Rivera", False)
        key, done = await enrol(phone)
        assert done.status_code == 200, done.text
        account = (await phone.get("/v1/me")).json()["account"]
        assert (account["display_name"], account["role"]) == ("Ana Núñez-Rivera", "parent")
        assert (await phone.get("/v1/enrolment")).status_code == 410
    async with browser(APP) as phone:
        assert (await sign_in_by(phone, key)).status_code == 200
    assert await one("SELECT login FROM account WHERE person_id = 'P-ana'") == ticket["login"]
    assert await one("SELECT count(*) FROM sync_grant g JOIN account a ON a.id = g.principal WHERE a.person_id = 'P-ana'") > 0


async def test_six_words_open_an_account_with_a_password_and_an_app() -> None:
    office = await make_office(language="es")
    async with browser(APP) as desk, browser(APP) as phone:
        await at_desk(desk)
        await claim(phone, await words_for(desk, office), "1990-04-05")
        start = (await phone.post("/v1/enrolment/password", json={"password": "un barco tranquilo"})).json()
        done = (await phone.post("/v1/enrolment/password/confirm", json={"code": pyotp.TOTP(start["seed"]).now()})).json()
        assert len(done["recovery_codes"]) == 10
        assert done["account"]["language"] == "es"
        assert (await phone.get("/v1/me")).status_code == 200
        again = {"login": start["login"], "password": "un barco tranquilo", "code": done["recovery_codes"][0]}
        assert (await phone.post("/v1/sign-in", json=again)).status_code == 200


async def test_a_letter_holds_a_code_and_nothing_that_names_the_case() -> None:
    office = await make_office()
    async with browser(APP) as desk, browser(APP) as phone:
        await at_desk(desk)
        letter = (await offer(desk, office, "letters")).json()
        number = await one("SELECT case_number FROM ivd_case")
        assert letter["address"] == ["12 Elm Street", "Springfield ST 00001"]
        assert number not in str(letter)
        assert await one("SELECT expires_at - made_at = interval '30 days' FROM claim WHERE way = 'letter'")
        assert (await claim(phone, letter["code"])).status_code == 204


async def test_nothing_that_is_kept_shows_a_code() -> None:
    office = await make_office()
    async with browser(APP) as desk:
        await at_desk(desk)
        words = await words_for(desk, office)
        letter = (await offer(desk, office, "letters")).json()["code"]
    async with connection() as held:
        kept = str([tuple(r.values()) for table in ("claim", "journal", "job") for r in await held.fetch(f"SELECT * FROM {table}")])
    assert not [secret for secret in (*words.split(), letter, letter.replace("-", "")) if secret in kept]


async def test_of_a_hundred_who_use_a_code_at_once_exactly_one_is_let_in() -> None:
    office = await make_office()
    async with browser(APP) as desk:
        await at_desk(desk)
        words = await words_for(desk, office)
    given = Claiming(code=words, who="Núñez-Rivera")

    async def attempt(number: int) -> bool:
        try:
            await actions.claim(given, f"198.51.100.{number}")
        except Refused:
            return False
        return True

    assert sum(await asyncio.gather(*[attempt(number) for number in range(100)])) == 1
    assert await one("SELECT count(*) FROM enrolment") == 1


async def test_after_five_wrong_names_the_code_is_dead_also_for_the_right_one_and_staff_hear_of_it() -> None:
    office = await make_office()
    async with browser(APP) as desk, browser(APP) as phone:
        await at_desk(desk)
        words = await words_for(desk, office)
        codes = [(await claim(phone, words, "Diaz")).status_code for _ in range(5)]
        sixth = await claim(phone, words)
        assert (codes, sixth.status_code) == ([401] * 5, 401)
        (check,) = (await desk.get("/v1/identity-checks")).json()["checks"]
        assert (check["kind"], check["name"], check["case"]) == ("burnt_code", "Ana Núñez-Rivera", str(office.case))
        assert (await desk.put(f"/v1/identity-checks/{check['id']}/done", json={})).status_code == 204
        assert (await desk.get("/v1/identity-checks")).json()["checks"] == []
        assert (await desk.put(f"/v1/identity-checks/{check['id']}/done", json={})).status_code == 404


async def test_four_wrong_names_leave_the_code_good() -> None:
    office = await make_office()
    async with browser(APP) as desk, browser(APP) as phone:
        await at_desk(desk)
        words = await words_for(desk, office)
        for _ in range(4):
            await claim(phone, words, "Diaz")
        assert (await claim(phone, words)).status_code == 204


@pytest.mark.parametrize("way, lives", [("words", "10 minutes"), ("letters", "30 days")])
async def test_a_code_that_is_too_old_is_dead(way: str, lives: str) -> None:
    office = await make_office()
    async with browser(APP) as desk, browser(APP) as phone:
        await at_desk(desk)
        given = (await offer(desk, office, way)).json()
        code = given.get("code") or " ".join(given["words"])
        assert await one(f"SELECT expires_at <= now() + interval '{lives}' FROM claim")
        await do("UPDATE claim SET expires_at = now() - interval '1 second'")
        assert (await claim(phone, code)).status_code == 401


async def test_new_words_end_the_ones_before() -> None:
    office = await make_office()
    async with browser(APP) as desk, browser(APP) as phone:
        await at_desk(desk)
        first, second = await words_for(desk, office), await words_for(desk, office)
        assert (await claim(phone, first)).status_code == 401
        assert (await claim(phone, second)).status_code == 204


async def test_whatever_is_wrong_the_answer_and_the_work_are_the_same() -> None:
    office = await make_office()
    await make_account(person_id="P-bo", login="bo")
    async with browser(APP) as desk, browser(APP) as phone:
        await at_desk(desk)
        good, unknown = await words_for(desk, office), " ".join(new_words("en"))
        used = " ".join((await offer(desk, office, whom=office.bo)).json()["words"])
        await do("UPDATE claim SET used_at = now() WHERE person_id = 'P-bo'")
        seen = set()
        for code, who in ((good, "Diaz"), (unknown, "Diaz"), (used, "Diaz"), ("hello", "Diaz"), (new_letter_code(), "Núñez-Rivera")):
            await do("DELETE FROM throttle")
            seen.add(await watched(claim(phone, code, who)))
    ((status, _, _, made),) = seen
    assert status == 401
    assert sum("claim" in statement for statement in made) >= 2
    assert sum("journal" in statement for statement in made) == 1


async def test_somebody_who_came_in_meanwhile_is_not_taken_over_and_is_told_like_staff() -> None:
    office = await make_office()
    async with browser(APP) as desk, browser(APP) as thief, browser(APP) as phone:
        await at_desk(desk)
        letter = (await offer(desk, office, "letters")).json()["code"]
        await claim(phone, await words_for(desk, office))
        await enrol(phone)
        answer = await claim(thief, letter)
        assert answer.status_code == 401
        assert "set-cookie" not in answer.headers
        assert (await phone.get("/v1/me")).json()["account"]["alert"] == "second_claim"
        assert [check["kind"] for check in (await desk.get("/v1/identity-checks")).json()["checks"]] == ["second_claim"]


async def test_a_closed_account_is_not_opened_by_a_code() -> None:
    office = await make_office()
    await make_account(person_id="P-ana", login="ana", active=False)
    async with browser(APP) as desk, browser(APP) as phone:
        await at_desk(desk)
        assert (await claim(phone, await words_for(desk, office))).status_code == 401


async def test_a_worker_gives_codes_only_to_adults_of_the_own_cases() -> None:
    office = await make_office()
    await make_person("olga", "caseworker", worker_login="o")
    child = await make_participant(office.case, "CH")
    async with browser(APP) as desk, browser(APP) as stranger, browser(APP) as parent:
        await at_desk(desk)
        await sign_in(stranger, "olga")
        await make_person("p", person_id="P-bo")
        await sign_in(parent, "p")
        for way in ("words", "letters"):
            assert (await offer(stranger, office, way)).status_code == 403
            assert (await offer(desk, office, way, child)).status_code == 403
            assert (await offer(parent, office, way)).status_code == 403
    assert await one("SELECT count(*) FROM claim") == 0


STATES = [dict(zip(("family_violence", "unsafe", "stale"), state, strict=True)) for state in product([True, False], repeat=3)]


@pytest.mark.parametrize("state", STATES, ids=str)
async def test_a_letter_is_refused_to_who_is_in_danger_unsafe_or_moved_and_a_worker_can_hand_over_a_code(state: dict[str, bool]) -> None:
    office = await make_office(family_violence=state["family_violence"], safe_to_contact=not state["unsafe"])
    if state["stale"]:
        await do(
            """INSERT INTO contact_change (id, case_id, thread, party_bit, field, now, state, sent_at)
            SELECT gen_random_uuid(), case_id, id, party_bit, 'city', 'Shelbyville', 'sent', now()
            FROM participant WHERE person_id = 'P-ana'"""
        )
    async with browser(APP) as desk:
        await at_desk(desk)
        answer = await offer(desk, office, "letters")
        assert answer.status_code == (409 if any(state.values()) else 200)
        assert (await offer(desk, office)).status_code == 200


async def test_the_mark_of_danger_in_another_case_stops_the_letter_too() -> None:
    office = await make_office()
    await make_participant(await make_case(), "CP", person_id="P-ana", family_violence=True)
    async with browser(APP) as desk:
        await at_desk(desk)
        answer = await offer(desk, office, "letters")
    assert (answer.status_code, answer.json()["code"]) == (409, "letter_in_person")


async def test_a_letter_that_was_under_way_when_its_person_was_found_to_be_in_danger_opens_nothing() -> None:
    """Whoever one fled from may hold it; also in the hour between the code and the passkey."""
    office = await make_office()
    async with browser(APP) as desk, browser(APP) as early, browser(APP) as late:
        await at_desk(desk)
        assert (await claim(early, (await offer(desk, office, "letters")).json()["code"])).status_code == 204
        second = (await offer(desk, office, "letters")).json()["code"]
        await do(MARK)
        assert (await claim(late, second)).status_code == 401
        assert (await early.get("/v1/enrolment")).status_code == 410
        assert (await early.post("/v1/enrolment/passkey/options", json={})).status_code == 410
        assert await one("SELECT count(*) FROM account WHERE person_id = 'P-ana'") == 0
        assert (await claim(late, await words_for(desk, office))).status_code == 204


async def test_no_more_than_four_letters_go_in_thirty_days() -> None:
    office = await make_office()
    async with browser(APP) as desk:
        await at_desk(desk)
        codes = [(await offer(desk, office, "letters")).status_code for _ in range(5)]
    assert codes == [200] * 4 + [409]


async def test_guessing_codes_is_slowed_by_address_and_stops_nobody_elsewhere() -> None:
    office = await make_office()
    async with browser(APP) as desk, browser(APP, address="198.51.100.7") as thief, browser(APP, address="203.0.113.9") as phone:
        await at_desk(desk)
        words = await words_for(desk, office)
        codes = [(await claim(thief, " ".join(new_words("en")))).status_code for _ in range(ADDRESS.free + 1)]
        assert codes == [401] * ADDRESS.free + [429]
        assert (await claim(phone, words)).status_code == 204


async def test_a_ticket_is_of_its_browser_lasts_an_hour_and_can_be_given_up() -> None:
    office = await make_office()
    async with browser(APP) as desk, browser(APP) as phone, browser(APP) as other:
        await at_desk(desk)
        await claim(phone, await words_for(desk, office))
        assert (await other.get("/v1/enrolment")).status_code == 410
        assert await one("SELECT expires_at <= now() + interval '1 hour' FROM enrolment")
        assert (await phone.delete("/v1/enrolment")).status_code == 204
        assert (await enrol_status(phone)) == 410


async def enrol_status(phone: httpx.AsyncClient) -> int:
    answer = await phone.post("/v1/enrolment/passkey/options", json={})
    status: int = answer.status_code
    return status


async def test_every_code_given_and_every_try_stands_in_the_journal() -> None:
    office = await make_office()
    async with browser(APP) as desk, browser(APP) as phone:
        await at_desk(desk)
        words = await words_for(desk, office)
        await claim(phone, words, "Diaz")
        await claim(phone, words)
        await enrol(phone)
    async with connection() as held:
        rows = await held.fetch("SELECT verb, detail::text FROM journal WHERE verb LIKE 'enrolment.%' ORDER BY id")
    assert [row["verb"] for row in rows] == [f"enrolment.{what}" for what in ("offered", "refused", "claimed", "done")]
    assert not [word for word in words.split() if word in str(rows)]
