"""The pace that all processes share, in a real database; and what an operator sees of it."""

import asyncio
from uuid import uuid4

from backend import metrics
from backend.db import DB, SafeEngine, connection
from backend.journal import Entry
from backend.notifications import figures, jobs
from push.notification import Outcome, Result
from push.pace import Granted, Paces
from tests.backend.notifications.conftest import Family, PushService
from tests.backend.notifications.test_notices import happens, rows

FCM = "fcm.googleapis.com"
SENT = Outcome(result=Result.SENT, reason="accepted", status=201)
THROTTLED = Outcome(result=Result.THROTTLE, reason="throttled", status=429, after_s=3600.0, counted=False)


async def take(paces: Paces, wanted: int) -> Granted:
    async with DB.transaction(), connection() as held:
        return await paces.take(held, FCM, wanted)


async def learn(paces: Paces, *outcomes: Outcome) -> None:
    async with DB.transaction(), connection() as held:
        await paces.learn(held, FCM, outcomes)


async def test_processes_that_ask_at_once_get_no_more_than_one_would(db: SafeEngine) -> None:
    granted = await asyncio.gather(*(take(Paces(40.0), 30) for _ in range(4)))
    (row,) = await rows("SELECT tokens, rate FROM push_service")
    assert sum(each.messages for each in granted) <= 40 + row["rate"] * 60
    assert row["tokens"] < row["rate"]


async def test_what_one_process_is_told_every_process_obeys(db: SafeEngine) -> None:
    one, other = Paces(40.0), Paces(40.0)
    await learn(one, THROTTLED)
    granted = await take(other, 10)
    assert granted.messages == 0
    assert 3000 < granted.wait_s <= 3600
    (row,) = await rows("SELECT rate FROM push_service")
    assert row["rate"] == 20.0


async def test_a_service_is_not_held_back_by_anothers_refusal(db: SafeEngine) -> None:
    await learn(Paces(40.0), THROTTLED)
    async with DB.transaction(), connection() as held:
        assert (await Paces(40.0).take(held, "web.push.apple.com", 5)).messages == 5


async def test_answers_are_counted_by_what_they_meant(db: SafeEngine) -> None:
    for _ in range(2):
        await learn(Paces(), SENT, SENT, THROTTLED)
    (row,) = await rows("SELECT answers->>'sent' AS sent, answers->>'throttle' AS throttle FROM push_service")
    assert row == {"sent": "4", "throttle": "2"}


async def test_an_operator_sees_each_service_and_kind_and_nothing_of_anybody(service: PushService, family: Family) -> None:
    service.answers["*"] = (500, {})
    await happens(Entry("payment.posted", case_id=family.case, subject_id=uuid4()))
    await jobs.deliver({})
    async with connection() as held:
        await held.execute("UPDATE push_delivery SET next_at = now() - interval '90 s'")
    await figures.refresh()
    text = metrics.text().decode()
    assert f'porchlight_push_waiting{{service="{FCM}"}} 2.0' in text
    assert f'porchlight_push_answers{{result="later",service="{FCM}"}} 2.0' in text
    assert 'porchlight_notices{kind="payment",what="told"} 2.0' in text
    oldest = next(line for line in text.splitlines() if line.startswith("porchlight_push_oldest_seconds{"))
    assert float(oldest.rpartition(" ")[2]) >= 90
    for secret in (str(family.case), str(family.paying.actor.account_id), family.paying.phone.subscription.endpoint[-20:]):
        assert secret not in text
