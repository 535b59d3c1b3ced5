"""What is carried to which browser: taken as fast as its service lets us, sent outside any transaction, and written down.

A delivery that was taken is due again when its lease ends. So when a process dies after a push service said yes and before
that was written down, it is sent again with the same Topic and tag, which hide it. Only the database's clock counts.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from backend.db import DB, connection
from backend.notifications.outcomes import MAX_FAILS, Delivered, subscription_event
from backend.notifications.queue import find_stale
from push.notification import Outcome
from push.pace import Paces

LEASE_S: Final = 120
RETRIES: Final = 3
DISABLE_AFTER: Final = "3 days"

SERVICES: Final = """
WITH RECURSIVE one AS (
    (SELECT service FROM push_delivery WHERE state = 'queued' ORDER BY service LIMIT 1)
    UNION ALL SELECT (SELECT d.service FROM push_delivery d WHERE d.state = 'queued' AND d.service > one.service
        ORDER BY d.service LIMIT 1) FROM one WHERE one.service IS NOT NULL)
SELECT service FROM one WHERE service IS NOT NULL"""
COUNT: Final = """
SELECT count(*) FROM (SELECT 1 FROM push_delivery WHERE state = 'queued' AND service = $1 AND next_at <= now() LIMIT $2) AS due"""
TAKE: Final = """
UPDATE push_delivery SET next_at = now() + make_interval(secs => $3), claims = claims + 1 WHERE id IN (
    SELECT id FROM push_delivery WHERE state = 'queued' AND service = $1 AND next_at <= now()
    ORDER BY rank, next_at LIMIT $2 FOR UPDATE SKIP LOCKED)
RETURNING id, notice_id"""
JOINED: Final = "SELECT id, lead_id FROM notice WHERE lead_id = ANY($1) AND state = 'sending'"
SUPPRESS: Final = "UPDATE push_delivery SET state = 'suppressed' WHERE notice_id = ANY($1) AND state = 'queued'"
LOAD: Final = """
SELECT d.id, d.notice_id, d.claims, d.attempts AS tries, d.service, extract(epoch FROM d.expires_at - now())::float8 AS left_s,
    n.kind, n.account_id, n.collapse_key, p.value AS detail,
    (SELECT count(*) FROM notice u WHERE u.account_id = n.account_id AND u.told_at IS NOT NULL AND u.opened_at IS NULL
        AND u.kind <> 'test' AND u.told_on > current_date - 60) AS unopened,
    s.id AS subscription_id, s.endpoint, s.endpoint_hash, s.p256dh, s.auth, s.vapid_key_id, s.locale,
    s.created_at, s.state = 'active' AND s.account_id = n.account_id AS reachable
FROM push_delivery d JOIN notice n ON n.id = d.notice_id JOIN push_subscription s ON s.id = d.subscription_id
LEFT JOIN preference p ON p.account_id = n.account_id AND p.name = 'notice_detail'
WHERE d.id = ANY($1) AND d.state = 'queued'"""

# One statement, so that a crash writes all of it or nothing. A delivery that went to another process is left alone, and a
# subscription that was replaced while we sent is not blamed for its old endpoint.
RECORD: Final = f"""
WITH tried AS (
    UPDATE push_delivery d SET state = r.state, answer = r.answer, ttl_s = r.ttl_s, attempts = d.attempts + r.counted::int,
        next_at = CASE WHEN r.wait_s IS NULL THEN d.next_at ELSE now() + make_interval(secs => r.wait_s) END,
        first_at = coalesce(d.first_at, now()), last_at = now()
    FROM unnest($1::uuid[], $2::int[], $3::text[], $4::int[], $5::float8[], $6::int[], $7::bool[])
        AS r (id, claims, state, answer, wait_s, ttl_s, counted)
    WHERE d.id = r.id AND d.claims = r.claims AND d.state = 'queued')
UPDATE push_subscription s SET
    state = CASE WHEN e.event IN ('gone', 'needs_resubscribe') THEN e.event
        WHEN e.event = 'fail' AND s.fails + 1 >= {MAX_FAILS} AND s.first_fail_at < now() - interval '{DISABLE_AFTER}'
        THEN 'disabled' ELSE s.state END,
    reason = CASE WHEN e.event = 'ok' THEN NULL ELSE e.reason END,
    last_error = CASE WHEN e.event = 'ok' THEN NULL ELSE e.reason END,
    last_ok_at = CASE WHEN e.event = 'ok' THEN now() ELSE s.last_ok_at END,
    fails = CASE e.event WHEN 'ok' THEN 0 WHEN 'fail' THEN s.fails + 1 ELSE s.fails END,
    first_fail_at = CASE e.event WHEN 'ok' THEN NULL WHEN 'fail' THEN coalesce(s.first_fail_at, now())
        ELSE s.first_fail_at END,
    endpoint = CASE WHEN e.event = 'gone' THEN ''::bytea ELSE s.endpoint END,
    p256dh = CASE WHEN e.event = 'gone' THEN '' ELSE s.p256dh END,
    auth = CASE WHEN e.event = 'gone' THEN '' ELSE s.auth END
FROM unnest($8::uuid[], $9::bytea[], $10::text[], $11::text[]) AS e (id, endpoint_hash, event, reason)
WHERE s.id = e.id AND s.endpoint_hash = e.endpoint_hash AND s.state = 'active'"""  # noqa: S608

# A notice has ended when nothing of it is left to carry: sent when any push service took it.
FINISH: Final = """
WITH ended AS (
    SELECT notice_id, CASE WHEN bool_or(state = 'sent') THEN 'sent' WHEN bool_or(state = 'expired') THEN 'expired'
        WHEN bool_or(state = 'dead') THEN 'dead' ELSE 'suppressed' END AS state
    FROM push_delivery WHERE notice_id = ANY($1) GROUP BY notice_id HAVING NOT bool_or(state = 'queued')),
done AS (
    UPDATE notice n SET state = e.state, ended_at = now() FROM ended e
    WHERE n.lead_id = e.notice_id AND n.state = 'sending' RETURNING n.kind, n.state)
INSERT INTO notice_tally AS t (kind, delivered)
SELECT kind, count(*) FROM done WHERE state = 'sent' GROUP BY kind ORDER BY kind
ON CONFLICT (kind) DO UPDATE SET delivered = t.delivered + excluded.delivered"""
EXPIRE: Final = """
WITH old AS (UPDATE push_delivery SET state = 'expired' WHERE id IN (
    SELECT id FROM push_delivery WHERE state = 'queued' AND expires_at <= now() AND next_at <= now()
    LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING notice_id)
SELECT DISTINCT notice_id FROM old"""
LEFT_OVER: Final = """
SELECT DISTINCT lead_id FROM notice n WHERE state = 'sending' AND told_at < now() - interval '10 minutes'
AND NOT EXISTS (SELECT 1 FROM push_delivery d WHERE d.notice_id = n.lead_id AND d.state = 'queued') LIMIT $1"""


class Claimed(msgspec.Struct, frozen=True):
    """The deliveries that this process holds now; when there are none, in how many seconds to ask again (none: nothing is due)."""

    deliveries: list[asyncpg.Record]
    wait_s: float | None = None


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """One delivery's try: its row as it was taken, what came of it, and what that makes of it."""

    row: Any
    outcome: Outcome
    delivered: Delivered


async def list_services() -> list[str]:
    """The services that something waits for."""
    async with connection() as held:
        return [row["service"] for row in await held.fetch(SERVICES)]


async def claim(paces: Paces, service: str, limit: int) -> Claimed:
    """Takes due deliveries of one service, as many as its pace grants, and leaves out what does not hold any more."""
    async with DB.transaction(), connection() as held:
        due = await held.fetchval(COUNT, service, limit)
        if not due:
            return Claimed([])
        granted = await paces.take(held, service, due)
        if not granted.messages:
            return Claimed([], granted.wait_s)
        taken = await held.fetch(TAKE, service, granted.messages, LEASE_S)
        leads = list({row["notice_id"] for row in taken})
        spoken = await held.fetch(JOINED, leads)
        stale = await find_stale(held, [row["id"] for row in spoken])
        alive = {row["lead_id"] for row in spoken if row["id"] not in stale}
        dead = [lead for lead in leads if lead not in alive]
        if dead:
            await held.execute(SUPPRESS, dead)
            await held.execute(FINISH, dead)
        return Claimed(await held.fetch(LOAD, [row["id"] for row in taken]), 0.0)


async def record(paces: Paces, service: str, tried: Sequence[Tried]) -> None:
    """Writes some tries of one service down. Two that meet at one subscription may deadlock; the loser tries again."""
    heard: dict[tuple[UUID, bytes], list[Outcome]] = defaultdict(list)
    for each in tried:
        heard[each.row["subscription_id"], each.row["endpoint_hash"]].append(each.outcome)
    learned = [(*which, *subscription_event(outcomes)) for which, outcomes in sorted(heard.items())]
    columns = [*_columns(tried), *(list(column) for column in zip(*learned, strict=True))]
    for left in reversed(range(RETRIES)):
        try:
            async with DB.transaction(), connection() as held:
                await held.execute(RECORD, *columns)
                await held.execute(FINISH, list({each.row["notice_id"] for each in tried}))
                await paces.learn(held, service, [each.outcome for each in tried])
            return
        except asyncpg.DeadlockDetectedError:
            if not left:
                raise


async def expire(limit: int) -> int:
    """Ends deliveries that became old while they waited; answers how many notices were among them."""
    async with DB.transaction(), connection() as held:
        notices = [row["notice_id"] for row in await held.fetch(EXPIRE, limit)]
        await held.execute(FINISH, notices)
    return len(notices)


async def settle(limit: int) -> int:
    """Ends notices whose last browser was forgotten while they waited."""
    async with DB.transaction(), connection() as held:
        leads = [row["lead_id"] for row in await held.fetch(LEFT_OVER, limit)]
        await held.execute(FINISH, leads)
    return len(leads)


def _columns(tried: Sequence[Tried]) -> list[list[Any]]:
    return [
        [each.row["id"] for each in tried],
        [each.row["claims"] for each in tried],
        [each.delivered.state for each in tried],
        [each.outcome.status for each in tried],
        [each.delivered.wait_s for each in tried],
        [each.outcome.ttl_s for each in tried],
        [each.outcome.counted for each in tried],
    ]
