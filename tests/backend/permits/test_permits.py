"""A case that is not one's own is read for a reason, for a while, online, and never without a trace."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest

from backend.db import connection
from backend.permits import watch
from backend.settings import SETTINGS
from tests.backend.browsing import browser, make_app, make_person
from tests.backend.devices.keyed import enter
from tests.backend.devices.phone import Phone
from tests.make import insert, make_agency, make_assignment, make_case, make_participant, make_payment

pytestmark = pytest.mark.usefixtures("db")
WHY = "A colleague is ill and the hearing is today."
PEOPLE: dict[str, tuple[str, dict[str, Any]]] = {
    "ana": ("parent", {"person_id": "A"}),
    "bo": ("parent", {"person_id": "B"}),
    "wendy": ("caseworker", {"worker_login": "w"}),
    "paul": ("caseworker", {"worker_login": "p"}),
    "zack": ("caseworker", {"worker_login": "z"}),
    "sue": ("supervisor", {"worker_login": "s"}),
    "zoe": ("supervisor", {"worker_login": "y"}),
    "nora": ("navigator", {"worker_login": None}),
    "otto": ("auditor", {"worker_login": None}),
    "admin": ("admin", {"worker_login": None}),
}


class House(NamedTuple):
    """Everybody signed in: Wendy works Ana's and Bo's case; Paul and Sue are of her unit, Zack and Zoe of another."""

    case: UUID
    number: str
    by: dict[str, httpx.AsyncClient]


@pytest.fixture
async def house(db: object) -> AsyncIterator[House]:
    await make_agency()
    for login, unit in (("w", "U1"), ("p", "U1"), ("s", "U1"), ("z", "U2"), ("y", "U2")):
        await insert("worker", worker_login=login, name=login, role="caseworker", unit_code=unit, office_code="EAST")
    case = await make_case(case_number="C-77")
    for role, person, at in (("CP", "A", "1 Safe Street"), ("NCP", "B", "2 Other Road")):
        await make_participant(case, role, person_id=person, address_1=at, phone="555-0101")
    await make_payment(case)
    await make_assignment(case, "w")
    app = make_app()
    async with AsyncExitStack() as open_things:
        by = {}
        for login, (role, given) in PEOPLE.items():
            account = await make_person(login, role, **given)
            by[login] = await open_things.enter_async_context(browser(app))
            await enter(by[login], account)
        yield House(case, "C-77", by)


async def scalar(sql: str, *args: object) -> Any:
    async with connection() as held:
        return await held.fetchval(sql, *args)


async def smash(house: House, who: str = "paul", **given: Any) -> httpx.Response:
    return await house.by[who].post("/v1/permits/break-glass", json={"case_number": house.number, "reason": WHY} | given)


async def look(house: House, who: str) -> httpx.Response:
    return await house.by[who].get(f"/v1/permits/cases/{house.case}")


async def agree(house: House, *topics: str, who: str = "ana", **given: Any) -> httpx.Response:
    body = {"navigator": "nora", "case": str(house.case), "topics": list(topics), "days": 7}
    return await house.by[who].post("/v1/permits/consent", json=body | given)


def kinds(answer: httpx.Response) -> set[int]:
    return {row[0] for row in answer.json()["rows"]}


async def test_a_colleague_of_the_unit_reads_a_case_for_an_hour_with_a_reason_and_the_supervisor_sees_it(house: House) -> None:
    assert (await look(house, "paul")).status_code == 404
    assert (await smash(house)).status_code == 201
    seen = await look(house, "paul")
    assert {20, 21, 30, 33, 71} <= kinds(seen)
    assert 32 not in kinds(seen)
    assert await scalar("SELECT until_at - from_at = interval '60 minutes' FROM permit") is True
    (one,) = (await house.by["sue"].get("/v1/permits")).json()["permits"]
    assert (one["kind"], one["reason"], one["reads"], one["case"]) == ("break_glass", WHY, 1, str(house.case))
    for other in ("zoe", "zack", "wendy", "ana", "nora"):
        assert (await house.by[other].get("/v1/permits")).json() == {"permits": []}


async def told(login: str) -> list[str]:
    async with connection() as held:
        sql = "SELECT n.kind FROM notice n JOIN account a ON a.id = n.account_id WHERE a.login = $1 AND n.case_id IS NULL"
        rows = await held.fetch(sql, login)
    return [row["kind"] for row in rows]


async def test_the_supervisors_of_the_unit_that_works_the_case_are_told_of_broken_glass_and_nobody_else(house: House) -> None:
    assert (await smash(house)).status_code == 201
    assert await told("sue") == ["oversight"]
    assert await agree(house, "money") is not None
    for other in ("zoe", "zack", "wendy", "paul", "ana", "bo", "nora", "otto", "admin"):
        assert await told(other) == [], other
    assert (await smash(house, "sue")).status_code == 201  # her own act is no news to her
    assert await told("sue") == ["oversight"]


async def test_who_opens_many_colleagues_cases_is_told_to_the_supervisor_once_a_day(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "SETTINGS", msgspec.structs.replace(SETTINGS, unassigned_alert=2))
    for count in (1, 2, 3):
        assert (await smash(house)).status_code == 201
        assert await scalar("SELECT count(*) FROM journal WHERE verb = 'reading.unusual'") == min(1, count - 1)
    said = "SELECT detail::text FROM journal WHERE verb = 'reading.unusual'"
    sue = str(await scalar("SELECT id FROM account WHERE login = 'sue'"))
    assert json.loads(await scalar(said)) == {"what": "unassigned", "count": 2, "tell": [sue]}
    assert await told("sue") == ["oversight"] * 4


async def test_reading_is_slowed_and_unusually_much_of_it_is_told(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "SETTINGS", msgspec.structs.replace(SETTINGS, reads_most=3, reads_alert=1))
    await smash(house)
    answers = await asyncio.gather(*(look(house, "paul") for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] * 3 + [429] * 3
    assert next(answer for answer in answers if answer.status_code == 429).headers["retry-after"]
    assert await scalar("SELECT count(*) FROM journal WHERE verb = 'permit.read'") == 3
    assert await scalar("SELECT count(*) > 0 FROM journal WHERE verb = 'reading.unusual' AND detail->>'what' = 'read'")
    await scalar("UPDATE throttle SET window_at = now() - interval '61 minutes' WHERE key LIKE 'reads:%' RETURNING key")
    assert (await look(house, "paul")).status_code == 200


async def test_when_unusually_many_cases_come_to_ones_devices_the_supervisor_is_told(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "SETTINGS", msgspec.structs.replace(SETTINGS, held_alert=2))
    wendy = await scalar("SELECT id FROM account WHERE login = 'wendy'")
    for count in (0, 1, 1):
        tablet = Phone(house.by["wendy"], wendy)
        assert (await tablet.client.put(f"/v1/devices/{tablet.device}", json={})).status_code == 204
        await tablet.sync()
        assert await scalar("SELECT count(*) FROM journal WHERE verb = 'reading.unusual' AND detail->>'what' = 'held'") == count
    assert await told("sue") == ["oversight"]


async def test_another_units_case_is_as_if_it_were_not_there(house: House) -> None:
    for who in ("zack", "zoe"):
        there, absent = await smash(house, who), await smash(house, who, case_number="C-0")
        assert {key: value for key, value in there.json().items() if key != "id"} == {k: v for k, v in absent.json().items() if k != "id"}
        assert there.status_code == 404
    for who in ("ana", "nora", "otto", "admin"):
        assert (await smash(house, who)).status_code == 403
    assert (await smash(house, reason="because")).status_code == 400
    assert await scalar("SELECT count(*) FROM permit") == 0


@pytest.mark.parametrize("change", ["until_at = from_at + interval '1 microsecond'", "ended_at = now()"])
async def test_when_it_is_over_it_is_over_at_once(house: House, change: str) -> None:
    await smash(house)
    assert (await look(house, "paul")).status_code == 200
    await scalar(f"UPDATE permit SET {change} RETURNING id")
    assert (await look(house, "paul")).status_code == 404


async def test_nothing_borrowed_ever_comes_to_lie_on_a_device(house: House) -> None:
    await smash(house)
    paul = await scalar("SELECT id FROM account WHERE login = 'paul'")
    assert await scalar("SELECT count(*) FROM sync_grant WHERE principal = $1 AND scope = $2", paul, house.case) == 0
    tablet = Phone(house.by["paul"], paul)
    assert (await tablet.client.put(f"/v1/devices/{tablet.device}", json={})).status_code == 204
    answer = await tablet.sync()
    assert answer["load"]
    assert str(house.case) not in [load["scope"] for load in answer["load"]]


async def test_every_reading_is_recorded_with_who_why_and_how_much(house: House) -> None:
    await smash(house)
    for _ in range(2):
        await look(house, "paul")
    await look(house, "zack")
    async with connection() as held:
        rows = await held.fetch("SELECT actor_id, case_id, detail FROM journal WHERE verb = 'permit.read'")
    assert len(rows) == 2
    assert {row["case_id"] for row in rows} == {house.case}
    assert all(word in rows[0]["detail"] for word in ("caseworker", "break_glass", "policy", "mask"))
    report = (await house.by["sue"].post("/v1/exposure", json={"person": "A"})).json()["exposed"]
    assert [one["device"] for one in report] == [None, None]
    assert "address_1" in report[0]["what"]["participant"]


async def test_what_cannot_be_recorded_is_not_read(house: House) -> None:
    await smash(house)
    async with connection() as held:
        await held.execute("ALTER TABLE journal ADD CONSTRAINT never CHECK (verb <> 'permit.read') NOT VALID")
    try:
        answer = await look(house, "paul")
        assert answer.status_code == 500
        assert "Safe Street" not in answer.text
    finally:
        async with connection() as held:
            await held.execute("ALTER TABLE journal DROP CONSTRAINT never")


async def test_five_a_day_are_enough_even_when_they_are_asked_for_at_once(house: House) -> None:
    answers = await asyncio.gather(*(smash(house) for _ in range(12)))
    codes = [answer.status_code for answer in answers]
    assert (codes.count(201), codes.count(429)) == (5, 7)


async def test_a_helper_sees_of_one_parents_case_what_that_parent_agreed_to(house: House) -> None:
    assert (await look(house, "nora")).status_code == 404
    assert (await agree(house, "money")).status_code == 201
    seen = await look(house, "nora")
    assert kinds(seen) == {20, 30, 70}
    assert "Safe Street" not in seen.text
    assert (await agree(house, "contact", "money", "dates", "messages", "events", days=30)).status_code == 201
    seen = await look(house, "nora")
    assert "1 Safe Street" in seen.text
    assert "2 Other Road" not in seen.text
    assert not kinds(seen) & {21, 33, 71, 81, 92, 111, 140}


async def test_a_helper_is_only_let_in_by_a_party_of_that_case_and_only_helpers_are(house: House) -> None:
    stranger = await make_case()
    assert (await agree(house, "money", case=str(stranger))).status_code == 404
    assert (await agree(house, "money", navigator="otto")).status_code == 404
    assert (await agree(house, "money", navigator="nobody")).status_code == 404
    for who in ("wendy", "sue", "nora", "admin"):
        assert (await agree(house, "money", who=who)).status_code == 403
    for wrong in ({"days": 0}, {"days": 91}, {"topics": ["notes"]}):
        assert (await agree(house, **wrong)).status_code == 400


async def test_a_parent_takes_an_agreement_back_and_nobody_else_does(house: House) -> None:
    permit = (await agree(house, "contact")).json()["id"]
    for who in ("bo", "wendy", "zoe"):
        assert (await house.by[who].post(f"/v1/permits/{permit}/ended", json={})).status_code == 404
    assert (await look(house, "nora")).status_code == 200
    assert (await house.by["ana"].post(f"/v1/permits/{permit}/ended", json={})).status_code == 204
    assert (await look(house, "nora")).status_code == 404
    (one,) = (await house.by["ana"].get("/v1/permits")).json()["permits"]
    assert (one["reads"], one["ended_at"] is not None) == (1, True)
    assert (await house.by["bo"].get("/v1/permits")).json() == {"permits": []}


async def test_who_is_no_party_any_more_has_nobody_reading_for_them(house: House) -> None:
    await agree(house, "contact")
    await scalar("UPDATE participant SET to_on = current_date WHERE person_id = 'A' RETURNING id")
    assert (await look(house, "nora")).status_code == 404


async def test_an_auditor_reads_what_a_supervisor_opened_and_writes_nothing(house: House) -> None:
    body = {"auditor": "otto", "case_number": house.number, "reason": "Federal review of this month.", "days": 3}
    assert (await house.by["zoe"].post("/v1/permits/audit", json=body)).status_code == 404
    assert (await house.by["wendy"].post("/v1/permits/audit", json=body)).status_code == 403
    assert (await house.by["sue"].post("/v1/permits/audit", json=body)).status_code == 201
    assert {20, 33} <= kinds(await look(house, "otto"))
    assert (await house.by["otto"].post("/v1/sync", json={})).status_code == 403
    assert (await house.by["otto"].put(f"/v1/devices/{uuid4()}", json={})).status_code == 403
    assert (await house.by["otto"].get(f"/v1/permits/cases/{uuid4()}")).status_code == 404


async def test_parents_and_administrators_read_by_no_permit(house: House) -> None:
    for who in ("ana", "bo", "admin"):
        assert (await look(house, who)).status_code == 403
