"""Reminders follow their dates; what waits too long climbs; what was expected and did not come is told once."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from backend.access import Role
from backend.db import connection
from backend.journal import Entry
from backend.notifications import jobs
from backend.payments.missed import notice_gaps
from tests.backend.notifications.conftest import Family, Person, PushService, make_person
from tests.backend.notifications.test_notices import happens, notice_states, rows, who_heard
from tests.make import insert, make_assignment, make_hearing, make_payment

SOON = (datetime.now(UTC) + timedelta(days=10)).replace(tzinfo=None, hour=15, minute=0, second=0, microsecond=0)


async def run(sql: str, *arguments: object) -> None:
    async with connection() as held:
        await held.execute(sql, *arguments)


async def hearing_of(family: Family, starts: datetime = SOON) -> UUID:
    hearing = await make_hearing(family.case, starts_local=starts, time_zone="UTC")
    await happens(Entry("hearing.set", case_id=family.case, subject_id=hearing))
    return hearing


async def reminders() -> list[dict[str, object]]:
    return await rows("SELECT account_id, state, not_before, speaks_of FROM notice WHERE speaks_of IS NOT NULL ORDER BY not_before")


async def fall_due() -> None:
    """The next reminder of each person is due, as if its day had come."""
    await run("""UPDATE notice n SET not_before = now() WHERE n.id IN (SELECT DISTINCT ON (account_id) id FROM notice
        WHERE state = 'queued' AND speaks_of IS NOT NULL ORDER BY account_id, not_before)""")


async def test_a_hearing_has_four_reminders_for_each_parent_and_none_for_anybody_else(family: Family) -> None:
    await hearing_of(family)
    made = await reminders()
    parents = {family.receiving.actor.account_id, family.paying.actor.account_id}
    assert {row["account_id"] for row in made} == parents
    assert len(made) == 8
    assert {row["speaks_of"] for row in made} == {SOON.replace(tzinfo=UTC)}


async def test_a_reminder_is_told_to_both_parents_when_its_day_comes(service: PushService, family: Family) -> None:
    await hearing_of(family)
    await run("DELETE FROM notice WHERE speaks_of IS NULL")
    await jobs.deliver({})
    assert service.heard == []
    await fall_due()
    await jobs.deliver({})
    assert who_heard(service, family) == {"receiving", "paying"}
    assert len([row for row in await reminders() if row["state"] == "sent"]) == 2


async def test_a_cancelled_hearing_reminds_nobody(service: PushService, family: Family) -> None:
    hearing = await hearing_of(family)
    await run("UPDATE hearing SET status = 'cancelled' WHERE id = $1", hearing)
    await happens(Entry("hearing.cancelled", case_id=family.case, subject_id=hearing))
    assert {row["state"] for row in await reminders()} == {"suppressed"}


async def test_a_hearing_that_was_cancelled_and_nobody_told_us_is_looked_at_again_just_before(service: PushService, family: Family) -> None:
    hearing = await hearing_of(family)
    await run("UPDATE hearing SET status = 'cancelled' WHERE id = $1", hearing)
    await run("DELETE FROM notice WHERE speaks_of IS NULL")
    await fall_due()
    await jobs.deliver({})
    assert service.heard == []


async def test_a_hearing_called_off_between_telling_and_sending_is_not_sent(service: PushService, family: Family) -> None:
    from backend.notifications import queue

    hearing = await hearing_of(family)
    await run("DELETE FROM notice WHERE speaks_of IS NULL")
    await fall_due()
    await queue.tell_round()
    await run("UPDATE hearing SET status = 'cancelled' WHERE id = $1", hearing)
    await jobs.deliver({})
    assert service.heard == []
    assert {row["state"] for row in await rows("SELECT state FROM push_delivery")} == {"suppressed"}


async def test_a_moved_hearing_reminds_of_its_new_date_alone(family: Family) -> None:
    hearing = await hearing_of(family)
    later = SOON + timedelta(days=30)
    await run("UPDATE hearing SET starts_local = $2, status = 'moved' WHERE id = $1", hearing, later)
    await happens(Entry("hearing.moved", case_id=family.case, subject_id=hearing))
    alive = [row for row in await reminders() if row["state"] == "queued"]
    assert len(alive) == 8
    assert {row["speaks_of"] for row in alive} == {later.replace(tzinfo=UTC)}


async def test_a_hearing_that_is_on_again_after_all_reminds_again(family: Family) -> None:
    hearing = await hearing_of(family)
    for status, verb in (("cancelled", "hearing.cancelled"), ("set", "hearing.set")):
        await run("UPDATE hearing SET status = $2 WHERE id = $1", hearing, status)
        await happens(Entry(verb, case_id=family.case, subject_id=hearing))
    assert [row["state"] for row in await reminders()] == ["queued"] * 8


async def test_a_hearing_of_a_quiet_first_load_gets_its_reminders_all_the_same_and_only_once(family: Family) -> None:
    await make_hearing(family.case, starts_local=SOON, time_zone="UTC")
    for _ in range(2):
        await jobs.remind({})
    assert len(await reminders()) == 8


async def test_three_days_without_us_lose_no_reminder(service: PushService, family: Family) -> None:
    await hearing_of(family, SOON - timedelta(days=5))  # in five days: the three-day one is the next
    await run("DELETE FROM notice WHERE speaks_of IS NULL")
    day = timedelta(days=3)
    await run("UPDATE hearing SET starts_local = starts_local - $1::interval", day)
    for column in ("not_before", "expires_at", "speaks_of"):
        await run(f"UPDATE notice SET {column} = {column} - $1::interval", day)
    await jobs.deliver({})  # we are back
    assert who_heard(service, family) == {"receiving", "paying"}
    assert len(service.heard) == 2


async def late(family: Family, days: int) -> None:
    author = family.receiving.actor.account_id
    await insert(
        "message",
        id=uuid4(), case_id=family.case, thread=family.receiving_thread, party_bit=16, from_party=True, author_id=author,
        author_name="Ana", body="When is the hearing?", receipt=f"K4T-{days}", received_at=datetime.now(UTC),
        answer_due_on=date.today() - timedelta(days=days),
    )  # fmt: skip


async def test_a_late_answer_climbs_from_the_worker_to_the_cover_to_the_supervisor(service: PushService, family: Family) -> None:
    cover = await make_person(Role.CASEWORKER, worker_login="carla")
    chief = await make_person(Role.SUPERVISOR, worker_login="sam")
    await make_assignment(family.case, "carla", part="cover")
    for login, role in (("wendy", "caseworker"), ("sam", "supervisor"), ("walt", "caseworker")):
        await insert("worker", worker_login=login, name=login, role=role, unit_code="U1", office_code="EAST")
    await late(family, 1)
    told: list[set[str]] = []
    for _ in range(3):
        service.heard.clear()
        for _ in range(2):  # a second look tells nobody twice
            await jobs.escalate({})
            await jobs.deliver({})
        everyone = {"worker": family.worker, "cover": cover, "chief": chief, "other": family.other_worker}
        told.append({name for name, person in everyone.items() if service.to(person.phone)})
        await run("UPDATE message SET answer_due_on = answer_due_on - 1")
        due = "(SELECT min(answer_due_on) FROM message)"
        await run(f"UPDATE notice SET event_key = regexp_replace(event_key, ':[0-9-]{{10}}:', ':' || {due} || ':')")
    assert told == [{"worker"}, {"cover"}, {"chief"}]
    assert not service.to(family.receiving.phone)


async def test_an_answered_message_climbs_nowhere(service: PushService, family: Family) -> None:
    await late(family, 9)
    await run("UPDATE message SET answered_at = now()")
    await jobs.escalate({})
    assert await notice_states() == []


async def order(family: Family, since: int) -> None:
    """A monthly order, and a payment so many days ago."""
    entered = {"court": "Family Court", "docket_number": "D1", "entered_on": date(2024, 1, 1), "effective_on": date(2024, 1, 1)}
    order_id = await insert("support_order", order_id="O1", case_id=family.case, **entered)
    due = {"kind": "current", "amount_cents": 41200, "frequency": "monthly", "from_on": date(2024, 1, 1), "line": 1}
    await insert("obligation", order_id=order_id, case_id=family.case, **due)
    await make_payment(family.case, paid_on=date.today() - timedelta(days=since))


async def test_a_payment_that_did_not_come_is_told_to_both_sides_and_the_worker_once(service: PushService, family: Family) -> None:
    await order(family, 39)
    assert [await notice_gaps(), await notice_gaps()] == [1, 0]
    await run("UPDATE notice SET not_before = now()")
    await jobs.deliver({})
    assert who_heard(service, family) == {"receiving", "paying", "worker"}


async def test_a_payment_that_came_in_time_or_a_gap_of_long_ago_tells_nobody(family: Family) -> None:
    await order(family, 20)
    assert await notice_gaps() == 0
    await run("UPDATE payment SET paid_on = current_date - 200")
    assert await notice_gaps() == 0


async def opened(person: Person) -> int:
    return len(await rows("SELECT 1 FROM notice WHERE account_id = $1 AND opened_at IS NOT NULL", person.actor.account_id))


async def test_only_ones_own_notices_can_be_opened_and_only_those_that_were_told(service: PushService, family: Family) -> None:
    from backend.notifications import actions
    from backend.notifications.wire import OpenNotices

    await happens(Entry("payment.posted", case_id=family.case, subject_id=uuid4()))
    ids = [row["id"] for row in await rows("SELECT id FROM notice")]
    await actions.open_notices(family.paying.actor, OpenNotices(notices=ids))
    assert await opened(family.paying) == 0
    await jobs.deliver({})
    await actions.open_notices(family.paying.actor, OpenNotices(notices=ids))
    assert (await opened(family.paying), await opened(family.receiving)) == (1, 0)
    assert await rows("SELECT told, delivered, opened FROM notice_tally") == [{"told": 2, "delivered": 2, "opened": 1}]
