"""A phone and the server, over HTTP: what is written arrives once, what is held is one's own."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import NamedTuple
from uuid import UUID, uuid4

import pytest

from backend.db import connection
from tests.backend.devices.phone import Phone, phone, rows
from tests.make import make_agency, make_assignment, make_case, make_participant

pytestmark = pytest.mark.usefixtures("db")


class Family(NamedTuple):
    case: UUID
    ana: Phone
    bo: Phone
    wendy: Phone
    ana_part: UUID
    bo_part: UUID


@pytest.fixture
async def family(db: object) -> AsyncIterator[Family]:
    await make_agency()
    case = await make_case()
    async with AsyncExitStack() as open_things:
        ana = await open_things.enter_async_context(phone("ana", person_id="A"))
        bo = await open_things.enter_async_context(phone("bo", person_id="B"))
        wendy = await open_things.enter_async_context(phone("wendy", "caseworker", worker_login="w"))
        parts = [await make_participant(case, role, person_id=person) for role, person in (("CP", "A"), ("NCP", "B"))]
        await make_assignment(case, "w")
        yield Family(case, ana, bo, wendy, *parts)


async def scalar(sql: str, *args: object) -> object:
    async with connection() as held:
        return await held.fetchval(sql, *args)


async def test_a_message_reaches_the_worker_with_a_date_for_its_answer_and_the_other_parent_nothing(family: Family) -> None:
    for each in (family.ana, family.bo, family.wendy):
        await each.sync()
    sent = await family.ana.sync(family.ana.says(family.case, family.ana_part, "I lost my job."))
    assert sent["done"][0]["outcome"] == "ok"
    assert sent["last_n"] == 1
    assert rows(sent, 110)[0]["answer_due_on"] is not None
    assert rows(await family.wendy.sync(), 111)[0]["body"] == "I lost my job."
    assert set(await family.bo.sync()) == {"rid", "now", "last_n", "lease_until", "poll_s"}


async def test_the_answer_stops_the_clock_and_does_not_say_which_worker_wrote_it(family: Family) -> None:
    await family.ana.sync(family.ana.says(family.case, family.ana_part, "When?"))
    await family.wendy.sync(family.wendy.says(family.case, family.ana_part, "On Friday."))
    told = rows(await family.ana.sync(), 110)
    assert [m["answered_at"] is not None for m in told if m["from_party"]] == [True]
    assert "author" not in str(told)
    async with connection() as held:
        name = await held.fetchval("SELECT display_name FROM account WHERE id = $1", family.wendy.account)
    assert name not in str(told)


async def test_a_request_whose_answer_was_lost_is_answered_again_and_has_one_effect(family: Family) -> None:
    said = family.ana.says(family.case, family.ana_part, "Once.")
    first, second = await family.ana.sync(said), await family.ana.sync(said)
    assert first["done"] == second["done"]
    assert await scalar("SELECT count(*) FROM message") == 1


async def test_nobody_writes_into_the_other_parents_thread_or_into_a_strangers_case(family: Family) -> None:
    stranger = await make_case()
    answer = await family.ana.sync(
        family.ana.says(family.case, family.bo_part, "hello"), family.ana.says(stranger, family.ana_part, "hello")
    )
    assert [(d["outcome"], d["code"]) for d in answer["done"]] == [("refused", "forbidden")] * 2
    assert await scalar("SELECT count(*) FROM message") == 0


async def test_empty_or_endless_messages_are_refused_and_the_next_one_goes_through(family: Family) -> None:
    says = [family.ana.says(family.case, family.ana_part, body) for body in ("", "   ", "x" * 4001, "a\x00b", "fine")]
    answer = await family.ana.sync(*says)
    assert [d["outcome"] for d in answer["done"]] == ["refused"] * 4 + ["ok"]


async def test_a_gap_stops_there_and_says_where_to_begin(family: Family) -> None:
    says = [family.ana.says(family.case, family.ana_part, str(n)) for n in range(3)]
    answer = await family.ana.sync(says[0], says[2])
    assert (answer["expect"], answer["last_n"]) == (2, 1)


async def test_a_device_that_was_never_registered_or_is_somebody_elses_learns_nothing(family: Family) -> None:
    for device in (uuid4(), family.bo.device):
        response = await family.ana.post(device=str(device))
        assert response.status_code == 404
    taken = await family.ana.client.put(f"/v1/devices/{family.bo.device}", json={"kind": "phone"})
    assert taken.status_code == 409


async def test_a_revoked_device_is_told_to_forget_and_gets_nothing(family: Family) -> None:
    await family.ana.sync()
    await scalar("UPDATE sync_device SET revoked_at = now(), wipe = true WHERE id = $1 RETURNING id", family.ana.device)
    response = await family.ana.post(family.ana.says(family.case, family.ana_part, "late"))
    assert (response.status_code, response.json()) == (401, {"wipe": True})
    assert await scalar("SELECT count(*) FROM message") == 0


async def test_a_copied_phone_is_found_out(family: Family) -> None:
    await family.ana.sync(family.ana.says(family.case, family.ana_part, "first"))
    family.ana.n = 1
    response = await family.ana.post(family.ana.says(family.case, family.ana_part, "second"))
    assert response.status_code == 409
    assert response.json()["code"] == "device_forked"


@pytest.mark.parametrize("bent", ["nonsense", "", "AAAA"])
async def test_a_cursor_that_cannot_be_honoured_resets_and_loads_everything_again(family: Family, bent: str) -> None:
    before = await family.ana.sync()
    family.ana.cursor = bent
    after = await family.ana.sync()
    assert after["reset"] == "seal"
    assert {load["scope"] for load in after["load"]} == {load["scope"] for load in before["load"]}


async def test_a_cursor_of_another_phone_cannot_be_used(family: Family) -> None:
    await family.ana.sync()
    await family.bo.sync()
    family.bo.cursor = family.ana.cursor
    assert (await family.bo.sync())["reset"] == "seal"


async def test_the_device_row_tells_when_what_left_was_confirmed(family: Family) -> None:
    await family.wendy.sync()
    await family.wendy.sync()
    async with connection() as held:
        await held.execute("UPDATE assignment SET to_on = current_date")
    gone = await family.wendy.sync()
    assert str(family.case) not in str(gone["manifest"])
    await family.wendy.sync()
    confirmed = await scalar("SELECT manifest_digest FROM sync_device WHERE id = $1", family.wendy.device)
    assert confirmed == gone["manifest"]["digest"]


async def test_a_message_that_breaks_us_stops_nothing_but_itself_and_the_pull_goes_on(
    family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.messages.actions.new_receipt", lambda: 1 / 0)
    answer = await family.ana.sync(family.ana.says(family.case, family.ana_part, "boom"))
    assert answer["last_n"] == 0
    assert "done" not in answer
    assert answer["load"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"rid": 1}', b'{"rid":"r"}'])
async def test_what_is_no_sync_request_gets_a_sentence(family: Family, body: bytes) -> None:
    response = await family.ana.client.post("/v1/sync", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 400
    assert response.json()["status"] == 400
