"""A person in danger is protected at once and everywhere, no parent can tell, and two people are needed to end it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import httpx
import pytest

from backend import jobs
from backend.cases.safety import PUBLISHING
from backend.db import DB, connection
from backend.ingest.actions import load
from tests.backend.browsing import browser, make_app, make_person
from tests.backend.devices.keyed import enter
from tests.backend.ingest.extracts import Extract, agency, person, trust
from tests.make import insert, make_account, make_assignment, make_case, make_participant
from tests.sync.world import Family, make_family, make_phone

pytestmark = pytest.mark.usefixtures("db")

WHY = "The court ended the order; she told me herself."
STAFF = 33  # the projection of a participant that the team alone holds
PEOPLE = {
    "wendy": ("caseworker", "w"), "sue": ("supervisor", "s"), "sam": ("supervisor", "s2"), "zoe": ("supervisor", "z"),
    "zack": ("caseworker", "x"),
}  # fmt: skip


class House(NamedTuple):
    """Ana and Bo in a case with a child; Ana in another; Wendy works the first, Sue and Sam are her unit's supervisors."""

    family: Family
    other: UUID
    by: dict[str, httpx.AsyncClient]

    def party(self, **more: Any) -> dict[str, Any]:
        return {"case": str(self.family.case), "participant": str(self.family.receiving_part)} | more


@pytest.fixture
async def house(db: object) -> AsyncIterator[House]:
    family = await make_family()
    await do("UPDATE account SET worker_login = 'w' WHERE worker_login = 'wendy'")
    await do("UPDATE assignment SET worker_login = 'w'")
    for login, unit in (("w", "U1"), ("s", "U1"), ("s2", "U1"), ("x", "U2"), ("z", "U2")):
        await insert("worker", worker_login=login, name=login, role="caseworker", unit_code=unit, office_code="EAST")
    for number in ("RP", "PP", "KID"):
        await insert("person", person_id=number, first_name="Test", last_name="Person")
    other = await make_case()
    await make_assignment(other, "x")
    await make_participant(other, "NCP", person_id="RP")
    for case in (family.case, other):
        await make_participant(case, "CH", person_id="KID")
    await do("UPDATE participant t SET phone = p.phone FROM person p WHERE p.person_id = t.person_id")
    app = make_app()
    async with AsyncExitStack() as open_things:
        by = {}
        for login, (role, worker) in PEOPLE.items():
            account = family.worker.account if login == "wendy" else await make_person(login, role, worker_login=worker)
            by[login] = await open_things.enter_async_context(browser(app))
            await enter(by[login], account)
        yield House(family, other, by)


async def do(sql: str, *args: object) -> Any:
    async with connection() as held:
        return await held.fetchval(sql, *args)


async def marked() -> list[str]:
    async with connection() as held:
        rows = await held.fetch("SELECT person_id FROM participant WHERE family_violence ORDER BY person_id")
    return [row["person_id"] for row in rows]


async def mark(house: House, who: str = "wendy", **more: Any) -> httpx.Response:
    return await house.by[who].put("/v1/safety/marks", json=house.party(**more))


async def ask(house: House, who: str = "wendy") -> httpx.Response:
    return await house.by[who].post("/v1/safety/clearings", json=house.party(reason=WHY))


async def waiting(house: House, who: str = "sue") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await house.by[who].get("/v1/safety/clearings")).json()["clearings"]
    return found


async def decide(house: House, who: str, how: str = "confirmed") -> httpx.Response:
    (one,) = await waiting(house, "wendy")
    return await house.by[who].post(f"/v1/safety/clearings/{one['id']}/{how}")


async def test_a_mark_is_there_at_the_next_pull_in_every_case_with_the_children_and_the_team_alone_is_told(house: House) -> None:
    for phone in (house.family.worker, house.family.receiving, house.family.paying):
        await phone.settle()
    parents = [(dict(phone.rows), phone.snapshot) for phone in (house.family.receiving, house.family.paying)]
    assert (await mark(house)).status_code == 204
    assert await marked() == ["KID", "KID", "RP", "RP"]
    for phone in (house.family.worker, house.family.receiving, house.family.paying):
        await phone.pull()
    assert {body["family_violence"] for body in house.family.worker.bodies(STAFF) if body["born_on"] is None} == {True, False}
    for phone, (rows, _) in zip((house.family.receiving, house.family.paying), parents, strict=True):
        assert phone.rows == rows  # the protected parent's own view too is what it was
        assert "family_violence" not in str(phone.rows)


async def test_who_works_no_case_of_the_person_cannot_mark_nor_learn_of_a_mark(house: House) -> None:
    await make_person("bo2", person_id="PP2")
    assert (await mark(house, "zack")).status_code == 403
    assert (await mark(house, participant=str(uuid4()))).status_code == 403
    assert await marked() == []
    await mark(house, "sue")  # a supervisor answers for it without having the case
    case = f"/v1/safety/cases/{house.family.case}"
    assert (await house.by["zack"].get(case)).json() == {"people": []}
    first, second = (await house.by["wendy"].get(case)).json()["people"]
    assert (first["marked_at"] is not None, first["by_state"], second["marked_at"]) == (True, False, None)


async def test_two_people_end_a_mark_and_nobody_confirms_their_own_wish(house: House) -> None:
    await mark(house)
    assert (await ask(house)).status_code == 204
    assert (await ask(house)).json()["code"] == "safety_asked"
    (one,) = await waiting(house)
    assert (one["reason"], one["own"], one["name"]) == (WHY, False, "Test Person")
    assert await waiting(house, "zoe") == await waiting(house, "zack") == []
    for who, status in (("wendy", 403), ("zack", 403), ("zoe", 404)):
        assert (await decide(house, who)).status_code == status, who
    assert await marked() != []
    assert (await decide(house, "sue")).status_code == 204
    assert await marked() == []
    verbs = "SELECT string_agg(verb, ' ' ORDER BY id) FROM journal WHERE verb LIKE 'safety.%'"
    assert await do(verbs) == "safety.marked safety.clearing_asked safety.cleared"


async def test_a_supervisor_who_asks_needs_another_supervisor(house: House) -> None:
    await mark(house)
    assert (await ask(house, "sue")).status_code == 204
    (one,) = await waiting(house, "sue")
    path = f"/v1/safety/clearings/{one['id']}/confirmed"
    answer = await house.by["sue"].post(path)
    assert (answer.status_code, answer.json()["code"]) == (403, "safety_own")
    assert (await house.by["sam"].post(path)).status_code == 204


async def test_a_refused_an_old_and_an_overtaken_wish_change_nothing(house: House) -> None:
    await mark(house)
    await ask(house)
    assert (await decide(house, "sue", "refused")).status_code == 204
    await ask(house)
    await do("UPDATE safety_clearing SET until_at = now() WHERE outcome IS NULL")
    assert await waiting(house) == []
    await ask(house)
    (one,) = await waiting(house)
    await mark(house, "sue")  # somebody found the danger anew
    assert (await house.by["sam"].post(f"/v1/safety/clearings/{one['id']}/confirmed")).status_code == 404
    assert await marked() == ["KID", "KID", "RP", "RP"]


async def test_what_the_states_files_say_wins_over_every_wish(house: House) -> None:
    await mark(house)
    await ask(house)
    await do("UPDATE person SET family_violence = true WHERE person_id = 'RP'")
    assert (await decide(house, "sue")).json()["code"] == "safety_state"
    await do("UPDATE safety_clearing SET until_at = now()")
    assert (await ask(house)).json()["code"] == "safety_state"
    await do("UPDATE person SET family_violence = false WHERE person_id = 'RP'")
    assert (await ask(house)).status_code == 204
    await do("UPDATE safety_mark SET cleared_at = now()")
    assert (await ask(house)).json()["code"] == "safety_none"


async def test_asking_and_deciding_want_a_fresh_proof_and_marking_does_not(house: House) -> None:
    await do("UPDATE session SET created_at = now() - interval '1 hour'")
    assert (await mark(house)).status_code == 204
    assert (await ask(house)).json()["code"] == "step_up"
    assert (await house.by["sue"].post(f"/v1/safety/clearings/{uuid4()}/confirmed")).json()["code"] == "step_up"


async def test_a_load_that_knows_of_no_danger_leaves_our_mark_and_brings_it_into_new_cases(db: object, tmp_path: Path) -> None:
    trust()
    await load(Extract(agency(), 1).write(tmp_path / "1"), watched=False)
    who = await make_account("caseworker")
    case = await do("SELECT case_id FROM participant WHERE person_id = 'P-2' LIMIT 1")
    await do("INSERT INTO safety_mark (person_id, case_id, made_by) VALUES ('P-2', $1, $2)", case, who)
    changed = {"people.csv": [person("P-2", "Dan", "Frost", family_violence="N", phone="555-0188")]}
    await load(Extract(changed, 2, "delta").write(tmp_path / "2"), watched=False)
    assert set(await marked()) == {"P-2", "P-3"}


async def test_a_mark_during_a_load_counts_at_once_and_comes_into_the_cases_right_after_it(house: House) -> None:
    async with DB.transaction(), connection() as held:
        await held.execute("SELECT pg_advisory_xact_lock($1)", PUBLISHING)
        assert (await asyncio.create_task(mark(house), context=outside())).status_code == 204
    assert await marked() == []
    assert set(await guarded()) == {"RP", "KID"}
    (claimed,) = [one for one in await jobs.claim(10) if one.kind == "safety.spread"]
    await jobs.execute(claimed)
    assert await marked() == ["KID", "KID", "RP", "RP"]


def outside() -> Any:
    import contextvars

    return contextvars.Context()


async def guarded() -> list[str]:
    async with connection() as held:
        return [row["person_id"] for row in await held.fetch("SELECT person_id FROM guarded_person")]


async def test_once_a_mark_is_there_no_pull_that_begins_later_is_without_it(house: House) -> None:
    """S-35: marks and pulls at the same time, and every pull that began after the answer to a mark knows of it."""
    phones = [await make_phone(house.family.worker.account) for _ in range(12)]
    done = asyncio.Event()
    seen: list[tuple[bool, bool]] = []

    async def pulls(phone: Any) -> None:
        for _ in range(6):
            after = done.is_set()
            await phone.settle()
            seen.append((after, any(body["family_violence"] for body in phone.bodies(STAFF))))
            phone.snapshot = phone.digest = None

    async def marks() -> None:
        assert (await mark(house)).status_code == 204
        done.set()

    await asyncio.gather(*(pulls(phone) for phone in phones), marks())
    assert {knows for after, knows in seen if after} == {True}
    assert len(seen) == 72


async def test_marks_and_wishes_that_meet_never_leave_a_marked_person_without_the_mark(house: House) -> None:
    await mark(house)
    for _ in range(4):
        await ask(house)
        (one,) = await waiting(house)
        path = f"/v1/safety/clearings/{one['id']}/confirmed"
        answers = await asyncio.gather(house.by["sue"].post(path), house.by["sam"].post(path), mark(house))
        assert sorted(answer.status_code for answer in answers[:2]) in ([204, 404], [404, 404])
        assert answers[2].status_code == 204
        assert await marked() == ["KID", "KID", "RP", "RP"]
