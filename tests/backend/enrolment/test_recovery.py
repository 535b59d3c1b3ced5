"""Who comes back to an account waits a day; whoever holds it hears of it and can call it off."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pyotp
import pytest

from backend.enrolment.recovery import complete
from tests.backend.authenticator import Key, add_passkey, sign_in_by
from tests.backend.browsing import browser, make_app
from tests.backend.enrolment.family import MARK, Office, at_desk, claim, do, enrol, make_office, offer, one, words_for
from tests.sync.world import make_phone

pytestmark = pytest.mark.usefixtures("db")

APP = make_app(demo=False)


async def _enrolled(desk: httpx.AsyncClient, phone: httpx.AsyncClient) -> tuple[Office, Key]:
    """Ana came in yesterday with her old phone."""
    office = await make_office()
    await at_desk(desk)
    await claim(phone, await words_for(desk, office))
    key, _ = await enrol(phone)
    await do("UPDATE account SET created_at = created_at - interval '1 day' WHERE person_id = 'P-ana'")
    return office, key


async def _comes_back(desk: httpx.AsyncClient, office: Office, phone: httpx.AsyncClient) -> tuple[Key, httpx.Response]:
    assert (await claim(phone, await words_for(desk, office))).status_code == 204
    return await enrol(phone)


async def _recovery() -> Any:
    return await one("SELECT id FROM recovery ORDER BY asked_at DESC LIMIT 1")


async def _a_day_passes() -> None:
    await do("UPDATE recovery SET ready_at = ready_at - interval '25 hours'")


async def test_a_new_passkey_opens_nothing_for_a_day_and_then_it_alone_does() -> None:
    async with browser(APP) as desk, browser(APP) as old, browser(APP) as new:
        office, old_key = await _enrolled(desk, old)
        new_key, answer = await _comes_back(desk, office, new)
        assert answer.json()["account"] is None
        assert answer.json()["ready_at"]
        assert "porchlight=" not in answer.headers.get("set-cookie", "").replace("porchlight-enrolment=", "")
        assert not await complete(await _recovery()), "too early"
        assert (await sign_in_by(new, new_key)).status_code == 401
        assert (await old.get("/v1/me")).status_code == 200

        await _a_day_passes()
        assert await complete(await _recovery())
        assert not await complete(await _recovery()), "once"
        assert (await old.get("/v1/me")).status_code == 401
        assert (await sign_in_by(old, old_key)).status_code == 401
        assert (await sign_in_by(new, new_key)).status_code == 200
        assert (await new.get("/v1/me")).json()["account"]["alert"] == "recovered"


async def test_every_device_hears_of_it_and_one_that_is_signed_in_calls_it_off() -> None:
    async with browser(APP) as desk, browser(APP) as old, browser(APP) as thief:
        office, old_key = await _enrolled(desk, old)
        account = await one("SELECT id FROM account WHERE person_id = 'P-ana'")
        device = await make_phone(account)
        await device.pull()
        thiefs_key, _ = await _comes_back(desk, office, thief)
        await device.pull()
        assert [body["alert"] for body in device.bodies(11)] == ["recovery"]

        assert (await old.delete("/v1/account/recovery")).status_code == 204
        await _a_day_passes()
        assert not await complete(await _recovery())
        assert (await sign_in_by(thief, thiefs_key)).status_code == 401
        assert (await sign_in_by(old, old_key)).status_code == 200
        assert (await old.delete("/v1/account/recovery")).status_code == 404
        kinds = {check["kind"] for check in (await desk.get("/v1/identity-checks")).json()["checks"]}
        assert kinds == {"recovery", "cancelled"}
        assert (await old.get("/v1/me")).json()["account"]["alert"] is None


async def test_the_warning_cannot_be_put_away_while_it_can_still_be_stopped() -> None:
    async with browser(APP) as desk, browser(APP) as old, browser(APP) as new:
        office, _ = await _enrolled(desk, old)
        await _comes_back(desk, office, new)
        await old.delete("/v1/account/alert")
        await add_passkey(old)
        assert await one("SELECT count(*) FROM passkey WHERE waits_for IS NULL") == 2
        assert (await old.get("/v1/me")).json()["account"]["alert"] == "recovery"


async def test_a_password_can_come_back_too_and_its_codes_wait_like_itself() -> None:
    async with browser(APP) as desk, browser(APP) as old, browser(APP) as new:
        office, _ = await _enrolled(desk, old)
        await claim(new, await words_for(desk, office))
        start = (await new.post("/v1/enrolment/password", json={"password": "a quiet boat at nine"})).json()
        done = (await new.post("/v1/enrolment/password/confirm", json={"code": pyotp.TOTP(start["seed"]).now()})).json()
        typed = {"login": start["login"], "password": "a quiet boat at nine", "code": done["recovery_codes"][0]}
        assert (await new.post("/v1/sign-in", json=typed)).status_code == 401
        await _a_day_passes()
        await complete(await _recovery())
        assert (await new.post("/v1/sign-in", json=typed)).status_code == 200


async def test_a_second_recovery_takes_the_place_of_the_first_and_begins_its_own_day() -> None:
    async with browser(APP) as desk, browser(APP) as old, browser(APP) as one_phone, browser(APP) as other:
        office, _ = await _enrolled(desk, old)
        first, _ = await _comes_back(desk, office, one_phone)
        await _a_day_passes()
        second, _ = await _comes_back(desk, office, other)
        assert not await complete(await _recovery())
        assert await one("SELECT count(*) FROM passkey WHERE waits_for IS NOT NULL") == 1
        await _a_day_passes()
        assert await complete(await _recovery())
        assert (await sign_in_by(one_phone, first)).status_code == 401
        assert (await sign_in_by(other, second)).status_code == 200


@pytest.mark.parametrize("way, comes_in", [("letters", False), ("words", True)])
async def test_who_came_by_a_letter_does_not_come_in_once_its_person_was_found_to_be_in_danger(way: str, comes_in: bool) -> None:
    """The letter may lie with whom one fled from, and the day that a recovery waits is when one goes to the office."""
    async with browser(APP) as desk, browser(APP) as old, browser(APP) as new:
        office, old_key = await _enrolled(desk, old)
        given = (await offer(desk, office, way)).json()
        assert (await claim(new, given["code"] if way == "letters" else " ".join(given["words"]))).status_code == 204
        new_key, _ = await enrol(new)
        await do(MARK)
        await _a_day_passes()
        assert await complete(await _recovery()) is comes_in
        assert (await sign_in_by(new, new_key)).status_code == (200 if comes_in else 401)
        assert (await sign_in_by(old, old_key)).status_code == (401 if comes_in else 200)
        assert await one("SELECT count(*) FROM passkey WHERE waits_for IS NOT NULL") == 0
        assert (await one("SELECT alert FROM account WHERE person_id = 'P-ana'") == "recovery") is False
        kinds = {check["kind"] for check in (await desk.get("/v1/identity-checks")).json()["checks"]}
        assert kinds == {"recovery"} | (set() if comes_in else {"cancelled"})


async def test_calling_off_and_completing_at_the_same_moment_end_as_one_of_them() -> None:
    async with browser(APP) as desk, browser(APP) as old, browser(APP) as new:
        office, old_key = await _enrolled(desk, old)
        new_key, _ = await _comes_back(desk, office, new)
        await _a_day_passes()
        recovery = await _recovery()
        completed, called_off = await asyncio.gather(complete(recovery), old.delete("/v1/account/recovery"))
        assert completed != (called_off.status_code == 204)
        assert (await sign_in_by(new, new_key)).status_code == (200 if completed else 401)
        assert (await sign_in_by(old, old_key)).status_code == (401 if completed else 200)


async def test_the_work_of_tomorrow_is_written_down_today() -> None:
    async with browser(APP) as desk, browser(APP) as old, browser(APP) as new:
        office, _ = await _enrolled(desk, old)
        await _comes_back(desk, office, new)
    assert await one("SELECT run_at - now() > interval '23 hours' FROM job WHERE kind = 'recovery.complete'")
