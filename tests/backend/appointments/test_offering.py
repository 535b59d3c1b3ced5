"""A time that the case team offers a party: kept until there is an answer, and nothing that the other one could notice."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from backend.db import DB, connection
from backend.journal import listen
from backend.notifications.actions import make_notices
from sync.wire import Done
from tests.backend.appointments.test_appointments import OWN, STAFFS, ask, at, held_by, make_booked, make_stranger, state, verbs
from tests.make import insert, make_account, make_assignment
from tests.sync.world import Family, Phone, make_phone

pytestmark = pytest.mark.usefixtures("db")


async def offer(family: Family, half_hours: int = 0, by: Phone | None = None, **given: Any) -> tuple[UUID, Done]:
    made = uuid4()
    usual = {"id": made, "thread": family.receiving_part, "starts_local": at(half_hours), "channel": "phone", "topic": "documents"}
    sent = {**usual, "note": "secret-3390", **given}
    return made, await (by or family.worker).send("appointment.offer", family.case, **sent)


async def offered(family: Family, half_hours: int = 0, **given: Any) -> UUID:
    made, done = await offer(family, half_hours, **given)
    assert done.outcome == "ok", done
    return made


async def slots() -> int:
    async with connection() as held:
        return int(await held.fetchval("SELECT count(*) FROM appointment_slot"))


async def test_an_offer_reaches_its_parent_and_stands_once_the_parent_agrees() -> None:
    family = await make_booked()
    made = await offered(family)
    (own,) = await held_by(family.receiving, OWN)
    assert (own["state"], own["starts_local"], own["note"]) == ("offered", at(0), "secret-3390")
    assert "worker_name" not in own
    (staffs,) = await held_by(family.worker, STAFFS)
    assert staffs["worker_name"] == "Wendy Park"
    for _ in range(2):
        assert (await family.receiving.send("appointment.accept", family.case, appointment=made, starts_local=at(0))).outcome == "ok"
    assert await state(family) == ("confirmed", at(0), None)
    assert await verbs() == ["appointment.offered", "appointment.confirmed"]


async def test_the_team_does_not_agree_to_its_own_offer() -> None:
    family = await make_booked()
    made = await offered(family)
    done = await family.worker.send("appointment.accept", family.case, appointment=made, starts_local=at(0))
    assert (done.outcome, done.code) == ("refused", "appointment_changed")


async def test_a_parent_asks_for_another_time_and_the_team_agrees() -> None:
    family = await make_booked()
    made = await offered(family)
    await family.receiving.send("appointment.ask_move", family.case, appointment=made, seen_local=at(0), starts_local=at(3))
    assert await state(family) == ("move_asked", at(0), at(3))
    assert (await family.worker.send("appointment.accept", family.case, appointment=made, starts_local=at(3))).outcome == "ok"
    assert await state(family) == ("confirmed", at(3), None)


async def test_an_offer_that_nobody_answered_simply_moves_when_the_team_names_another_time() -> None:
    family = await make_booked()
    made = await offered(family)
    await family.worker.send("appointment.ask_move", family.case, appointment=made, seen_local=at(0), starts_local=at(2))
    assert await state(family) == ("offered", at(2), None)
    assert await slots() == 2


async def test_either_end_calls_an_offer_off_and_its_time_is_free_again() -> None:
    family = await make_booked()
    for phone in (family.receiving, family.worker):
        made = await offered(family)
        assert (await phone.send("appointment.cancel", family.case, appointment=made, seen_local=at(0))).outcome == "ok"
        assert await slots() == 0


async def test_an_offered_time_that_somebody_of_another_case_took_is_refused_with_three_that_are_free() -> None:
    family = await make_booked()
    other, part, stranger = await make_stranger()
    await ask(stranger, other, part, at(0))
    made, done = await offer(family)
    assert (done.outcome, done.code) == ("refused", "slot_taken")
    assert done.say is not None
    assert done.say.args == {"appointment": str(made), "wanted": at(0), "free": [at(1), at(2), at(3)]}
    assert await held_by(family.receiving, OWN) == []


async def test_an_offered_time_is_kept_for_its_parent() -> None:
    family = await make_booked()
    await offered(family)
    other, part, stranger = await make_stranger()
    assert (await ask(stranger, other, part, at(0)))[1].code == "slot_taken"


async def test_whatever_the_other_parent_was_offered_a_parent_is_answered_as_if_they_had_not() -> None:
    answers = []
    for booked in (False, True):
        async with DB.transaction() as world:
            family = await make_booked()
            if booked:
                await offered(family, 0)
                await offered(family, 1)
            asked = [(await ask(family.paying, family.case, family.paying_part, at(n)))[1] for n in (0, 1, 1)]
            answers.append([(done.outcome, done.code, done.say and done.say.args["free"]) for done in asked])
            await world.rollback()  # type: ignore[no-untyped-call]
    assert answers[0] == answers[1]
    assert [code for _, code, _ in answers[0]] == [None, None, "slot_taken"]


async def test_the_team_alone_is_told_that_the_other_parent_has_the_hour() -> None:
    family = await make_booked()
    await offered(family)
    _, done = await offer(family, thread=family.paying_part)
    assert (done.outcome, done.code) == ("refused", "appointment_together")
    assert await held_by(family.paying, OWN) == []


async def test_nothing_of_an_offer_ever_reaches_the_other_parent_and_they_cannot_answer_it() -> None:
    listen(make_notices)
    family = await make_booked()
    await family.paying.pull()
    made = await offered(family)
    done = await family.paying.send("appointment.accept", family.case, appointment=made, starts_local=at(0))
    assert (done.outcome, done.code) == ("refused", "forbidden")
    await family.receiving.send("appointment.accept", family.case, appointment=made, starts_local=at(0))
    assert "secret-3390" not in str((await family.paying.pull()).rows)
    async with connection() as held:
        told = {row["account_id"] for row in await held.fetch("SELECT account_id FROM notice")}
    assert told == {family.receiving.account, family.worker.account}


async def test_its_parent_alone_is_told_of_an_offer_and_the_team_of_the_answer() -> None:
    listen(make_notices)
    family = await make_booked()
    made = await offered(family)
    async with connection() as held:
        rows = await held.fetch("DELETE FROM notice RETURNING account_id, kind")
        assert [tuple(row) for row in rows] == [(family.receiving.account, "appointment")]
    await family.receiving.send("appointment.accept", family.case, appointment=made, starts_local=at(0))
    async with connection() as held:
        rows = await held.fetch("SELECT account_id, kind FROM notice WHERE kind <> 'reminder'")
    assert [tuple(row) for row in rows] == [(family.worker.account, "appointment")]


async def test_what_was_offered_takes_nothing_of_what_a_parent_may_ask_for() -> None:
    family = await make_booked()
    for half_hours in range(3):
        await offered(family, half_hours)
    _, done = await ask(family.receiving, family.case, family.receiving_part, at(4))
    assert done.outcome == "ok"


async def test_whoever_offers_is_whom_the_parent_meets() -> None:
    family = await make_booked()
    await insert("worker", worker_login="omar", name="Omar Reed", role="caseworker", office_code="EAST")
    await make_assignment(family.case, "omar", part="cover")
    omar = await make_phone(await make_account("caseworker", worker_login="omar"))
    made = await offered(family, by=omar)
    async with connection() as held:
        assert await held.fetchval("SELECT worker_name FROM appointment WHERE id = $1", made) == "Omar Reed"


async def test_a_parent_offers_nothing_and_nobody_offers_in_a_case_that_is_not_theirs() -> None:
    family = await make_booked()
    stranger = await make_phone(await make_account("caseworker", worker_login="stranger"))
    for phone in (family.receiving, stranger):
        _, done = await offer(family, by=phone)
        assert (done.outcome, done.code) == ("refused", "forbidden")
