"""When something has gone wrong, one command takes trust away."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from backend import custody
from backend.db import connection
from backend.devices.keys import in_force
from backend.devices.orders import app_min
from backend.errors import Refused
from tests.backend.browsing import sign_in
from tests.backend.devices.keyed import keyed_phone, verified
from tests.backend.devices.test_own import House, house, works
from tests.make import make_account

pytestmark = pytest.mark.usefixtures("db")
__all__ = ["house"]  # the fixture


async def scalar(sql: str, *args: object) -> Any:
    async with connection() as held:
        return await held.fetchval(sql, *args)


async def test_a_person_is_shut_out_everywhere_at_once(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    assert await custody.respond("user", "ANA ") == 0
    assert "2 devices" in capsys.readouterr().out
    for phone in (house.ana, house.lost):
        assert (await phone.client.get("/v1/me")).status_code == 401
        assert (await phone.post()).json()["wipe"] is True
    assert (await sign_in(house.ana.client, "ana")).status_code == 401
    assert await scalar("SELECT count(*) FROM sync_grant WHERE principal = $1", house.ana.account) == 0
    assert await works(house.bo)
    assert await scalar("SELECT count(*) FROM journal WHERE verb = 'incident.person_closed'") == 1


async def test_a_person_without_a_device_is_shut_out_too(house: House) -> None:
    await make_account("caseworker", login="paper", worker_login="p")
    assert await custody.respond("user", "paper") == 0
    assert await scalar("SELECT active FROM account WHERE login = 'paper'") is False


async def test_a_unit_is_shut_out_and_the_other_works_on(house: House) -> None:
    assert await custody.respond("unit", "U1") == 0
    assert (await house.wendy.post()).json()["wipe"] is True
    assert (await house.sue.get("/v1/me")).status_code == 401
    assert await works(house.zack)


async def test_a_retired_key_signs_nothing_that_holds(house: House) -> None:
    before = (await in_force("lease"))[0].id
    assert await custody.respond("key", "lease") == 0
    keys = (await house.bo.client.get("/v1/vault/keys")).json()["lease"]
    assert before not in [key["id"] for key in keys]
    verified((await house.bo.sync(lease=True))["lease"], keys[0]["key"])


async def test_what_was_sealed_for_a_retired_key_can_still_be_handed_over(house: House) -> None:
    item = await house.bo.sealed(house.bo.says(uuid4(), uuid4(), "x"))
    await custody.respond("key", "outbox")
    assert (await house.bo.client.get("/v1/vault/keys")).json()["seal"]["id"] != item["sealed"]["key"]
    assert [one["n"] for one in (await house.bo.hand_over(item)).json()["done"]] == [1]


async def test_a_recalled_release_is_named_in_every_lease(house: House) -> None:
    key = (await house.bo.client.get("/v1/vault/keys")).json()["lease"][0]["key"]
    assert verified((await house.bo.sync(lease=True))["lease"], key)["app_min"] == "0.0.0"
    for version in ("0.10.0", "0.9.1"):
        await custody.respond("release", version)
    assert verified((await house.bo.sync(lease=True))["lease"], key)["app_min"] == await app_min() == "0.10.0"


@pytest.mark.parametrize(
    ("what", "which"), [("user", "nobody"), ("unit", "U9"), ("release", "1.2"), ("release", "1.2.x"), ("release", "1.2.999999")]
)
async def test_what_is_not_there_is_said_and_nothing_is_done(house: House, what: str, which: str) -> None:
    before = await scalar("SELECT count(*) FROM journal")
    with pytest.raises(Refused):
        await custody.respond(what, which)
    assert await scalar("SELECT count(*) FROM journal") == before
    async with keyed_phone("new", person_id="N") as phone:
        assert await works(phone)
