"""A PIN opens a phone only with the server's help, and the server counts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from backend.db import connection
from tests.backend.devices.keyed import KeyedPhone, check, keyed_phone, unb64
from tests.make import make_agency

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
async def ana(db: object) -> AsyncIterator[KeyedPhone]:
    await make_agency()
    async with keyed_phone("ana", person_id="A") as made:
        yield made


async def make(phone: KeyedPhone, pin: str) -> str:
    answer = await phone.send("PUT", "/v1/vault/share", {"device": str(phone.device), "check": check(pin)})
    assert answer.status_code == 200, answer.text
    share: str = answer.json()["share"]
    assert (len(unb64(share)), answer.json()["tries"]) == (32, 10)
    return share


async def confirm(phone: KeyedPhone) -> httpx.Response:
    return await phone.send("POST", "/v1/vault/share/confirm", {"device": str(phone.device)})


async def attempt(phone: KeyedPhone, pin: str) -> httpx.Response:
    return await phone.send("POST", "/v1/vault/share/open", {"device": str(phone.device), "check": check(pin)})


async def scalar(sql: str, *args: object) -> Any:
    async with connection() as held:
        return await held.fetchval(sql, *args)


async def test_the_right_pin_gets_the_share_and_takes_back_what_was_counted(ana: KeyedPhone) -> None:
    share = await make(ana, "493817")
    for left in (9, 8, 7):
        wrong = await attempt(ana, "000000")
        assert (wrong.status_code, wrong.json()["code"], wrong.json()["left"]) == (403, "wrong_pin", left)
    assert (await attempt(ana, "493817")).json() == {"shares": [share]}
    assert (await attempt(ana, "000000")).json()["left"] == 9


async def test_the_tenth_wrong_pin_destroys_the_share_and_then_the_right_one_helps_no_more(ana: KeyedPhone) -> None:
    await make(ana, "493817")
    answers = [(await attempt(ana, "000000")) for _ in range(10)]
    assert [answer.status_code for answer in answers] == [403] * 9 + [410]
    assert answers[-1].json()["code"] == "share_gone"
    assert (await attempt(ana, "493817")).status_code == 410
    assert await scalar("SELECT count(*) FROM vault_share") == 0


async def test_a_hundred_guesses_at_once_are_ten_guesses(ana: KeyedPhone) -> None:
    await make(ana, "000100")
    answers = await asyncio.gather(*(attempt(ana, f"{pin:06}") for pin in range(100)))
    codes = [answer.status_code for answer in answers]
    assert (codes.count(403), codes.count(410), codes.count(200)) == (9, 91, 0)
    assert (await attempt(ana, "000100")).status_code == 410


async def test_a_new_share_counts_from_its_confirmation_on_and_then_the_older_one_is_dead(ana: KeyedPhone) -> None:
    older = await make(ana, "493817")
    newer = await make(ana, "493817")
    assert older != newer
    assert (await attempt(ana, "493817")).json() == {"shares": [older, newer]}
    assert (await confirm(ana)).status_code == 204
    assert (await attempt(ana, "493817")).json() == {"shares": [newer]}
    assert (await confirm(ana)).status_code == 204
    assert (await attempt(ana, "493817")).json() == {"shares": [newer]}


async def test_making_a_share_with_a_pin_of_ones_own_brings_no_new_guesses_at_the_older_one(ana: KeyedPhone) -> None:
    await make(ana, "493817")
    for _ in range(10):  # each try at the own share is one at the older share too
        await make(ana, "000000")
        assert (await attempt(ana, "000000")).status_code == 200
    assert (await attempt(ana, "493817")).status_code == 403
    assert (await attempt(ana, "000000")).status_code == 200


async def test_a_changed_pin_opens_what_it_was_made_for(ana: KeyedPhone) -> None:
    older = await make(ana, "493817")
    newer = await make(ana, "775533")
    assert (await attempt(ana, "493817")).json() == {"shares": [older]}
    assert (await attempt(ana, "775533")).json() == {"shares": [newer]}
    await confirm(ana)
    assert (await attempt(ana, "493817")).json()["left"] == 9


async def test_nobody_asks_for_the_share_without_the_phone_itself_or_for_another_ones(ana: KeyedPhone) -> None:
    await make(ana, "493817")
    body = {"device": str(ana.device), "check": check("493817")}
    assert (await ana.client.post("/v1/vault/share/open", json=body)).json()["code"] == "device_proof"
    async with keyed_phone("bo", person_id="B") as bo:
        answer = await ana.send("POST", "/v1/vault/share/open", body, client=bo.client)
        assert (answer.status_code, answer.json()["code"]) == (401, "device_proof")
    await scalar("UPDATE sync_device SET revoked_at = now() RETURNING id")
    assert (await attempt(ana, "493817")).status_code == 401
    assert await scalar("SELECT left_tries FROM vault_share") == 10


async def test_a_copy_of_the_database_holds_neither_share_nor_check(ana: KeyedPhone) -> None:
    share = await make(ana, "493817")
    kept = await scalar("SELECT share || check_hash FROM vault_share")
    assert unb64(share) not in kept
    assert unb64(check("493817")) not in kept


async def test_a_share_is_forgotten_when_the_phone_asks_and_when_it_is_revoked(ana: KeyedPhone) -> None:
    await make(ana, "493817")
    assert (await ana.send("DELETE", f"/v1/vault/share/{ana.device}")).status_code == 204
    assert (await attempt(ana, "493817")).status_code == 410
    assert (await confirm(ana)).status_code == 410
    await make(ana, "493817")
    assert (await ana.client.put(f"/v1/account/devices/{ana.device}/revoked", json={"wipe": False})).status_code == 204
    assert await scalar("SELECT count(*) FROM vault_share") == 0


@pytest.mark.parametrize("said", ["", "AAAA", "***", "A" * 44])
async def test_what_is_no_check_is_refused_and_counts_nothing(ana: KeyedPhone, said: str) -> None:
    await make(ana, "493817")
    body = {"device": str(ana.device), "check": said}
    assert (await ana.send("POST", "/v1/vault/share/open", body)).status_code == 400
    assert await scalar("SELECT left_tries FROM vault_share") == 10
