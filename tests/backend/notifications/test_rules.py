"""Who is told of what, as values: no database, no clock."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID, uuid4

import msgspec
import pytest

from backend import registry
from backend.journal import Entry
from backend.notifications import rules
from backend.notifications.outcomes import Delivered, after, subscription_event
from backend.notifications.rules import Kind, Recipients, notices_for
from backend.notifications.timing import Quiet
from push.notification import Outcome, Result

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
CASE = UUID(int=1)
RECEIVING, PAYING, WORKER = UUID(int=11), UUID(int=12), UUID(int=13)
THREAD_R, THREAD_P = UUID(int=21), UUID(int=22)
RECIPIENTS = Recipients({CASE: [(RECEIVING, 1 | 2 | 16), (PAYING, 1 | 4 | 32), (WORKER, 8)]}, {THREAD_R: 16, THREAD_P: 32})
SENT = Outcome(result=Result.SENT, reason="accepted", status=201)


def entry(verb: str, **given: object) -> Entry:
    return Entry(verb, case_id=CASE, subject_id=UUID(int=99), **given)  # type: ignore[arg-type]


def told(*entries: Entry) -> set[UUID]:
    return {notice.account_id for notice in notices_for(entries, RECIPIENTS, NOW)}


def test_the_audience_bits_are_those_of_the_registry() -> None:
    assert (rules.PARENTS, rules.RECEIVING, rules.PAYING, rules.STAFF) == (
        registry.BOTH,
        registry.RECEIVING,
        registry.PAYING,
        registry.STAFF,
    )


@pytest.mark.parametrize(
    "verb, who",
    [
        ("payment.posted", {RECEIVING, PAYING}),
        ("payment.reversed", set()),
        ("disbursement.available", {RECEIVING}),
        ("disbursement.sent", {RECEIVING}),
        ("disbursement.held", {RECEIVING}),
        ("disbursement.processing", set()),
        ("payment.missed", {RECEIVING, PAYING, WORKER}),
        ("hearing.set", {RECEIVING, PAYING}),
        ("hearing.moved", {RECEIVING, PAYING}),
        ("hearing.cancelled", {RECEIVING, PAYING}),
        ("hearing.held", set()),
        ("event.added", set()),
        ("case.opened", set()),
        ("account.signed_in", set()),
    ],
)
def test_each_event_tells_those_whom_it_concerns(verb: str, who: set[UUID]) -> None:
    assert told(entry(verb)) == who


def test_papers_that_the_states_file_asks_for_concern_both_and_what_the_team_asks_for_the_one_it_asks() -> None:
    assert told(entry("document.asked", batch_id=uuid4())) == {RECEIVING, PAYING}
    assert told(entry("document.asked", detail={"thread": str(THREAD_P), "from_party": False})) == {PAYING}
    assert told(entry("document.asked")) == set()


@pytest.mark.parametrize(
    "thread, from_party, who", [(THREAD_R, True, {WORKER}), (THREAD_R, False, {RECEIVING}), (THREAD_P, False, {PAYING})]
)
def test_a_message_tells_only_the_other_end_of_its_thread(thread: UUID, from_party: bool, who: set[UUID]) -> None:
    assert told(entry("message.sent", detail={"thread": str(thread), "from_party": from_party})) == who


def test_a_message_of_an_unknown_thread_tells_nobody() -> None:
    assert told(entry("message.sent", detail={"thread": str(uuid4()), "from_party": False})) == set()
    assert told(entry("message.sent", detail={"from_party": False})) == set()


def test_nobody_is_told_of_their_own_act() -> None:
    detail = {"thread": str(THREAD_R), "from_party": True}
    assert told(entry("message.sent", actor_id=WORKER, detail=detail)) == set()


def test_an_event_of_a_case_that_nobody_holds_tells_nobody() -> None:
    assert notices_for([Entry("payment.posted", case_id=uuid4())], RECIPIENTS, NOW) == []


def test_every_change_of_a_batch_is_a_notice_of_its_own_and_due_together_for_each_person() -> None:
    batch = uuid4()
    changes = [
        Entry("payment.posted", case_id=CASE, subject_id=UUID(int=31), batch_id=batch),
        Entry("hearing.moved", case_id=CASE, subject_id=UUID(int=32), batch_id=batch),
        Entry("disbursement.available", case_id=CASE, subject_id=UUID(int=33), batch_id=batch),
    ]
    made = notices_for(changes, RECIPIENTS, NOW)
    assert [notice.kind for notice in made if notice.account_id == PAYING] == [Kind.PAYMENT, Kind.HEARING]
    assert {notice.account_id: 1 for notice in made}.keys() == {RECEIVING, PAYING}
    for account in (RECEIVING, PAYING):
        assert len({notice.not_before for notice in made if notice.account_id == account}) == 1


def test_a_nights_load_is_told_after_eight_in_the_persons_own_morning_over_three_hours() -> None:
    night = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)  # two at night in New York, one in Chicago
    zones = {RECEIVING: "America/New_York", PAYING: "America/Chicago"}
    who = Recipients(RECIPIENTS.by_case, RECIPIENTS.party_bits, zones)
    load = [Entry("payment.posted", case_id=CASE, subject_id=uuid4(), batch_id=UUID(int=7)) for _ in range(4)]
    many = load + [Entry("payment.posted", case_id=uuid4(), subject_id=uuid4(), batch_id=UUID(int=7))] * 600_000
    for notice in notices_for(many, who, night):
        opens = datetime(2026, 3, 3, 13 if notice.account_id == RECEIVING else 14, 0, tzinfo=UTC)
        assert opens <= notice.not_before <= opens + timedelta(hours=3)
        assert notice.expires_at >= notice.not_before + timedelta(hours=12)


@pytest.mark.parametrize("quiet, begins", [(None, 2), ((time(22), time(6)), 6), ((time(21), time(8)), 8)])
def test_a_nights_load_wakes_nobody_and_waits_no_longer_than_each_person_wants(quiet: Quiet, begins: int) -> None:
    night = datetime(2026, 3, 3, 2, tzinfo=UTC)
    mine = msgspec.structs.replace(RECIPIENTS, quiet=dict.fromkeys((RECEIVING, PAYING), quiet))
    load = [Entry("payment.posted", case_id=CASE, subject_id=uuid4(), batch_id=uuid4()) for _ in range(600)]
    due = {notice.not_before for notice in notices_for(load, mine, night)}
    assert due
    assert all(timedelta(0) <= at - night.replace(hour=begins) < timedelta(seconds=12) for at in due)


def test_a_court_date_of_the_next_hours_that_a_load_brings_waits_for_nothing() -> None:
    night = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
    until = (night + timedelta(hours=7)).isoformat()
    moved = Entry("hearing.moved", case_id=CASE, subject_id=uuid4(), batch_id=uuid4(), detail={"until": until})
    assert {notice.not_before for notice in notices_for([moved], RECIPIENTS, night)} == {night}


NEW_WAYS = ["passkey.added", "phone_line.opened", "recovery.asked", "recovery.completed", "account.claimed_again", "device.enrolled"]


@pytest.mark.parametrize("verb", [*NEW_WAYS, "reach.confirmed"])
def test_who_gets_a_new_way_in_hears_of_it_on_every_phone(verb: str) -> None:
    made = notices_for([Entry(verb, actor_id=PAYING, subject_id=uuid4())], Recipients({}, {}), NOW)
    assert [(notice.account_id, notice.kind) for notice in made] == [(PAYING, Kind.DEVICE)]


def test_a_change_of_ones_devices_is_told_to_oneself_alone_whoever_did_it() -> None:
    for actor in (RECEIVING, UUID(int=77)):
        change = Entry("device.revoked", actor_id=actor, subject_id=uuid4(), detail={"account": str(RECEIVING)})
        made = notices_for([change], Recipients({}, {}), NOW)
        assert [(notice.account_id, notice.kind, notice.case_id) for notice in made] == [(RECEIVING, Kind.DEVICE, None)]


def test_the_two_parents_never_share_a_notice_and_different_events_are_different_notices() -> None:
    made = notices_for([entry("payment.posted"), entry("hearing.set")], RECIPIENTS, NOW)
    assert len({(notice.account_id, notice.event_key) for notice in made}) == len(made) == 4


def test_news_of_a_hearing_ends_when_it_begins_and_one_that_is_over_is_no_news() -> None:
    soon, past = NOW + timedelta(hours=5), NOW - timedelta(hours=1)
    made = notices_for([entry("hearing.set", detail={"until": soon.isoformat()})], RECIPIENTS, NOW)
    assert {notice.expires_at for notice in made} == {soon}
    far = (NOW + timedelta(days=90)).isoformat()
    made = notices_for([entry("hearing.set", detail={"until": far})], RECIPIENTS, NOW)
    assert {notice.expires_at for notice in made} == {NOW + timedelta(days=7)}
    assert told(entry("hearing.set", detail={"until": past.isoformat()})) == set()


@pytest.mark.parametrize(
    "result, state", [(Result.SENT, "sent"), (Result.GONE, "gone"), (Result.DEAD, "dead"), (Result.NEEDS_RESUBSCRIBE, "dead")]
)
def test_an_outcome_that_ends_a_delivery_ends_it(result: Result, state: str) -> None:
    assert after(Outcome(result=result, reason=""), 86_400.0) == Delivered(state)


@pytest.mark.parametrize("result", [Result.LATER, Result.THROTTLE])
def test_a_delivery_that_must_wait_is_due_when_it_was_told_and_never_after_it_is_old(result: Result) -> None:
    outcome = Outcome(result=result, reason="", after_s=60.0)
    assert after(outcome, 120.0) == Delivered("queued", 60.0)
    assert after(outcome, 59.0) == Delivered("expired")


def test_refused_credentials_wait_for_someone_to_mend_them() -> None:
    refused = Outcome(result=Result.CREDENTIALS, reason="credentials", status=403)
    assert after(refused, 86_400.0) == Delivered("queued", 600.0)


@pytest.mark.parametrize(
    "outcomes, event",
    [
        ([SENT, Outcome(result=Result.GONE, reason="unsubscribed", status=410)], "gone"),
        ([Outcome(result=Result.CREDENTIALS, reason="credentials", status=403)], "trouble"),
        ([Outcome(result=Result.LATER, reason="timeout")], "trouble"),
        ([Outcome(result=Result.DEAD, reason="bad_request", status=400)], "fail"),
        ([Outcome(result=Result.DEAD, reason="redirect", status=302)], "trouble"),
        ([SENT, Outcome(result=Result.DEAD, reason="bad_request", status=400)], "ok"),
    ],
)
def test_only_a_refused_message_is_held_against_a_subscription(outcomes: list[Outcome], event: str) -> None:
    assert subscription_event(outcomes)[0] == event
