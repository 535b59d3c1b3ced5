"""People see their own devices and take a lost one's access away; so do those who answer for them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any, NamedTuple
from uuid import uuid4

import httpx
import pytest

from backend.db import connection
from tests.backend.browsing import browser, make_app, make_person
from tests.backend.devices.keyed import KeyedPhone, enter, keyed_phone
from tests.make import insert, make_agency

pytestmark = pytest.mark.usefixtures("db")


class House(NamedTuple):
    """Ana's two phones, Bo's, a tablet in each of two units, the first one's supervisor, and an administrator."""

    ana: KeyedPhone
    lost: KeyedPhone
    bo: KeyedPhone
    wendy: KeyedPhone
    zack: KeyedPhone
    sue: httpx.AsyncClient
    admin: httpx.AsyncClient


@pytest.fixture
async def house(db: object) -> AsyncIterator[House]:
    await make_agency()
    for login, unit in (("w", "U1"), ("s", "U1"), ("z", "U2")):
        await insert("worker", worker_login=login, name=login, role="caseworker", unit_code=unit, office_code="EAST")
    async with AsyncExitStack() as open_things:
        opened = open_things.enter_async_context
        ana, bo = await opened(keyed_phone("ana", person_id="A")), await opened(keyed_phone("bo", person_id="B"))
        wendy = await opened(keyed_phone("wendy", "caseworker", worker_login="w"))
        zack = await opened(keyed_phone("zack", "caseworker", worker_login="z"))
        people = (
            ana.account,
            await make_person("sue", "supervisor", worker_login="s"),
            await make_person("admin", "admin", worker_login=None),
        )
        app = make_app()
        other, sue, admin = [await opened(browser(app)) for _ in people]
        for client, account in zip((other, sue, admin), people, strict=True):
            await enter(client, account)
        lost = KeyedPhone(other, ana.account)
        assert (await lost.register()).status_code == 204
        yield House(ana, lost, bo, wendy, zack, sue, admin)


async def devices(client: httpx.AsyncClient) -> dict[str, Any]:
    return {one["id"]: one for one in (await client.get("/v1/account/devices")).json()["devices"]}


async def works(phone: KeyedPhone) -> bool:
    return (await phone.post()).status_code == 200


async def test_people_see_their_own_devices_and_which_one_they_hold(house: House) -> None:
    await house.ana.sync(next_n=4)
    seen = await devices(house.ana.client)
    assert set(seen) == {str(house.ana.device), str(house.lost.device)}
    here, there = seen[str(house.ana.device)], seen[str(house.lost.device)]
    assert (here["this"], here["unsent"], there["this"], there["wipe_state"]) == (True, 3, False, "none")


async def test_an_added_phone_is_told_to_its_owner_alone_and_a_first_one_or_one_seen_again_to_nobody(house: House) -> None:
    told = "SELECT account_id, subject_id FROM notice WHERE kind = 'device' AND event_key LIKE 'device.enrolled%'"
    async with connection() as held:
        before = [tuple(row.values()) for row in await held.fetch(told)]
    assert before == [(house.ana.account, house.lost.device)]
    for phone in (house.lost, house.bo):
        assert (await phone.register()).status_code < 300
    async with connection() as held:
        assert len(await held.fetch(told)) == 1


async def test_a_lost_phone_is_named_and_taken_off_by_its_owner_and_nobody_elses(house: House) -> None:
    where = f"/v1/account/devices/{house.lost.device}"
    assert (await house.ana.client.put(f"{where}/name", json={"name": " Old phone "})).status_code == 204
    for client in (house.bo.client, house.wendy.client):
        assert (await client.put(f"{where}/name", json={"name": "x"})).status_code == 404
        assert (await client.put(f"{where}/revoked", json={"wipe": True})).status_code == 404
    assert (await house.ana.client.put(f"/v1/account/devices/{uuid4()}/revoked", json={"wipe": True})).status_code == 404
    assert await works(house.lost)
    assert (await house.ana.client.put(f"{where}/revoked", json={"wipe": True})).status_code == 204
    one = (await devices(house.ana.client))[str(house.lost.device)]
    assert (one["name"], one["wipe_state"], one["revoked_at"] is not None) == ("Old phone", "pending", True)
    assert (await house.lost.client.get("/v1/me")).status_code == 401
    assert (await house.lost.post()).json()["wipe"] is True
    assert await works(house.ana)


async def test_all_others_at_once_leaves_the_one_in_the_hand(house: House) -> None:
    await house.ana.sync()
    answer = await house.ana.client.put("/v1/account/devices/revoked", json={"wipe": False})
    assert answer.json() == {"devices": 1}
    assert await works(house.ana)
    assert not await works(house.lost)
    assert await works(house.bo)


async def test_an_administrator_takes_all_of_a_persons_devices_and_sessions(house: House) -> None:
    answer = await house.admin.put(f"/v1/accounts/{house.ana.account}/devices/revoked", json={"wipe": True})
    assert answer.json() == {"devices": 2}
    for phone in (house.ana, house.lost):
        assert (await phone.client.get("/v1/me")).status_code == 401
        assert (await phone.post()).json()["wipe"] is True
    assert await works(house.bo)


async def test_a_supervisor_takes_the_own_units_devices_and_no_others(house: House) -> None:
    for path in (f"accounts/{house.zack.account}", f"accounts/{house.ana.account}", "units/U2", "units/U9"):
        assert (await house.sue.put(f"/v1/{path}/devices/revoked", json={"wipe": False})).status_code == 404
    assert (await house.wendy.client.put("/v1/units/U1/devices/revoked", json={"wipe": False})).status_code == 403
    assert (await house.sue.put("/v1/units/U1/devices/revoked", json={"wipe": False})).json() == {"devices": 1}
    assert not await works(house.wendy)
    assert await works(house.zack)
    assert (await house.sue.get("/v1/devices")).status_code == 200


async def test_taking_away_access_wants_a_fresh_proof_and_naming_does_not(house: House) -> None:
    """Else whoever holds an unlocked phone for a moment could shut its owner out everywhere else."""
    await insert_hours_ago()
    one, every = f"/v1/account/devices/{house.lost.device}", "/v1/account/devices"
    for path in (one, every):
        answer = await house.ana.client.put(f"{path}/revoked", json={"wipe": True})
        assert (answer.status_code, answer.json()["code"], answer.json()["operation"]) == (403, "step_up", "own_device.revoke")
    assert (await house.ana.client.put(f"{one}/name", json={"name": "Old phone"})).status_code == 204
    assert await works(house.lost)


async def insert_hours_ago() -> None:
    async with connection() as held:
        await held.execute("UPDATE session SET created_at = now() - interval '1 hour'")


async def test_a_further_device_is_told_to_its_owner_and_the_first_one_to_nobody(house: House) -> None:
    async with connection() as held:
        notices = await held.fetch("SELECT n.account_id, n.kind FROM notice n")
        entries = await held.fetchval("SELECT count(*) FROM journal WHERE verb = 'device.enrolled'")
    assert [(row["account_id"], row["kind"]) for row in notices] == [(house.ana.account, "device")]
    assert entries == 1
    assert (await house.ana.register()).status_code == 204  # again: at each sign-in
    async with connection() as held:
        assert await held.fetchval("SELECT count(*) FROM journal WHERE verb = 'device.enrolled'") == entries
