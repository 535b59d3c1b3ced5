"""A passkey signs its person in, and nothing that was touched on the way does."""

from __future__ import annotations

import asyncio
import inspect
import os
from typing import Any

import pytest
from webauthn import generate_authentication_options, verify_authentication_response, verify_registration_response

from backend.db import connection
from tests.backend.authenticator import (
    ATTESTED,
    PRESENT,
    USUAL,
    VERIFIED,
    Key,
    Lies,
    add_passkey,
    bytes_of,
    passkey_options,
    sign_in_by,
    text_of,
)
from tests.backend.browsing import browser, make_app, make_person, sign_in

pytestmark = pytest.mark.usefixtures("db")

APP = make_app(demo=False)


async def _key(login: str = "ana", **given: Any) -> Key:
    """A person who has a passkey."""
    await make_person(login, **given)
    async with browser(APP) as page:
        await sign_in(page, login)
        key, answer = await add_passkey(page)
    assert answer.status_code == 204, answer.text
    return key


async def _one(sql: str, *values: Any) -> Any:
    async with connection() as held:
        return await held.fetchval(sql, *values)


def test_what_the_library_would_leave_open_is_asked_for_by_us() -> None:
    for verify in (verify_registration_response, verify_authentication_response):
        assert inspect.signature(verify).parameters["require_user_verification"].default is False
    assert inspect.signature(generate_authentication_options).parameters["user_verification"].default.value == "preferred"


async def test_a_passkey_signs_its_person_in_without_a_name_being_typed() -> None:
    key = await _key()
    async with browser(APP) as phone:
        answer = await sign_in_by(phone, key)
        assert answer.status_code == 200
        assert answer.json()["account"]["display_name"] == (await phone.get("/v1/me")).json()["account"]["display_name"]
    assert await _one("SELECT how FROM session WHERE how = 'passkey'") == "passkey"


async def test_what_a_browser_is_asked_for_demands_verification_and_names_nobody() -> None:
    await _key()
    async with browser(APP) as page:
        asked = await passkey_options(page)
        assert asked["userVerification"] == "required"
        assert asked.get("allowCredentials", []) == []
        await sign_in(page, "ana")
        made = (await page.post("/v1/account/passkeys/options", json={})).json()
    assert made["authenticatorSelection"]["userVerification"] == "required"
    assert made["authenticatorSelection"]["residentKey"] == "required"
    assert made["attestation"] == "none"
    assert made["extensions"] == {"credProps": True, "prf": {}}
    assert len(made["excludeCredentials"]) == 1


LIES = {
    "another page": Lies(origin="http://localhost:8001"),
    "a page of another scheme": Lies(origin="https://localhost:8000"),
    "a page whose name begins with ours": Lies(origin="http://localhost:8000.evil.example"),
    "another host's passkey": Lies(rp_id="evil.example"),
    "an answer that makes a passkey": Lies(kind="webauthn.create"),
    "a payment": Lies(kind="payment.get"),
    "nobody verified": Lies(flags=PRESENT),
    "nobody present": Lies(flags=VERIFIED),
    "a challenge that was never asked": Lies(challenge=os.urandom(32)),
    "an empty challenge": Lies(challenge=b""),
    "a page inside another": Lies(more={"crossOrigin": True}),
    "a page inside another's": Lies(more={"topOrigin": "https://evil.example"}),
    "attested data without any": Lies(flags=USUAL | ATTESTED),
}


@pytest.mark.parametrize("lie", LIES)
async def test_an_answer_that_was_signed_for_something_else_signs_nobody_in(lie: str) -> None:
    key = await _key()
    async with browser(APP) as page:
        answer = await sign_in_by(page, key, LIES[lie])
        assert answer.status_code == 401
        assert "set-cookie" not in answer.headers
    assert await _one("SELECT count(*) FROM session WHERE how = 'passkey'") == 0
    assert await _one("SELECT count(*) FROM journal WHERE verb = 'account.sign_in_refused'") == 1


def _bent(answer: dict[str, Any], part: str, change: Any) -> dict[str, Any]:
    response = dict(answer["response"])
    response[part] = text_of(change(bytes_of(response[part])))
    return {**answer, "response": response}


BENT: dict[str, Any] = {
    "the data that was signed": lambda a, other: _bent(a, "authenticatorData", lambda b: b[:36] + bytes([b[36] ^ 1])),
    "data that is cut off": lambda a, other: _bent(a, "authenticatorData", lambda b: b[:20]),
    "a flag set later": lambda a, other: _bent(a, "authenticatorData", lambda b: b[:32] + bytes([b[32] ^ 0x08]) + b[33:]),
    "the signature": lambda a, other: _bent(a, "signature", lambda b: b[:-1] + bytes([b[-1] ^ 1])),
    "no signature": lambda a, other: _bent(a, "signature", lambda b: b""),
    "what the page said": lambda a, other: _bent(a, "clientDataJSON", lambda b: b[:-1] + b', "x": 1}'),
    "somebody else's key": lambda a, other: {**a, "id": text_of(other.id), "rawId": text_of(other.id)},
    "somebody else's name": lambda a, other: _bent(a, "userHandle", lambda b: other.handle),
    "two ids": lambda a, other: {**a, "id": text_of(other.id)},
    "another type": lambda a, other: {**a, "type": "password"},
    "no response": lambda a, other: {k: v for k, v in a.items() if k != "response"},
    "a list": lambda a, other: {**a, "response": []},
    "brackets without end": lambda a, other: _bent(a, "clientDataJSON", lambda b: b"[" * 100_000),
    "a number for what the page said": lambda a, other: {**a, "response": {**a["response"], "clientDataJSON": 7}},
    "bytes that are no text": lambda a, other: _bent(a, "clientDataJSON", lambda b: b"\xff\xfe{}"),
    "no base64": lambda a, other: {**a, "rawId": "***"},
}


@pytest.mark.parametrize("what", BENT)
async def test_an_answer_that_was_touched_on_the_way_signs_nobody_in(what: str) -> None:
    key, other = await _key(), await _key("bo")
    async with browser(APP) as page:
        answer = BENT[what](key.shown(await passkey_options(page)), other)
        assert (await page.post("/v1/sign-in/passkey", json={"passkey": answer})).status_code == 401
    assert await _one("SELECT count(*) FROM session WHERE how = 'passkey'") == 0


async def test_an_answer_serves_once_even_when_it_is_given_many_times_at_once() -> None:
    key = await _key()
    async with browser(APP) as page:
        answer = {"passkey": key.shown(await passkey_options(page))}
        cookies = dict(page.cookies)

        async def give() -> int:
            async with browser(APP) as copy:
                copy.cookies.update(cookies)
                return (await copy.post("/v1/sign-in/passkey", json=answer)).status_code

        codes = await asyncio.gather(*[give() for _ in range(10)])
        assert sorted(codes) == [200] + [401] * 9
        assert (await page.post("/v1/sign-in/passkey", json=answer)).status_code == 401


async def test_what_one_browser_was_asked_another_cannot_answer() -> None:
    key = await _key()
    async with browser(APP) as victim, browser(APP) as attacker:
        lured = key.shown(await passkey_options(victim))
        await passkey_options(attacker)
        assert (await attacker.post("/v1/sign-in/passkey", json={"passkey": lured})).status_code == 401


async def test_after_five_minutes_an_answer_comes_too_late() -> None:
    key = await _key()
    async with browser(APP) as page:
        answer = key.shown(await passkey_options(page))
        async with connection() as held:
            assert await held.fetchval("SELECT max(expires_at) - now() <= interval '5 minutes' FROM challenge")
            await held.execute("UPDATE challenge SET expires_at = now() - interval '1 second'")
        assert (await page.post("/v1/sign-in/passkey", json={"passkey": answer})).status_code == 401


async def test_a_count_that_goes_back_tells_of_a_copy_which_opens_nothing_and_is_looked_into() -> None:
    key = await _key()
    async with browser(APP) as page:
        assert (await sign_in_by(page, key)).status_code == 200
        assert (await sign_in_by(page, key, Lies(count=key.count))).status_code == 401
        assert (await sign_in_by(page, key)).status_code == 401, "neither the copy nor the original"
    assert await _one("SELECT kind FROM identity_check") == "copied_passkey"
    assert await _one("SELECT count(*) FROM journal WHERE verb = 'passkey.regressed'") == 1


async def test_a_passkey_that_counts_nothing_works_every_time() -> None:
    await make_person("ana")
    async with browser(APP) as page:
        await sign_in(page, "ana")
        key, made = await add_passkey(page, Key(counts=False))
        assert made.status_code == 204
        for _ in range(3):
            assert (await sign_in_by(page, key)).status_code == 200


BADLY_MADE = [Lies(flags=PRESENT), Lies(origin="https://evil.example"), Lies(rp_id="evil.example"), Lies(kind="webauthn.get")]


@pytest.mark.parametrize("lies", [*BADLY_MADE, Lies(challenge=b"x" * 32), Lies(more={"crossOrigin": True})])
async def test_a_passkey_that_was_not_made_here_by_a_verified_person_is_not_kept(lies: Lies) -> None:
    await make_person("ana")
    async with browser(APP) as page:
        await sign_in(page, "ana")
        assert (await add_passkey(page, lies=lies))[1].status_code == 401
    assert await _one("SELECT count(*) FROM passkey") == 0


async def test_what_is_kept_of_a_passkey_tells_where_it_may_live() -> None:
    key = await _key()
    async with connection() as held:
        row = await held.fetchrow("SELECT * FROM passkey")
    assert row is not None
    assert (row["credential_id"], row["backup_eligible"], row["backed_up"], row["prf"]) == (key.id, True, True, True)


async def test_the_app_learns_the_id_of_the_passkey_that_can_open_a_vault() -> None:
    key = await _key()
    async with browser(APP) as page:
        await sign_in_by(page, key)
        (mine,) = (await page.get("/v1/account/security")).json()["passkeys"]
    assert (bytes_of(mine["credential_id"]), mine["prf"], mine["name"]) == (key.id, True, "My phone")


async def test_a_closed_account_is_closed_to_its_passkey_too() -> None:
    key = await _key()
    async with connection() as held:
        await held.execute("UPDATE account SET active = false")
    async with browser(APP) as page:
        assert (await sign_in_by(page, key)).status_code == 401


async def test_the_passkeys_door_stays_open_while_strangers_guess_the_password() -> None:
    key = await _key()
    async with connection() as held:
        await held.execute("UPDATE throttle SET hits = 1000000, window_at = now() WHERE key = 'all:sign-in'")
    async with browser(APP, address="203.0.113.9") as victim:
        assert (await sign_in(victim, "ana")).status_code == 429
        assert (await sign_in_by(victim, key)).status_code == 200


async def test_where_staff_have_no_passwords_the_right_one_is_answered_like_a_wrong_one() -> None:
    key = await _key("wendy", role="caseworker")
    app = make_app(demo=False, staff_passwords=False)
    async with browser(app) as desk:
        right, wrong = await sign_in(desk, "wendy"), await sign_in(desk, "wendy", "not the password")
        assert right.status_code == wrong.status_code == 401
        assert {**right.json(), "id": ""} == {**wrong.json(), "id": ""}
        assert (await sign_in_by(desk, key)).status_code == 200
        answer = await desk.post("/v1/account/password", json={"password": "seven lanterns over a bridge"})
        assert answer.status_code == 403
