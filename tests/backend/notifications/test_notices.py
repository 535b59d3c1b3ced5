"""From an event in the database to a push service, and who hears of it."""

import asyncio
import json
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from backend.db import DB, connection
from backend.journal import Entry, record
from backend.notifications import actions, deliveries, engine, jobs
from backend.notifications.wire import Language
from backend.settings import SETTINGS
from push.payload import TEXT_BYTES
from tests.backend.notifications.conftest import Family, Person, PushService, make_person, make_phone
from tests.make import make_case, make_participant


async def happens(*entries: Entry) -> None:
    async with DB.transaction():
        await record(entries)


async def rows(sql: str, *arguments: object) -> list[dict[str, Any]]:
    async with connection() as held:
        return [dict(row) for row in await held.fetch(sql, *arguments)]


async def notice_states() -> list[str]:
    return [row["state"] for row in await rows("SELECT state FROM notice ORDER BY created_at, id")]


async def due_now() -> None:
    """Lets the waiting time pass, also that of the service."""
    async with connection() as held:
        await held.execute("UPDATE notice SET not_before = now() WHERE state = 'queued'")
        await held.execute("UPDATE push_delivery SET next_at = now() WHERE state = 'queued'")
        await held.execute("DELETE FROM push_service")


def paid(family: Family, subject: UUID | None = None) -> Entry:
    return Entry("payment.posted", case_id=family.case, subject_id=subject or uuid4())


def who_heard(service: PushService, family: Family) -> set[str]:
    people = {name: value for name, value in family._asdict().items() if isinstance(value, Person)}
    return {name for name, person in people.items() if service.to(person.phone)}


async def test_a_payment_reaches_both_parents_phones_with_the_generic_sentence_and_nothing_else(
    service: PushService, family: Family
) -> None:
    await happens(paid(family))
    await jobs.deliver({})
    assert who_heard(service, family) == {"receiving", "paying"}
    for person in (family.receiving, family.paying):
        (heard,) = service.to(person.phone)
        text = person.phone.read(heard.body)
        shown = json.loads(text)["notification"]
        assert (shown["title"], shown["body"]) == ("New update", "Open the app to see it.")
        assert len(text) == TEXT_BYTES
        assert str(family.case) not in text.decode()
    assert await notice_states() == ["sent", "sent"]


async def test_money_that_can_be_used_is_told_to_the_receiving_side_only(service: PushService, family: Family) -> None:
    await happens(Entry("disbursement.available", case_id=family.case, subject_id=uuid4()))
    await jobs.deliver({})
    assert who_heard(service, family) == {"receiving"}


@pytest.mark.parametrize("verb", ["hearing.set", "hearing.moved", "hearing.cancelled"])
async def test_a_court_date_is_told_to_both_parents_with_high_urgency(service: PushService, family: Family, verb: str) -> None:
    await happens(Entry(verb, case_id=family.case, subject_id=uuid4()))
    await jobs.deliver({})
    assert who_heard(service, family) == {"receiving", "paying"}
    assert {heard.urgency for heard in service.heard} == {"high"}


async def test_a_partys_message_is_told_to_who_works_the_case_now(service: PushService, family: Family) -> None:
    detail = {"thread": str(family.receiving_thread), "from_party": True}
    actor_id = family.receiving.actor.account_id
    await happens(Entry("message.sent", actor_id, family.case, uuid4(), detail=detail))
    await jobs.deliver({})
    assert who_heard(service, family) == {"worker"}


async def test_the_teams_message_is_told_to_that_party_alone(service: PushService, family: Family) -> None:
    detail = {"thread": str(family.paying_thread), "from_party": False}
    actor_id = family.worker.actor.account_id
    await happens(Entry("message.sent", actor_id, family.case, uuid4(), detail=detail))
    await jobs.deliver({})
    assert who_heard(service, family) == {"paying"}


async def test_every_event_looks_the_same_on_the_wire_but_for_random_names(service: PushService, family: Family) -> None:
    for entry in (paid(family), Entry("hearing.moved", case_id=family.case, subject_id=uuid4())):
        await happens(entry)
        await jobs.deliver({})
    texts = [json.loads(family.paying.phone.read(heard.body)) for heard in service.to(family.paying.phone)]
    for text in texts:
        text["notification"].pop("navigate")
        text["notification"].pop("tag")
        text.pop("app_badge")  # how many the person has not seen yet
    assert texts[0] == texts[1]
    assert len({len(heard.body) for heard in service.heard}) == 1


async def test_the_phone_is_told_in_its_own_language(service: PushService, family: Family) -> None:
    phone = await make_phone(family.receiving.actor, language=Language.ES)
    await happens(paid(family))
    await jobs.deliver({})
    assert "Abra la aplicación" in phone.read(service.to(phone)[0].body).decode()


async def test_a_change_that_is_rolled_back_tells_nobody(service: PushService, family: Family) -> None:
    with pytest.raises(LookupError):
        async with DB.transaction():
            await record([paid(family)])
            assert len(await notice_states()) == 2
            raise LookupError
    await jobs.deliver({})
    assert (service.heard, await notice_states()) == ([], [])


async def test_a_quiet_load_tells_nobody(service: PushService, family: Family) -> None:
    async with DB.transaction():
        await record([paid(family)], quiet=True)
    assert await notice_states() == []


async def test_a_nights_batch_is_one_notification_for_each_person(service: PushService, family: Family) -> None:
    batch = uuid4()
    async with DB.transaction():
        for verb in ("payment.posted", "payment.posted", "disbursement.available", "hearing.moved"):
            await record([Entry(verb, case_id=family.case, subject_id=uuid4(), batch_id=batch)])
    await due_now()
    await jobs.deliver({})
    assert [len(service.to(person.phone)) for person in (family.receiving, family.paying)] == [1, 1]
    told = await rows("SELECT account_id, count(*) AS n, count(DISTINCT lead_id) AS leads FROM notice WHERE told_at IS NOT NULL GROUP BY 1")
    assert sorted((row["n"], row["leads"]) for row in told) == [(3, 1), (4, 1)]
    assert set(await notice_states()) == {"sent"}


async def test_a_load_that_is_planned_in_parts_tells_everybody_of_everything_once_and_each_person_at_one_moment(
    family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "CHUNK", 3)
    cases, batch = [family.case, await make_case()], uuid4()
    await make_person(person_id="dora")
    await make_participant(cases[1], "CP", person_id="dora")
    paid = [Entry("payment.posted", case_id=cases[number % 2], subject_id=uuid4(), batch_id=batch) for number in range(20)]
    await happens(*paid)
    told = await rows("SELECT count(*) AS n, count(DISTINCT subject_id) AS payments, count(DISTINCT not_before) AS moments "
                      "FROM notice GROUP BY account_id")  # fmt: skip
    assert told == [{"n": 10, "payments": 10, "moments": 1}] * 3
    assert {row["subject_id"] for row in await rows("SELECT subject_id FROM notice")} == {entry.subject_id for entry in paid}


async def test_two_workers_deliver_each_notice_once(service: PushService, family: Family) -> None:
    cases = []
    for number in range(60):
        cases.append(await make_case())
        await make_person(person_id=f"extra{number}")
        await make_participant(cases[-1], "CP", person_id=f"extra{number}")
    await happens(*(Entry("payment.posted", case_id=case, subject_id=uuid4()) for case in cases))
    await asyncio.gather(*(jobs.deliver({}) for _ in range(3)))
    assert len(service.heard) == 60
    assert len(service.heard) == len({heard.path for heard in service.heard})
    assert set(await notice_states()) == {"sent"}


async def test_a_worker_that_dies_after_the_service_said_yes_sends_again_under_the_same_topic_and_tag(
    service: PushService, family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def die(*_: object) -> None:
        raise ConnectionResetError

    await happens(paid(family))
    with monkeypatch.context() as patched:
        patched.setattr(deliveries, "record", die)
        with pytest.raises(ConnectionResetError):
            await jobs.deliver({})
    await jobs.deliver({})
    assert len(service.to(family.paying.phone)) == 1  # the lease of the dead one still runs
    await due_now()
    await jobs.deliver({})
    first, second = service.to(family.paying.phone)
    assert first.topic == second.topic
    tags = {json.loads(family.paying.phone.read(each.body))["notification"]["tag"] for each in (first, second)}
    assert len(tags) == 1
    assert set(await notice_states()) == {"sent"}


async def test_a_subscription_that_the_service_calls_gone_is_forgotten(service: PushService, family: Family) -> None:
    async with connection() as held:
        await held.execute("UPDATE push_subscription SET created_at = now() - interval '1 day'")
    service.answers["*"] = (410, {})
    await happens(Entry("disbursement.available", case_id=family.case, subject_id=uuid4()))
    await jobs.deliver({})
    account = family.receiving.actor.account_id
    (row,) = await rows("SELECT * FROM push_subscription WHERE account_id = $1", account)
    assert (row["state"], row["endpoint"], row["p256dh"], row["auth"]) == ("gone", b"", "", "")
    assert await notice_states() == ["suppressed"]
    service.answers.clear()
    await happens(paid(family))
    await jobs.deliver({})
    assert len(service.to(family.receiving.phone)) == 1
    assert await actions.device_state(family.receiving.actor, family.receiving.device) == "gone"


async def test_a_subscription_seconds_old_is_tried_again_before_it_is_given_up(service: PushService, family: Family) -> None:
    service.answers["*"] = (410, {})
    await happens(Entry("disbursement.available", case_id=family.case, subject_id=uuid4()))
    for _ in range(2):
        await jobs.deliver({})
        assert await notice_states() == ["sending"]
        await due_now()
    service.answers.clear()
    await jobs.deliver({})
    assert await notice_states() == ["sent"]


@pytest.mark.parametrize("status", [400, 401, 403, 413, 500])
async def test_no_other_refusal_costs_a_subscription_its_life(service: PushService, family: Family, status: int) -> None:
    service.answers["*"] = (status, {})
    await happens(paid(family))
    await jobs.deliver({})
    states = await rows("SELECT DISTINCT state FROM push_subscription")
    assert states == [{"state": "active"}]


async def test_five_refusals_over_three_days_without_a_success_end_the_tries(service: PushService, family: Family) -> None:
    service.answers["*"] = (400, {})
    for _ in range(5):
        async with connection() as held:
            await held.execute("UPDATE push_subscription SET first_fail_at = first_fail_at - interval '1 day'")
        await happens(Entry("disbursement.available", case_id=family.case, subject_id=uuid4()))
        await jobs.deliver({})
    account = family.receiving.actor.account_id
    (row,) = await rows("SELECT state, fails FROM push_subscription WHERE account_id = $1", account)
    assert row == {"state": "disabled", "fails": 5}
    await happens(Entry("disbursement.available", case_id=family.case, subject_id=uuid4()))
    await jobs.deliver({})
    assert len(service.heard) == 5


async def test_too_fast_waits_as_long_as_the_service_asks(service: PushService, family: Family) -> None:
    service.answers["*"] = (429, {"Retry-After": "600"})
    await happens(Entry("disbursement.available", case_id=family.case, subject_id=uuid4()))
    await jobs.deliver({})
    wait = "extract(epoch FROM next_at - now())::int AS wait"
    (tried,) = await rows(f"SELECT state, answer, attempts, {wait} FROM push_delivery")
    assert 500 < tried.pop("wait") <= 600
    assert tried == {"state": "queued", "answer": 429, "attempts": 0}
    await happens(paid(family))
    await jobs.deliver({})
    assert len(service.heard) == 1  # everything for that service waits, in every process
    await due_now()
    await engine.close()  # as long as it lives, the process that was told remembers the wait by itself
    service.answers.clear()
    await jobs.deliver({})
    assert set(await notice_states()) == {"sent"}


async def test_news_is_not_told_when_it_is_old(service: PushService, family: Family) -> None:
    await happens(paid(family))
    async with connection() as held:
        await held.execute("UPDATE notice SET expires_at = now()")
    await jobs.deliver({})
    assert (service.heard, set(await notice_states())) == ([], {"expired"})


async def test_a_hearing_that_was_moved_again_before_we_told_is_told_once(service: PushService, family: Family) -> None:
    hearing = uuid4()
    await happens(Entry("hearing.set", case_id=family.case, subject_id=hearing))
    await happens(Entry("hearing.moved", case_id=family.case, subject_id=hearing))
    await happens(Entry("hearing.cancelled", case_id=family.case, subject_id=hearing))
    await jobs.deliver({})
    assert len(service.to(family.paying.phone)) == 1
    assert sorted(await notice_states()) == ["sent"] * 2 + ["suppressed"] * 4


async def test_who_no_longer_holds_the_case_is_not_told(service: PushService, family: Family) -> None:
    await happens(paid(family))
    async with connection() as held:
        await held.execute("UPDATE participant SET to_on = current_date WHERE id = $1", family.paying_thread)
    await jobs.deliver({})
    assert who_heard(service, family) == {"receiving"}


async def test_every_phone_of_a_person_is_told_and_each_under_a_topic_of_its_own(service: PushService, family: Family) -> None:
    second = await make_phone(family.receiving.actor)
    await happens(paid(family))
    await jobs.deliver({})
    topics = {service.to(family.receiving.phone)[0].topic, service.to(second)[0].topic}
    assert len(topics) == 2


async def test_when_one_phone_is_throttled_the_other_is_told_now_and_not_again_later(service: PushService, family: Family) -> None:
    second = await make_phone(family.receiving.actor)
    path = family.receiving.phone.subscription.endpoint.partition("googleapis.com")[2]
    service.answers[path] = (500, {})
    await happens(Entry("disbursement.available", case_id=family.case, subject_id=uuid4()))
    await jobs.deliver({})
    assert await notice_states() == ["sending"]
    service.answers.clear()
    await due_now()
    await jobs.deliver({})
    assert (len(service.to(second)), len(service.to(family.receiving.phone))) == (1, 2)
    assert await notice_states() == ["sent"]


async def test_nothing_is_sent_while_a_transaction_is_open(service: PushService, family: Family) -> None:
    service.hold = asyncio.Event()
    await happens(paid(family))
    running = asyncio.ensure_future(jobs.deliver({}))
    await service.called.wait()
    busy = await rows("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'")
    service.hold.set()
    await running
    assert busy == []


async def test_a_process_with_another_secret_blames_nobody(service: PushService, family: Family, monkeypatch: pytest.MonkeyPatch) -> None:
    await happens(paid(family))
    monkeypatch.setattr(engine, "SETTINGS", msgspec.structs.replace(SETTINGS, secret="x" * 44))
    await engine.close()
    with pytest.raises(Exception, match="another secret"):
        await jobs.deliver({})
    assert await rows("SELECT DISTINCT state FROM push_subscription") == [{"state": "active"}]
    monkeypatch.undo()
    await engine.close()
    await due_now()
    await jobs.deliver({})
    assert who_heard(service, family) == {"receiving", "paying"}


async def test_a_delivery_knows_when_it_was_first_and_last_tried(service: PushService, family: Family) -> None:
    await happens(Entry("disbursement.available", case_id=family.case, subject_id=uuid4()))
    await jobs.deliver({})
    (row,) = await rows("SELECT first_at, last_at, answer, attempts FROM push_delivery")
    assert isinstance(row["first_at"], datetime)
    assert (row["answer"], row["attempts"]) == (201, 1)


async def test_what_ended_long_ago_is_deleted_and_what_lives_stays(service: PushService, family: Family) -> None:
    await happens(paid(family))
    await jobs.deliver({})
    await actions.unsubscribe(family.paying.actor, family.paying.phone.subscription.endpoint)
    async with connection() as held:
        await held.execute("UPDATE push_delivery SET last_at = now() - interval '1 year'")
        await held.execute("UPDATE notice SET ended_at = now() - interval '2 years'")
        await held.execute("UPDATE push_subscription SET created_at = now() - interval '1 year', last_ok_at = NULL")
    await jobs.tidy({})
    assert await notice_states() == []
    accounts = {row["account_id"] for row in await rows("SELECT account_id FROM push_subscription")}
    assert family.receiving.actor.account_id in accounts
    assert family.paying.actor.account_id not in accounts
