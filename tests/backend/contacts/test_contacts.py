"""What a person says of their own contact: compared field by field, and between that person and the case team alone."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from backend.db import connection
from sync.wire import Done
from tests.sync.world import Family, Phone, make_family

pytestmark = pytest.mark.usefixtures("db")

OWN, STAFFS = 160, 161


async def change(phone: Phone, family: Family, was: str | None, now: str | None, **given: Any) -> Done:
    usual = {"id": uuid4(), "thread": family.receiving_part, "field": "phone", "was": was, "now": now}
    return await phone.send("contact.change", family.case, **usual | given)


async def held_by(phone: Phone, kind: int) -> list[Any]:
    await phone.pull()
    await phone.pull()
    return phone.bodies(kind)


async def state_says(part: UUID) -> str:
    async with connection() as held:
        return str(await held.fetchval("SELECT phone FROM participant WHERE id = $1", part))


async def test_a_new_number_reaches_the_team_and_never_the_states_row() -> None:
    family = await make_family()
    assert (await change(family.receiving, family, "555-0111", "555-0144")).outcome == "ok"
    (seen,) = await held_by(family.worker, STAFFS)
    assert (seen["was"], seen["now"], seen["state"]) == ("555-0111", "555-0144", "sent")
    assert await state_says(family.receiving_part) == "555-0111"


async def test_the_other_parent_learns_nothing_not_even_that_something_changed() -> None:
    family = await make_family()
    await family.paying.pull()
    await change(family.receiving, family, "555-0111", "555-0144")
    (seen,) = [key[3] for key in (await made(family.worker)) if key[2] == STAFFS]
    await family.worker.send("contact.take_up", family.case, change=seen)
    assert (await family.paying.pull()).snapshot is None


async def made(phone: Phone) -> list[tuple[UUID, int, int, UUID]]:
    await phone.pull()
    return list(phone.rows)


async def test_what_stood_differently_is_refused_with_both_values() -> None:
    family = await make_family()
    done = await change(family.receiving, family, "555-0000", "555-0144")
    assert (done.outcome, done.code) == ("refused", "contact_changed")
    assert done.say is not None
    assert done.say.args == {"field": "phone", "stands": "555-0111", "wanted": "555-0144"}
    assert await held_by(family.receiving, OWN) == []


async def test_what_is_so_already_is_agreed_to_whatever_was_seen_before() -> None:
    family = await make_family()
    assert (await change(family.receiving, family, "555-0000", "555-0111")).outcome == "ok"
    assert await held_by(family.receiving, OWN) == []


async def test_a_second_thought_is_compared_with_the_first_and_replaces_it() -> None:
    family = await make_family()
    await change(family.receiving, family, "555-0111", "555-0144")
    assert (await change(family.receiving, family, "555-0111", "555-0155")).code == "contact_changed"
    assert (await change(family.receiving, family, "555-0144", "555-0155")).outcome == "ok"
    assert [(row["was"], row["now"]) for row in await held_by(family.receiving, OWN)] == [("555-0111", "555-0155")]


async def test_fields_do_not_meet() -> None:
    family = await make_family()
    await change(family.receiving, family, "555-0111", None)
    assert (await change(family.receiving, family, None, "ana@example.org", field="email")).outcome == "ok"
    assert {(row["field"], row["now"]) for row in await held_by(family.receiving, OWN)} == {
        ("phone", None),
        ("email", "ana@example.org"),
    }


async def test_nobody_changes_somebody_elses_contact() -> None:
    family = await make_family()
    for phone in (family.paying, family.worker):
        done = await change(phone, family, "555-0111", "555-0144")
        assert (done.outcome, done.code, done.say) == ("refused", "forbidden", None)


async def test_what_was_taken_up_is_seen_as_such_by_its_sender_without_a_name() -> None:
    family = await make_family()
    await change(family.receiving, family, "555-0111", "555-0144")
    (seen,) = [key[3] for key in (await made(family.worker)) if key[2] == STAFFS]
    for _ in range(2):
        assert (await family.worker.send("contact.take_up", family.case, change=seen)).outcome == "ok"
    (own,) = await held_by(family.receiving, OWN)
    assert own["state"] == "taken_up"
    assert "taken_by" not in own
    assert (await family.worker.send("contact.take_up", family.case, change=uuid4())).code == "forbidden"
