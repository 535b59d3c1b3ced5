"""What becomes of an appointment, who holds it, and that nobody is in two places."""

import asyncio
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from backend.db import DB, connection
from sync.wire import Done
from tests.make import insert, make_account, make_assignment, make_case, make_hours, make_participant
from tests.sync.world import Family, Phone, make_family, make_phone

pytestmark = pytest.mark.usefixtures("db")

OWN, STAFFS = 131, 132
BASE = datetime.combine(datetime.now(ZoneInfo("America/New_York")) + timedelta(days=10), time(9, 0))


def at(half_hours: int) -> str:
    return (BASE + timedelta(minutes=30 * half_hours)).strftime("%Y-%m-%dT%H:%M")


async def make_booked() -> Family:
    """A family whose agency sees people by phone from nine to twelve, every day."""
    family = await make_family()
    async with connection() as held:
        await make_hours(await held.fetchval("SELECT id FROM agency"))
    await insert("worker", worker_login="wendy", name="Wendy Park", role="caseworker", office_code="EAST")
    return family


async def ask(phone: Phone, case: UUID, part: UUID, starts: str, **given: Any) -> tuple[UUID, Done]:
    made = uuid4()
    usual = {"id": made, "thread": part, "starts_local": starts, "channel": "phone", "topic": "payments", "note": "secret-7731"}
    return made, await phone.send("appointment.request", case, **usual | given)


async def asked(family: Family, half_hours: int = 0) -> UUID:
    made, done = await ask(family.receiving, family.case, family.receiving_part, at(half_hours))
    assert done.outcome == "ok", done
    return made


async def held_by(phone: Phone, kind: int) -> list[Any]:
    await phone.pull()
    await phone.pull()
    return phone.bodies(kind)


async def state(family: Family) -> tuple[str, str, str | None]:
    (body,) = await held_by(family.receiving, OWN)
    return body["state"], body["starts_local"], body["asked_local"]


async def verbs() -> list[str]:
    async with connection() as held:
        return [row["verb"] for row in await held.fetch("SELECT verb FROM journal WHERE verb LIKE 'appointment.%' ORDER BY id")]


async def test_a_request_reaches_its_parent_without_the_worker_and_the_team_with() -> None:
    family = await make_booked()
    await asked(family)
    (own,) = await held_by(family.receiving, OWN)
    (staffs,) = await held_by(family.worker, STAFFS)
    assert (own["state"], own["starts_local"], own["minutes"]) == ("requested", at(0), 30)
    assert staffs["worker_name"] == "Wendy Park"
    assert "wendy" not in str(family.receiving.rows).lower()


async def test_nothing_of_one_parents_appointment_ever_reaches_the_other() -> None:
    family = await make_booked()
    await family.paying.pull()
    made = await asked(family)
    await family.worker.send("appointment.accept", family.case, appointment=made, starts_local=at(0))
    await family.receiving.send("appointment.ask_move", family.case, appointment=made, seen_local=at(0), starts_local=at(1))
    await family.receiving.send("appointment.cancel", family.case, appointment=made, seen_local=at(1))
    assert (await family.paying.pull()).snapshot is None
    assert "secret-7731" not in str(family.paying.rows)


async def test_the_other_parent_cannot_act_on_it_and_it_looks_as_if_it_were_not_there() -> None:
    family = await make_booked()
    made = await asked(family)
    for target in (made, uuid4()):
        done = await family.paying.send("appointment.cancel", family.case, appointment=target, seen_local=at(0))
        assert (done.outcome, done.code, done.say) == ("refused", "forbidden", None)
    _, done = await ask(family.paying, family.case, family.receiving_part, at(1))
    assert (done.outcome, done.code) == ("refused", "forbidden")


async def test_the_team_accepts_and_accepting_again_changes_nothing() -> None:
    family = await make_booked()
    made = await asked(family)
    for _ in range(2):
        done = await family.worker.send("appointment.accept", family.case, appointment=made, starts_local=at(0))
        assert done.outcome == "ok"
    assert await state(family) == ("confirmed", at(0), None)
    assert await verbs() == ["appointment.requested", "appointment.confirmed"]


async def test_a_parent_accepts_the_other_time_that_the_team_asks_for() -> None:
    family = await make_booked()
    made = await asked(family)
    await family.worker.send("appointment.ask_move", family.case, appointment=made, seen_local=at(0), starts_local=at(2))
    assert await state(family) == ("move_asked", at(0), at(2))
    done = await family.receiving.send("appointment.accept", family.case, appointment=made, starts_local=at(2))
    assert done.outcome == "ok"
    assert await state(family) == ("confirmed", at(2), None)
    other, part, stranger = await make_stranger()
    _, again = await ask(stranger, other, part, at(0))
    assert again.outcome == "ok"  # the first time is free again


async def test_a_parent_who_asks_for_another_time_before_an_answer_has_simply_asked_for_that_one() -> None:
    family = await make_booked()
    made = await asked(family)
    await family.receiving.send("appointment.ask_move", family.case, appointment=made, seen_local=at(0), starts_local=at(3))
    assert await state(family) == ("requested", at(3), None)


async def test_what_was_moved_or_called_off_meanwhile_is_refused_with_how_it_stands_now() -> None:
    family = await make_booked()
    made = await asked(family)
    await family.receiving.send("appointment.cancel", family.case, appointment=made, seen_local=at(0))
    done = await family.worker.send("appointment.accept", family.case, appointment=made, starts_local=at(0))
    assert (done.outcome, done.code) == ("refused", "appointment_changed")
    assert done.say is not None
    assert done.say.args["state"] == "cancelled"
    again = await family.receiving.send("appointment.cancel", family.case, appointment=made, seen_local=at(0))
    assert again.outcome == "ok"


async def make_stranger(worker: str = "wendy") -> tuple[UUID, UUID, Phone]:
    """A parent of another case of this worker: the case, the part, the phone."""
    other = await make_case()
    part = await make_participant(other, person_id="OTHER")
    await make_assignment(other, worker)
    return other, part, await make_phone(await make_account(person_id="OTHER"))


async def test_a_time_that_is_taken_is_refused_with_three_that_are_free() -> None:
    family = await make_booked()
    await asked(family)
    other, part, stranger = await make_stranger()
    made, done = await ask(stranger, other, part, at(0))
    assert (done.outcome, done.code) == ("refused", "slot_taken")
    assert done.say is not None
    assert done.say.args == {"appointment": str(made), "wanted": at(0), "free": [at(1), at(2), at(3)]}
    assert await held_by(stranger, OWN) == []


async def test_whatever_the_other_parent_booked_a_parent_is_answered_as_if_they_had_not() -> None:
    answers = []
    for booked in (False, True):
        async with DB.transaction() as world:
            family = await make_booked()
            other, part, stranger = await make_stranger()
            await ask(stranger, other, part, at(4))
            if booked:
                first = await asked(family, 0)
                await asked(family, 1)
                await family.worker.send("appointment.accept", family.case, appointment=first, starts_local=at(0))
            said = []
            for half_hours in (4, 0, 1, 1):
                made, done = await ask(family.paying, family.case, family.paying_part, at(half_hours))
                args = {**done.say.args, "appointment": ""} if done.say else None
                said.append((done.outcome, done.code, args))
            done = await family.paying.send("appointment.cancel", family.case, appointment=made, seen_local=at(1))
            said.append((done.outcome, done.code, None))
            answers.append(said)
            await world.rollback()  # type: ignore[no-untyped-call]
    assert answers[0] == answers[1]
    assert [code for _, code, _ in answers[0]] == ["slot_taken", None, None, "slot_taken", "forbidden"]


async def test_the_team_alone_is_told_that_both_parents_would_have_one_hour() -> None:
    family = await make_booked()
    hers = await asked(family)
    his, done = await ask(family.paying, family.case, family.paying_part, at(0))
    assert done.outcome == "ok"
    accept = {"starts_local": at(0)}
    assert (await family.worker.send("appointment.accept", family.case, appointment=hers, **accept)).outcome == "ok"
    done = await family.worker.send("appointment.accept", family.case, appointment=his, **accept)
    assert (done.outcome, done.code) == ("refused", "appointment_together")
    done = await family.worker.send("appointment.ask_move", family.case, appointment=his, seen_local=at(0), starts_local=at(1))
    assert done.outcome == "ok"
    third = await family.worker.send("appointment.ask_move", family.case, appointment=his, seen_local=at(1), starts_local=at(0))
    assert third.code == "appointment_together"


async def test_an_hour_is_free_for_others_only_when_both_parents_have_let_it_go() -> None:
    family = await make_booked()
    hers = await asked(family)
    his, _ = await ask(family.paying, family.case, family.paying_part, at(0))
    other, part, stranger = await make_stranger()
    await family.receiving.send("appointment.cancel", family.case, appointment=hers, seen_local=at(0))
    assert (await ask(stranger, other, part, at(0)))[1].code == "slot_taken"
    await family.paying.send("appointment.cancel", family.case, appointment=his, seen_local=at(0))
    assert (await ask(stranger, other, part, at(0)))[1].outcome == "ok"


async def let_pass(appointment: UUID) -> str:
    """The appointment was yesterday; answers its time."""
    async with connection() as held:
        sql = "UPDATE appointment SET starts_local = $2 WHERE id = $1 RETURNING starts_local"
        was: datetime = await held.fetchval(sql, appointment, BASE - timedelta(days=20))
    return was.strftime("%Y-%m-%dT%H:%M")


async def test_once_its_time_has_passed_the_team_says_whether_it_was_held_and_can_put_a_slip_right() -> None:
    family = await make_booked()
    made = await asked(family)
    await family.worker.send("appointment.accept", family.case, appointment=made, starts_local=at(0))
    outcome = {"appointment": made, "seen_local": at(0), "outcome": "missed"}
    early = await family.worker.send("appointment.outcome", family.case, **outcome)
    assert (early.outcome, early.code) == ("refused", "appointment_early")
    outcome["seen_local"] = was = await let_pass(made)
    for what in ("missed", "missed", "held"):
        done = await family.worker.send("appointment.outcome", family.case, **outcome | {"outcome": what})
        assert done.outcome == "ok", done
        assert await state(family) == (what, was, None)
    assert await verbs() == ["appointment.requested", "appointment.confirmed", "appointment.missed", "appointment.held"]
    async with connection() as held:
        assert await held.fetchval("SELECT count(*) FROM appointment_hour") == 0


async def test_nobody_but_the_team_says_how_it_went_and_nothing_that_was_not_agreed_took_place() -> None:
    family = await make_booked()
    made = await asked(family)
    was = await let_pass(made)
    outcome = {"appointment": made, "seen_local": was, "outcome": "held"}
    assert (await family.receiving.send("appointment.outcome", family.case, **outcome)).code == "forbidden"
    assert (await family.worker.send("appointment.outcome", family.case, **outcome)).code == "appointment_changed"


async def test_a_missed_appointment_is_told_to_its_parent_alone() -> None:
    from backend.journal import listen
    from backend.notifications.actions import make_notices

    listen(make_notices)
    family = await make_booked()
    made = await asked(family)
    await family.worker.send("appointment.accept", family.case, appointment=made, starts_local=at(0))
    was = await let_pass(made)
    async with connection() as held:
        await held.execute("DELETE FROM notice")
    await family.worker.send("appointment.outcome", family.case, appointment=made, seen_local=was, outcome="missed")
    async with connection() as held:
        rows = await held.fetch("SELECT account_id, kind FROM notice")
    assert [(row["account_id"], row["kind"]) for row in rows] == [(family.receiving.account, "appointment")]


async def test_two_who_ask_for_one_time_at_the_same_moment_do_not_both_get_it() -> None:
    family = await make_booked()
    other, part, stranger = await make_stranger()
    answers = await asyncio.gather(ask(family.receiving, family.case, family.receiving_part, at(0)), ask(stranger, other, part, at(0)))
    assert sorted(done.outcome for _, done in answers) == ["ok", "refused"]
    async with connection() as held:
        assert await held.fetchval("SELECT count(*) FROM appointment_slot") == 2  # two quarter hours


async def test_the_same_time_with_another_worker_is_free() -> None:
    family = await make_booked()
    await asked(family)
    other, part, stranger = await make_stranger("omar")
    _, done = await ask(stranger, other, part, at(0))
    assert done.outcome == "ok"


async def test_a_time_that_is_not_offered_or_is_over_is_refused_with_free_ones() -> None:
    family = await make_booked()
    for starts in (at(0)[:-2] + "10", "2020-01-06T09:00"):
        _, done = await ask(family.receiving, family.case, family.receiving_part, starts)
        assert done.code == "slot_taken"
        assert done.say is not None
        assert len(done.say.args["free"]) == 3
    _, unread = await ask(family.receiving, family.case, family.receiving_part, "2026-13-99T09:00")
    assert unread.code == "invalid"


async def test_nobody_takes_all_of_a_workers_hours() -> None:
    family = await make_booked()
    for half_hours in range(3):
        await asked(family, half_hours)
    _, done = await ask(family.receiving, family.case, family.receiving_part, at(4))
    assert done.code == "too_many_appointments"


async def test_a_case_that_nobody_works_is_told_to_call() -> None:
    family = await make_booked()
    async with connection() as held:
        await held.execute("UPDATE assignment SET to_on = current_date WHERE case_id = $1", family.case)
    _, done = await ask(family.receiving, family.case, family.receiving_part, at(0))
    assert (done.outcome, done.code) == ("refused", "unavailable")


async def test_a_worker_books_nobody_in_a_parents_name() -> None:
    family = await make_booked()
    _, done = await ask(family.worker, family.case, family.receiving_part, at(0))
    assert (done.outcome, done.code) == ("refused", "forbidden")


async def test_everybody_holds_the_hours_of_the_agency_and_nobody_those_of_a_worker() -> None:
    family = await make_booked()
    for phone in (family.receiving, family.paying, family.worker):
        assert len(await held_by(phone, 130)) == 7


async def test_the_case_team_is_told_of_a_request_and_its_parent_alone_of_the_answer() -> None:
    from backend.journal import listen
    from backend.notifications.actions import make_notices

    listen(make_notices)
    family = await make_booked()
    made = await asked(family)
    async with connection() as held:
        told = [row["account_id"] for row in await held.fetch("SELECT account_id FROM notice")]
        assert told == [family.worker.account]
        await held.execute("DELETE FROM notice")
    await family.worker.send("appointment.accept", family.case, appointment=made, starts_local=at(0))
    async with connection() as held:
        rows = await held.fetch("SELECT account_id, kind FROM notice")
    assert {row["account_id"] for row in rows} == {family.receiving.account}
    assert [row["kind"] for row in rows if row["kind"] != "reminder"] == ["appointment"]
