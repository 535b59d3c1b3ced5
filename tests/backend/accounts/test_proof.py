"""Before what matters a person shows once more that it is them: freshly, for this and nothing else."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from backend.access import EVERYTHING, Actor, Role
from backend.db import connection
from backend.errors import Refused
from backend.policy import ALLOWED, STEP_UP, require_proof
from tests.backend.authenticator import Key, add_passkey
from tests.backend.browsing import PASSWORD, browser, make_app, make_person, sign_in
from tests.make import make_account

pytestmark = pytest.mark.usefixtures("db")

APP = make_app(demo=True)
CHANGE = "factor.change"


async def _time_passes(minutes: int = 6) -> None:
    async with connection() as held:
        await held.execute(
            """UPDATE session SET created_at = created_at - make_interval(mins => $1), rotated_at = rotated_at - make_interval(mins => $1),
            proved_at = proved_at - make_interval(mins => $1)""",
            minutes,
        )


async def _prove(page: httpx.AsyncClient, key: Key, operation: str = CHANGE, ask: str | None = None) -> httpx.Response:
    options = (await page.post("/v1/account/proof/options", json={"operation": ask or operation})).json()
    return await page.post("/v1/account/proof", json={"operation": operation, "passkey": key.shown(options)})


async def _change(page: httpx.AsyncClient) -> httpx.Response:
    return await page.post("/v1/account/passkeys/options", json={})


async def _ana(page: httpx.AsyncClient) -> Key:
    """Ana has a passkey, and signed in a while ago."""
    await make_person("ana")
    await sign_in(page, "ana")
    key, _ = await add_passkey(page)
    await _time_passes()
    return key


async def test_just_after_signing_in_nothing_more_is_asked_and_later_it_is() -> None:
    async with browser(APP) as page:
        await make_person("ana")
        await sign_in(page, "ana")
        assert (await _change(page)).status_code == 200
        await _time_passes()
        answer = await _change(page)
    assert (answer.status_code, answer.json()["code"], answer.json()["operation"]) == (403, "step_up", CHANGE)


async def test_a_proof_opens_the_operation_for_five_minutes() -> None:
    async with browser(APP) as page:
        key = await _ana(page)
        assert (await _prove(page, key)).status_code == 204
        assert (await _change(page)).status_code == 200
        await _time_passes()
        assert (await _change(page)).status_code == 403


async def test_a_proof_for_one_operation_is_none_for_another() -> None:
    async with browser(APP) as page:
        key = await _ana(page)
        assert (await _prove(page, key, CHANGE, ask="device.revoke")).status_code == 401
        assert (await _prove(page, key, "device.revoke")).status_code == 204
        assert (await _change(page)).status_code == 403


async def test_what_asks_for_no_proof_cannot_be_proved() -> None:
    async with browser(APP) as page:
        await _ana(page)
        assert (await page.post("/v1/account/proof/options", json={"operation": "sync"})).status_code == 400


async def test_somebody_elses_passkey_proves_nothing() -> None:
    async with browser(APP) as bo, browser(APP) as page:
        await make_person("bo")
        await sign_in(bo, "bo")
        stranger, _ = await add_passkey(bo)
        await _ana(page)
        assert (await _prove(page, stranger)).status_code == 401
        assert (await _change(page)).status_code == 403


async def test_a_proof_asked_in_one_session_serves_no_other() -> None:
    async with browser(APP) as page, browser(APP) as other:
        key = await _ana(page)
        await sign_in(other, "ana")
        options = (await page.post("/v1/account/proof/options", json={"operation": CHANGE})).json()
        answer = {"operation": CHANGE, "passkey": key.shown(options)}
        assert (await other.post("/v1/account/proof", json=answer)).status_code == 401


async def test_the_password_proves_it_too_and_a_wrong_one_does_not() -> None:
    async with browser(APP) as page:
        await _ana(page)
        wrong = await page.post("/v1/account/proof", json={"operation": CHANGE, "password": "not the password"})
        assert (wrong.status_code, wrong.json()["code"]) == (401, "not_proved")
        assert (await page.post("/v1/account/proof", json={"operation": CHANGE, "password": PASSWORD})).status_code == 204
        assert (await _change(page)).status_code == 200
    async with connection() as held:
        verbs = [row["verb"] for row in await held.fetch("SELECT verb FROM journal WHERE verb LIKE 'account.pro%' ORDER BY id")]
    assert verbs == ["account.proof_refused", "account.proved"]


async def test_a_proof_changes_the_token_and_a_request_under_way_with_the_old_one_is_still_answered() -> None:
    async with browser(APP) as page, browser(APP) as under_way:
        key = await _ana(page)
        before = page.cookies["porchlight"]
        under_way.cookies.set("porchlight", before)
        await _prove(page, key)
        assert page.cookies["porchlight"] != before
        assert (await under_way.get("/v1/me")).status_code == 200
        async with connection() as held:
            await held.execute("UPDATE session SET rotated_at = now() - interval '31 seconds'")
        assert (await under_way.get("/v1/me")).status_code == 401
        assert (await page.get("/v1/me")).status_code == 200


async def test_a_demonstration_person_is_never_asked() -> None:
    await make_account("parent", demo_key="receiving")
    async with browser(APP) as page:
        await page.post("/v1/demo/sign-in", json={"key": "receiving"})
        await _time_passes()
        assert (await _change(page)).status_code == 200


@pytest.mark.parametrize("operation", sorted(STEP_UP))
def test_every_operation_of_the_list_asks_and_no_other(operation: str) -> None:
    asked: Any = operation
    for proved in (None, "another.operation"):
        with pytest.raises(Refused) as refused:
            require_proof(Actor(uuid4(), Role.PARENT, proved=proved), asked)
        assert refused.value.detail == {"code": "step_up", "operation": operation}
    for proved in (EVERYTHING, operation):
        require_proof(Actor(uuid4(), Role.PARENT, proved=proved), asked)
    others: Any = set(ALLOWED) - STEP_UP
    for other in others:
        require_proof(Actor(uuid4(), Role.PARENT), other)


async def test_one_sees_where_one_is_signed_in_and_can_end_it_there() -> None:
    await make_person("ana")
    phone = {"user-agent": "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/150.0 Mobile Safari/537.36"}
    async with browser(APP) as desk, browser(APP) as lost, browser(APP) as third:
        lost.headers.update(phone)
        for each in (lost, third, desk):
            await sign_in(each, "ana")
        sessions = (await desk.get("/v1/account/security")).json()["sessions"]
        assert [one["this"] for one in sessions] == [True, False, False]
        (away,) = (one["id"] for one in sessions if one["kind"] == "Chrome, Android")
        assert (await desk.delete(f"/v1/account/sessions/{away}")).status_code == 204
        assert [(await each.get("/v1/me")).status_code for each in (lost, third, desk)] == [401, 200, 200]
        assert (await desk.delete("/v1/account/sessions")).status_code == 204
        assert [(await each.get("/v1/me")).status_code for each in (third, desk)] == [401, 200]


async def test_nobody_can_end_the_session_of_somebody_else() -> None:
    async with browser(APP) as ana, browser(APP) as bo:
        for page, login in ((ana, "ana"), (bo, "bo")):
            await make_person(login)
            await sign_in(page, login)
        (theirs,) = (await bo.get("/v1/account/security")).json()["sessions"]
        assert (await ana.delete(f"/v1/account/sessions/{theirs['id']}")).status_code == 404
        assert (await bo.get("/v1/me")).status_code == 200


async def test_a_passkey_that_is_removed_opens_nothing_and_signs_out_elsewhere() -> None:
    async with browser(APP) as page, browser(APP) as elsewhere:
        await make_person("ana")
        await sign_in(elsewhere, "ana")
        await sign_in(page, "ana")
        await add_passkey(page)
        (mine,) = (await page.get("/v1/account/security")).json()["passkeys"]
        assert (await page.delete(f"/v1/account/passkeys/{mine['id']}")).status_code == 204
        assert (await elsewhere.get("/v1/me")).status_code == 401
        me = (await page.get("/v1/me")).json()
        assert me["account"]["alert"] == "factor_changed"
        assert (await page.delete("/v1/account/alert")).status_code == 204
        assert (await page.get("/v1/me")).json()["account"]["alert"] is None
