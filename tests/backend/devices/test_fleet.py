"""What operators see of devices, and how they take a lost one's access away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import httpx
import pytest

from backend.db import connection
from tests.backend.browsing import browser, make_app, make_person, sign_in
from tests.backend.devices.phone import Phone, phone
from tests.make import insert, make_account, make_agency, make_assignment, make_case, make_device, make_participant

pytestmark = pytest.mark.usefixtures("db")


class House(NamedTuple):
    """Ana's phone, and a tablet in each of two units with the supervisor of the first."""

    ana: Phone
    wendy: Phone
    zoes_device: UUID
    admin: httpx.AsyncClient
    sue: httpx.AsyncClient
    ana_part: Any
    case: Any


@pytest.fixture
async def house(db: object) -> AsyncIterator[House]:
    await make_agency()
    for login, unit in (("w", "U1"), ("s", "U1"), ("z", "U2")):
        await insert("worker", worker_login=login, name=login, role="caseworker", unit_code=unit, office_code="EAST")
    case = await make_case()
    async with AsyncExitStack() as open_things:
        ana = await open_things.enter_async_context(phone("ana", person_id="A"))
        wendy = await open_things.enter_async_context(phone("wendy", "caseworker", worker_login="w"))
        zoes_device = await make_device(await make_account("caseworker", worker_login="z"))
        await make_person("admin", "admin", worker_login=None)
        await make_person("sue", "supervisor", worker_login="s")
        app = make_app()
        admin, sue = [await open_things.enter_async_context(browser(app)) for _ in range(2)]
        await sign_in(admin, "admin")
        await sign_in(sue, "sue")
        part = await make_participant(case, person_id="A")
        await make_assignment(case, "w")
        yield House(ana, wendy, zoes_device, admin, sue, part, case)


async def seen_by(operator: httpx.AsyncClient) -> dict[str, Any]:
    answer = await operator.get("/v1/devices")
    assert answer.status_code == 200, answer.text
    return {one["id"]: one for one in answer.json()["devices"]}


async def scalar(sql: str, *args: object) -> Any:
    async with connection() as held:
        return await held.fetchval(sql, *args)


async def test_an_operator_sees_what_each_device_has_not_sent_and_what_was_not_taken(house: House) -> None:
    ana = house.ana
    says = [ana.says(house.case, ana_part, "x") for ana_part in (house.ana_part, uuid4())]
    parked = ana.says(house.case, house.ana_part, "x", name="telepathy.send")
    clock = int(datetime.now(UTC).timestamp() * 1000) + 3_600_000
    await ana.sync(*says, parked, next_n=7, clock=clock, app="0.1.0")
    one = (await seen_by(house.admin))[str(ana.device)]
    assert (one["unsent"], one["refused"], one["parked"]) == (3, 1, 1)
    assert (one["app_version"], one["schema"], one["role"]) == ("0.1.0", 1, "parent")
    assert abs(one["clock_ms"] - 3_600_000) < 60_000
    assert one["revoked_at"] is None


async def test_a_supervisor_sees_and_revokes_the_own_units_devices_and_no_others(house: House) -> None:
    assert set(await seen_by(house.sue)) == {str(house.wendy.device)}
    for device in (house.zoes_device, house.ana.device, uuid4()):
        answer = await house.sue.put(f"/v1/devices/{device}/revoked", json={"wipe": True})
        assert answer.status_code == 404
    assert await scalar("SELECT count(*) FROM sync_device WHERE revoked_at IS NOT NULL") == 0


async def test_a_supervisor_without_a_unit_answers_for_no_device(house: House) -> None:
    await scalar("UPDATE worker SET unit_code = NULL RETURNING id")
    assert await seen_by(house.sue) == {}


async def test_those_who_do_not_operate_see_no_devices_and_revoke_none(house: House) -> None:
    for client in (house.ana.client, house.wendy.client):
        assert (await client.get("/v1/devices")).status_code == 403
        assert (await client.put(f"/v1/devices/{house.zoes_device}/revoked", json={"wipe": True})).status_code == 403


async def test_a_revoked_tablet_gets_nothing_more_forgets_what_it_holds_and_the_journal_says_who_did_it(house: House) -> None:
    await house.wendy.sync()
    assert (await house.sue.put(f"/v1/devices/{house.wendy.device}/revoked", json={"wipe": True})).status_code == 204
    answer = await house.wendy.post()
    assert (answer.status_code, answer.json()) == (401, {"wipe": True})
    assert (await seen_by(house.admin))[str(house.wendy.device)]["revoked_at"] is not None
    assert await scalar("SELECT detail->>'wipe' FROM journal WHERE verb = 'device.revoked' AND subject_id = $1", house.wendy.device)


async def test_a_wipe_once_ordered_is_not_taken_back_and_registering_again_does_not_help(house: House) -> None:
    where = f"/v1/devices/{house.wendy.device}"
    for wipe in (True, False):
        assert (await house.admin.put(f"{where}/revoked", json={"wipe": wipe})).status_code == 204
    assert (await house.wendy.client.put(where, json={"kind": "tablet"})).status_code == 204
    assert (await house.wendy.post()).json() == {"wipe": True}


async def test_a_closed_device_is_unknown_so_that_it_comes_back_under_a_new_name(house: House) -> None:
    await scalar("UPDATE sync_device SET closed_at = now() WHERE id = $1 RETURNING id", house.ana.device)
    answer = await house.ana.post()
    assert (answer.status_code, answer.json()["code"]) == (404, "device_unknown")


async def test_many_devices_come_in_pages(house: House) -> None:
    for _ in range(120):
        await insert("sync_device", id=uuid4(), principal=house.ana.account)
    first = (await house.admin.get("/v1/devices")).json()
    second = (await house.admin.get("/v1/devices", params={"after": first["after"]})).json()
    ids = [one["id"] for page in (first, second) for one in page["devices"]]
    assert (len(ids), len(set(ids)), second["after"]) == (123, 123, None)
