"""When notices leave by themselves."""

import asyncio
import logging
import time
from typing import Any, Final

from cryptography.exceptions import InvalidTag

from backend.jobs import Payload, enqueue, every, handler
from backend.journal import listen
from backend.notifications import deliveries, letters, overdue, queue, reminders
from backend.notifications.actions import make_notices
from backend.notifications.deliveries import Tried
from backend.notifications.engine import Engine, engine
from backend.notifications.outcomes import Delivered, after
from backend.notifications.rules import MANNERS, SEVERAL, Kind
from push.notification import MAX_BADGE, Locale, Notification, Outcome, Result, Subscription
from push.notification import Kind as Shown
from push.secrets import base64url

DELIVER: Final = "notices.deliver"
SWEEP: Final = "notices.sweep"
CARRY: Final = "notices.carry"
SWEEP_S: Final = 5.0
SETTLE_S: Final = 600.0
HOUR_S: Final = 3600.0
DAY_S: Final = 86_400.0
RUN_S: Final = 120.0
LIMIT_S: Final = RUN_S + 60.0
PATIENCE_S: Final = 2.0
FLUSH_S: Final = 0.25
LAST_S: Final = 5.0
FLUSH: Final = 64
LANE: Final = 192  # deliveries that one lane holds; the sender's own cap says how many of them are in flight
LANES: Final = 4
OLD: Final = 1000
HIGHEST_TTL_S: Final = 7 * 86_400
LABEL_DIGITS: Final = 12

log = logging.getLogger(__name__)

listen(make_notices)


@handler(DELIVER, timeout_s=LIMIT_S)
async def deliver(payload: Payload) -> None:
    """Tells what is due, then carries it, each service by itself; the sweep goes on where the time of one run ends."""
    until = time.monotonic() + RUN_S
    while await queue.tell_round() and time.monotonic() < until:
        pass
    while await letters.carry_round() and time.monotonic() < until:
        pass
    services = await deliveries.list_services()
    if services:
        by = await engine()
        ends = await asyncio.gather(*(_Lane(by, service).run(until) for service in services), return_exceptions=True)
        for end in ends:  # one service's trouble is not another's
            if end is not None:
                raise end


@every(SWEEP_S, SWEEP, timeout_s=LIMIT_S)
async def sweep(payload: Payload) -> None:
    """Finds what was due and never sent: a lost hint, a process that died, a try that waited. A backlog gets more hands."""
    while await deliveries.expire(OLD) == OLD:
        pass
    for service in await deliveries.list_services():
        for lane in range(1, LANES):
            await enqueue(CARRY, {"service": service}, key=f"{service}:{lane}")
    await deliver(payload)


@handler(CARRY, timeout_s=LIMIT_S)
async def carry(payload: Payload) -> None:
    """One more hand for one service."""
    await _Lane(await engine(), payload["service"]).run(time.monotonic() + RUN_S)


@every(SETTLE_S, "notices.settle", timeout_s=LIMIT_S)
async def settle(payload: Payload) -> None:
    """Notices whose last browser was forgotten have ended."""
    while await deliveries.settle(OLD) == OLD:
        pass


@every(HOUR_S, "notices.remind", timeout_s=1800)
async def remind(payload: Payload) -> None:
    """Every coming date has its reminders, also one that came with a quiet load or before its person had an account."""
    await reminders.remind()


@every(HOUR_S, "notices.overdue", timeout_s=1800)
async def escalate(payload: Payload) -> None:
    """Messages that wait too long are told to who works the case, then to who covers, then to the supervisor."""
    await overdue.escalate()


@every(DAY_S, "notices.tidy", timeout_s=1800)
async def tidy(payload: Payload) -> None:
    """Old deliveries, notices and subscriptions that ended are deleted."""
    await queue.tidy()


class _Lane:
    """Carries for one service: takes as its pace grants, keeps sending, writes down every quarter second what came of it."""

    def __init__(self, by: Engine, service: str) -> None:
        self._by, self._service = by, service
        self._flying: set[asyncio.Task[None]] = set()
        self._tried: list[Tried] = []
        self._stirred = asyncio.Event()

    async def run(self, until: float) -> None:
        """Until nothing is due, the service asks us to wait, or the time is over; then what is in flight comes down."""
        await self._by.keys.newest()  # a process with another secret than the database's stops here, before it blames anybody
        try:
            while time.monotonic() < until and await self._load():
                await self._land()
            while self._flying or self._tried:
                await self._land()
        except asyncio.CancelledError:  # the process ends, or its queue went away: what a service said is not forgotten
            await asyncio.shield(self._come_down())
            raise
        finally:
            for task in self._flying:
                task.cancel()

    async def _come_down(self) -> None:
        if self._flying:
            await asyncio.wait(self._flying, timeout=LAST_S)
        await self._write()

    async def _load(self) -> bool:
        """Takes more; false when this is over. Waits where a moment's patience is enough."""
        room = LANE - len(self._flying)
        if room < FLUSH:
            return True
        claimed = await deliveries.claim(self._by.paces, self._service, room)
        for row in claimed.deliveries:
            task = asyncio.create_task(self._send(row))
            self._flying.add(task)
            task.add_done_callback(self._down)
        if claimed.deliveries or self._flying:
            return True
        if claimed.wait_s is None or claimed.wait_s > PATIENCE_S:
            return False
        await asyncio.sleep(claimed.wait_s)
        return True

    async def _land(self) -> None:
        if self._flying and len(self._tried) < FLUSH:
            self._stirred.clear()
            try:
                async with asyncio.timeout(FLUSH_S):
                    await self._stirred.wait()
            except TimeoutError:
                pass
        await self._write()

    async def _write(self) -> None:
        tried, self._tried = self._tried, []
        if tried:
            await deliveries.record(self._by.paces, self._service, tried)

    async def _send(self, row: Any) -> None:
        outcome = await send(self._by, row)
        delivered = after(outcome, row["left_s"]) if row["reachable"] else Delivered("gone")
        self._tried.append(Tried(row=row, outcome=outcome, delivered=delivered))

    def _down(self, task: asyncio.Task[None]) -> None:
        self._flying.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a notice could not be sent; it is tried again when its lease ends", exc_info=error)
        if len(self._tried) >= FLUSH or not self._flying:
            self._stirred.set()


async def send(by: Engine, row: Any) -> Outcome:
    """One try of one delivery, as `deliveries.claim` loaded it."""
    if not row["reachable"]:
        return Outcome(result=Result.DEAD, reason="moved")
    endpoint_hash: bytes = row["endpoint_hash"]
    try:
        endpoint = by.secrets.open(row["endpoint"], endpoint_hash).decode()
    except InvalidTag:
        return Outcome(result=Result.DEAD, reason="unreadable")
    subscription = Subscription(
        id=row["subscription_id"],
        label=endpoint_hash.hex()[:LABEL_DIGITS],
        endpoint=endpoint,
        p256dh=row["p256dh"],
        auth=row["auth"],
        key_id=row["vapid_key_id"],
        locale=Locale(row["locale"]),
        created_at=row["created_at"],
    )
    key = await by.keys.get(subscription.key_id)
    return await by.sender.send(_notification(by, row), subscription, key, row["tries"])


def _notification(by: Engine, row: Any) -> Notification:
    collapse_key: str = row["collapse_key"]
    manner = MANNERS[Kind(row["kind"])]
    one_thing = row["detail"] == "kind" and collapse_key != SEVERAL
    return Notification(
        kind=manner.shown if one_thing else Shown.UPDATE,
        id=base64url(row["notice_id"].bytes),
        tag=by.secrets.tag(str(row["account_id"]), collapse_key),
        topic=by.secrets.topic(str(row["subscription_id"]), collapse_key),
        urgency=manner.urgency,
        ttl_s=min(max(int(row["left_s"]), 0), HIGHEST_TTL_S),
        badge=min(row["unopened"], MAX_BADGE),
    )
