"""When notices leave by themselves."""

import asyncio
import logging
import time
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from cryptography.exceptions import InvalidTag

from backend.jobs import Payload, every, handler
from backend.journal import listen
from backend.notifications import queue
from backend.notifications.actions import make_notices
from backend.notifications.engine import Engine, engine
from backend.notifications.rules import MANNERS, Delivered, Kind, after, notice_state, subscription_event
from push.notification import Kind as Shown
from push.notification import Locale, Notification, Outcome, Result, Subscription
from push.secrets import base64url

DELIVER: Final = "notices.deliver"
SWEEP: Final = "notices.sweep"
SWEEP_S: Final = 5.0
DAY_S: Final = 86_400.0
ROUND_S: Final = 60.0
RUN_S: Final = 120.0
HIGHEST_TTL_S: Final = 7 * 86_400
LABEL_DIGITS: Final = 12

log = logging.getLogger(__name__)

listen(make_notices)


@handler(DELIVER, timeout_s=RUN_S + 2 * ROUND_S)
async def deliver(payload: Payload) -> None:
    """Sends what is due, round by round; the sweep goes on where the time of one run ends."""
    until = time.monotonic() + RUN_S
    while await deliver_round() and time.monotonic() < until:
        pass


@every(SWEEP_S, SWEEP, timeout_s=RUN_S + 2 * ROUND_S)
async def sweep(payload: Payload) -> None:
    """Finds what was due and never sent: a lost hint, a process that died, a try that waited."""
    await deliver(payload)


@every(DAY_S, "notices.tidy", timeout_s=1800)
async def tidy(payload: Payload) -> None:
    """Old deliveries, notices and subscriptions that ended are deleted."""
    await queue.tidy()


async def deliver_round() -> int:
    """Claims, commits, sends, writes down. Answers how many notices it held."""
    claimed = await queue.claim()
    now = datetime.now(UTC)
    tries = await _send_all(await engine(), claimed, now)
    states: dict[UUID, list[Delivered]] = {notice_id: [] for notice_id in claimed.attempts}
    tried: list[queue.Tried] = []
    heard: dict[tuple[UUID, bytes], list[Outcome]] = defaultdict(list)
    for row in claimed.deliveries:
        outcome = tries.get((row["notice_id"], row["subscription_id"]))
        delivered = _untried(row, now) if outcome is None else after(outcome, now, row["expires_at"])
        states[row["notice_id"]].append(delivered)
        if outcome is not None:
            tried.append(_tried(row, outcome, delivered))
            heard[row["subscription_id"], row["endpoint_hash"]].append(outcome)
    learned = [queue.Learned(*which, *subscription_event(outcomes)) for which, outcomes in heard.items()]
    if claimed.attempts:
        await queue.record(claimed, tried, learned, {each: notice_state(found) for each, found in states.items()})
    return claimed.taken


async def _send_all(by: Engine, claimed: queue.Claimed, now: datetime) -> dict[tuple[UUID, UUID], Outcome]:
    """Everything that is due, at once; what has no answer by the end of the round counts as not tried."""
    due = [row for row in claimed.deliveries if _is_due(row, now)]
    if due:
        await by.keys.newest()  # a process with another secret than the database's stops here, before it blames anybody
    tasks = {(row["notice_id"], row["subscription_id"]): asyncio.create_task(_send(by, row, now)) for row in due}
    if tasks:
        _, late = await asyncio.wait(tasks.values(), timeout=ROUND_S)
        for task in late:
            task.cancel()
    ends = await asyncio.gather(*tasks.values(), return_exceptions=True)
    for end in ends:
        if isinstance(end, Exception):
            log.error("a notice could not be sent", exc_info=end)
    return {which: end for which, end in zip(tasks, ends, strict=True) if isinstance(end, Outcome)}


async def _send(by: Engine, row: Any, now: datetime) -> Outcome:
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
    return await by.sender.send(_notification(by, row, now), subscription, key, row["tries"])


def _notification(by: Engine, row: Any, now: datetime) -> Notification:
    left_s = int((row["expires_at"] - now).total_seconds())
    collapse_key: str = row["collapse_key"]
    return Notification(
        kind=Shown.UPDATE,
        id=base64url(row["notice_id"].bytes),
        tag=by.secrets.tag(str(row["account_id"]), collapse_key),
        topic=by.secrets.topic(str(row["subscription_id"]), collapse_key),
        urgency=MANNERS[Kind(row["kind"])].urgency,
        ttl_s=min(max(left_s, 0), HIGHEST_TTL_S),
    )


def _is_due(row: Any, now: datetime) -> bool:
    return row["delivery_state"] == "queued" and (row["next_at"] is None or row["next_at"] <= now)


def _untried(row: Any, now: datetime) -> Delivered:
    if row["delivery_state"] != "queued":
        return Delivered(row["delivery_state"])
    return Delivered("queued", row["next_at"] or now)


def _tried(row: Any, outcome: Outcome, delivered: Delivered) -> queue.Tried:
    return queue.Tried(
        notice_id=row["notice_id"],
        subscription_id=row["subscription_id"],
        delivered=delivered,
        answer=outcome.status,
        ttl_s=outcome.ttl_s,
        counted=outcome.counted,
    )
