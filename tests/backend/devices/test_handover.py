"""Work outlives the phone's lock, its lease and its revocation; but what a revoked phone sends has no effect by itself."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import httpx
import pytest

from backend import custody
from backend.db import connection
from backend.devices import handover
from backend.environment import ROOT
from tests.backend.browsing import browser, make_app, make_person
from tests.backend.devices.keyed import KeyedPhone, enter, keyed_phone, verified
from tests.make import insert, make_agency, make_assignment, make_case, make_participant

pytestmark = pytest.mark.usefixtures("db")


class House(NamedTuple):
    """Wendy's tablet (unit U1) on Ana's case; a supervisor of her unit, one of another, and an administrator."""

    wendy: KeyedPhone
    ana: KeyedPhone
    sue: httpx.AsyncClient
    zoe: httpx.AsyncClient
    admin: httpx.AsyncClient
    stranger: httpx.AsyncClient
    case: UUID
    part: UUID


@pytest.fixture
async def house(db: object) -> AsyncIterator[House]:
    await make_agency()
    for login, unit in (("w", "U1"), ("s", "U1"), ("z", "U2")):
        await insert("worker", worker_login=login, name=login, role="caseworker", unit_code=unit, office_code="EAST")
    case = await make_case()
    async with AsyncExitStack() as open_things:
        wendy = await open_things.enter_async_context(keyed_phone("wendy", "caseworker", worker_login="w"))
        ana = await open_things.enter_async_context(keyed_phone("ana", person_id="A"))
        operators = (
            await make_person("sue", "supervisor", worker_login="s"),
            await make_person("zoe", "supervisor", worker_login="z"),
            await make_person("admin", "admin", worker_login=None),
        )
        app = make_app()
        clients = [await open_things.enter_async_context(browser(app)) for _ in range(4)]
        for client, account in zip(clients, operators, strict=False):
            await enter(client, account)
        part = await make_participant(case, person_id="A")
        await make_assignment(case, "w")
        sue, zoe, admin, stranger = clients
        yield House(wendy, ana, sue, zoe, admin, stranger, case, part)


async def scalar(sql: str, *args: object) -> Any:
    async with connection() as held:
        return await held.fetchval(sql, *args)


async def revoke(house: House, phone: KeyedPhone, *, wipe: bool = True) -> None:
    assert (await house.admin.put(f"/v1/devices/{phone.device}/revoked", json={"wipe": wipe})).status_code == 204


async def kept_by(supervisor: httpx.AsyncClient) -> list[dict[str, Any]]:
    answer = await supervisor.get("/v1/quarantine")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def messages() -> int:
    return int(await scalar("SELECT count(*) FROM message"))


async def test_whoever_is_signed_in_has_handed_over_work_taken_like_any_push(house: House) -> None:
    said = [house.ana.says(house.case, house.part, word) for word in ("one", "two")]
    items = [await house.ana.sealed(each) for each in said]
    for _ in range(2):
        answer = await house.ana.hand_over(*reversed(items))
        assert answer.status_code == 200, answer.text
        assert [(one["n"], one["outcome"]) for one in answer.json()["done"]] == [(1, "ok"), (2, "ok")]
        assert (answer.json()["last_n"], "kept" in answer.json()) == (2, False)
    assert (await house.ana.sync(said[1]))["done"][0]["outcome"] == "ok"
    assert await messages() == 2
    assert await scalar("SELECT count(*) FROM quarantine") == 0


async def test_what_a_revoked_tablet_hands_over_is_kept_once_and_has_no_effect(house: House) -> None:
    await house.wendy.sync()
    said = house.wendy.says(house.case, house.part, "I visited on Monday.")
    await revoke(house, house.wendy)
    for client in (house.wendy.client, house.stranger):
        answer = await house.wendy.hand_over(await house.wendy.sealed(said), client=client)
        assert (answer.status_code, answer.json()) == (200, {"kept": [1]})
    assert await messages() == 0
    (one,) = await kept_by(house.sue)
    assert (one["n"], one["name"], one["scope"]) == (1, "message.send", str(house.case))
    box = await scalar("SELECT box FROM quarantine")
    assert b"Monday" not in box


async def test_a_locked_phone_hands_over_without_a_session_and_what_it_sends_later_counts_once(house: House) -> None:
    said = house.ana.says(house.case, house.part, "I lost my job.")
    assert (await house.ana.hand_over(await house.ana.sealed(said), client=house.stranger)).json() == {"kept": [1]}
    assert (await house.ana.sync(said))["done"][0]["outcome"] == "ok"
    (one,) = await kept_by(house.sue)
    answer = await house.sue.post(f"/v1/quarantine/{one['id']}/released", json={})
    assert answer.json() == {"outcome": "ok", "code": None}
    assert await messages() == 1
    assert (await house.ana.hand_over(await house.ana.sealed(said), client=house.stranger)).json() == {"kept": [1]}
    assert await kept_by(house.sue) == []


async def test_work_of_one_phone_is_not_taken_for_who_is_signed_in_on_it_now(house: House) -> None:
    said = house.ana.says(house.case, house.part, "mine")
    assert (await house.ana.hand_over(await house.ana.sealed(said), client=house.wendy.client)).json() == {"kept": [1]}
    assert await messages() == 0


async def test_only_the_unit_whose_case_it_is_sees_what_was_kept(house: House) -> None:
    await revoke(house, house.wendy)
    await house.wendy.hand_over(await house.wendy.sealed(house.wendy.says(house.case, house.part, "secret")))
    (one,) = await kept_by(house.sue)
    assert await kept_by(house.zoe) == []
    for method, path in (("GET", ""), ("POST", "/released"), ("POST", "/discarded")):
        assert (await house.zoe.request(method, f"/v1/quarantine/{one['id']}{path}", json={})).status_code == 404
        for other in (house.admin, house.ana.client, house.wendy.client):
            assert (await other.request(method, f"/v1/quarantine/{one['id']}{path}", json={})).status_code in (401, 403)
    assert (await house.admin.get("/v1/quarantine")).status_code == 403
    assert await messages() == 0


async def test_a_supervisor_reads_what_was_kept_and_releases_it_as_written(house: House) -> None:
    said = [house.wendy.says(house.case, house.part, word) for word in ("lost on the way", "I visited on Monday.")]
    await revoke(house, house.wendy)
    await house.wendy.hand_over(await house.wendy.sealed(said[1]))
    (one,) = await kept_by(house.sue)
    content = (await house.sue.get(f"/v1/quarantine/{one['id']}")).json()["content"]
    assert (content["args"]["body"], content["at"][:19]) == ("I visited on Monday.", said[1]["at"][:19])
    assert await scalar("SELECT count(*) FROM journal WHERE verb = 'quarantine.read' AND subject_id = $1", UUID(one["id"])) == 1
    answer = await house.sue.post(f"/v1/quarantine/{one['id']}/released", json={})
    assert answer.json() == {"outcome": "ok", "code": None}
    assert await scalar("SELECT body FROM message WHERE author_id = $1", house.wendy.account) == "I visited on Monday."
    assert (await house.sue.post(f"/v1/quarantine/{one['id']}/released", json={})).status_code == 404
    assert await messages() == 1
    assert await scalar("SELECT box FROM quarantine") is None


async def test_what_is_released_is_judged_by_the_rights_of_now(house: House) -> None:
    await revoke(house, house.wendy)
    await house.wendy.hand_over(await house.wendy.sealed(house.wendy.says(house.case, house.part, "late")))
    await scalar("UPDATE assignment SET to_on = current_date RETURNING id")
    (one,) = await kept_by(house.sue)
    assert (await house.sue.post(f"/v1/quarantine/{one['id']}/released", json={})).json() == {"outcome": "refused", "code": "forbidden"}
    assert await messages() == 0


async def test_what_is_discarded_is_forgotten_but_not_that_it_was_there(house: House) -> None:
    await revoke(house, house.wendy)
    said = house.wendy.says(house.case, house.part, "not mine")
    await house.wendy.hand_over(await house.wendy.sealed(said))
    (one,) = await kept_by(house.sue)
    assert (await house.sue.post(f"/v1/quarantine/{one['id']}/discarded", json={})).status_code == 204
    assert (await house.wendy.hand_over(await house.wendy.sealed(said))).json() == {"kept": [1]}
    assert await kept_by(house.sue) == []
    assert await scalar("SELECT count(*) FROM journal WHERE verb = 'quarantine.discarded'") == 1


async def test_a_box_of_another_place_or_device_or_that_was_changed_is_named_and_not_kept(house: House) -> None:
    said = house.ana.says(house.case, house.part, "x")
    good = await house.ana.sealed(said)
    moved = good | {"n": 2}
    renamed = good | {"n": 3, "id": str(uuid4())}
    foreign = (await house.ana.sealed(said, device=uuid4(), n=4)) | {"id": said["id"]}
    lying = await house.ana.sealed(said, n=5)
    cut = good | {"n": 6, "sealed": good["sealed"] | {"box": good["sealed"]["box"][:-2]}}
    unknown = good | {"n": 7, "sealed": good["sealed"] | {"key": "nobody"}}
    pointless = good | {"n": 8, "sealed": good["sealed"] | {"eph": "AAAA", "iv": ""}}
    bad = [moved, renamed, foreign, lying, cut, unknown, pointless]
    answer = await house.ana.hand_over(*bad, client=house.stranger)
    assert answer.json() == {"kept": [], "unreadable": [2, 3, 4, 5, 6, 7, 8]}
    assert await scalar("SELECT count(*) FROM quarantine") == 0


@pytest.mark.parametrize("limit", ["KEPT_MAX", "KEPT_BYTES"])
async def test_one_device_cannot_fill_the_disk(house: House, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    first, second = [await house.ana.sealed(house.ana.says(house.case, house.part, word)) for word in ("one", "two")]
    assert (await house.ana.hand_over(first, client=house.stranger)).json() == {"kept": [1]}
    size = await scalar("SELECT length(box) FROM quarantine")
    monkeypatch.setattr(handover, limit, {"KEPT_MAX": 1, "KEPT_BYTES": size + 10}[limit])
    assert (await house.ana.hand_over(second, client=house.stranger)).status_code == 429
    assert await scalar("SELECT count(*) FROM quarantine") == 1


async def test_nobody_hands_over_in_the_name_of_a_device_without_its_key(house: House) -> None:
    item = await house.ana.sealed(house.ana.says(house.case, house.part, "x"))
    body = {"device": str(house.ana.device), "items": [item]}
    assert (await house.stranger.post("/v1/handover", json=body)).json()["code"] == "device_proof"
    assert (await house.wendy.send("POST", "/v1/handover", body)).status_code == 401
    house.ana.device = uuid4()
    assert (await house.ana.hand_over(item)).status_code == 401
    assert await scalar("SELECT count(*) FROM quarantine") == 0


async def test_a_revoked_tablet_is_told_by_a_signed_order_though_its_session_has_ended_and_says_when_it_is_done(house: House) -> None:
    await house.wendy.sync()
    await revoke(house, house.wendy)
    view = (await house.admin.get("/v1/devices")).json()["devices"]
    before = next(one for one in view if one["id"] == str(house.wendy.device))
    assert (before["wipe_state"], before["told_at"]) == ("pending", None)
    assert (await house.wendy.client.get("/v1/me")).status_code == 401
    answer = await house.wendy.post()
    key = (await house.stranger.get("/v1/vault/keys")).json()["lease"][0]["key"]
    order = verified(answer.json()["order"], key)
    assert (answer.status_code, answer.json()["wipe"]) == (401, True)
    assert (order["device"], order["wipe"]) == (str(house.wendy.device), True)
    assert "clear-site-data" not in answer.headers
    for _ in range(2):
        assert (await house.wendy.send("POST", f"/v1/devices/{house.wendy.device}/wiped", {}, house.stranger)).status_code == 204
    after = next(one for one in (await house.admin.get("/v1/devices")).json()["devices"] if one["id"] == str(house.wendy.device))
    assert (after["wipe_state"], after["told_at"] is not None, after["wiped_at"] is not None) == ("acknowledged", True, True)
    assert await scalar("SELECT count(*) FROM journal WHERE verb = 'device.wiped'") == 1


async def test_a_device_revoked_without_a_wipe_is_told_so_and_has_nothing_to_acknowledge(house: House) -> None:
    await revoke(house, house.wendy, wipe=False)
    answer = await house.wendy.post()
    assert (answer.status_code, answer.json()) == (401, {"wipe": False})
    assert (await house.wendy.send("POST", f"/v1/devices/{house.wendy.device}/wiped", {})).status_code == 409


async def test_without_a_session_a_device_that_is_not_revoked_learns_nothing(house: House) -> None:
    answer = await house.ana.send("POST", "/v1/sync", house.ana.asks(), house.stranger)
    assert (answer.status_code, "wipe" in answer.json(), answer.json()["code"]) == (401, False, "unauthorized")
    assert (await house.stranger.post(f"/v1/devices/{house.ana.device}/wiped", json={})).status_code == 401


async def test_an_operator_at_the_machine_lists_shows_and_discards_what_was_kept(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    await revoke(house, house.wendy)
    await house.wendy.hand_over(await house.wendy.sealed(house.wendy.says(house.case, house.part, "I visited on Monday.")))
    (one,) = await kept_by(house.sue)
    assert await custody.list_items() == 0
    assert one["id"] in capsys.readouterr().out
    assert await custody.show(UUID(one["id"])) == 0
    assert "I visited on Monday." in capsys.readouterr().out
    for code in (0, 1):  # the second time there is nothing left to be discarded
        command = [sys.executable, "-m", "backend.cli", "quarantine", "discard", one["id"]]
        done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, cwd=ROOT, check=False)
        assert done.returncode == code, done.stderr
    assert await messages() == 0
