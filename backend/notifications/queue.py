"""The notices that wait: taken under a lease, sent outside any transaction, and written down in one statement.

PostgreSQL is the truth; a job only says that it is worth looking. When a process dies after a push service said yes and
before that was written down, the lease ends and the notice is sent again with the same Topic and tag, which hide it.
"""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from backend.db import DB, connection
from backend.notifications.rules import MANNERS, MAX_FAILS, SEVERAL, Delivered, Kind, NewNotice

CLAIM_SIZE: Final = 64
LEASE_S: Final = 120
RETRIES: Final = 3
DISABLE_AFTER: Final = "3 days"

INSERT: Final = """
INSERT INTO notice (account_id, event_key, kind, case_id, subject_id, collapse_key, expires_at)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::uuid[], $6::text[], $7::timestamptz[])
ON CONFLICT (event_key, account_id) DO UPDATE SET
    kind = CASE WHEN array_position($8::text[], excluded.kind) > array_position($8::text[], notice.kind)
        THEN excluded.kind ELSE notice.kind END,
    case_id = NULL, subject_id = NULL, collapse_key = $9, expires_at = greatest(notice.expires_at, excluded.expires_at)
WHERE notice.state = 'queued'"""

CLAIM: Final = """
UPDATE notice SET lease_until = now() + make_interval(secs => $2), attempts = attempts + 1
WHERE id IN (
    SELECT id FROM notice WHERE state = 'queued' AND not_before <= now() AND (lease_until IS NULL OR lease_until < now())
    ORDER BY not_before, id LIMIT $1 FOR UPDATE SKIP LOCKED)
RETURNING id, attempts, expires_at <= now() AS expired"""

# A notice no longer holds when its account may not hold the case any more, or a later entry about its subject ends it.
STALE: Final = """
SELECT n.id FROM notice n JOIN unnest($2::text[], $3::text[]) AS m (kind, verb) ON m.kind = n.kind
WHERE n.id = ANY($1) AND n.subject_id IS NOT NULL AND EXISTS (
    SELECT 1 FROM journal j WHERE j.case_id = n.case_id AND j.at > n.created_at
    AND j.subject_id = n.subject_id AND j.verb = m.verb)
UNION SELECT n.id FROM notice n
WHERE n.id = ANY($1) AND n.case_id IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM sync_grant g WHERE g.principal = n.account_id AND g.scope = n.case_id)
UNION SELECT n.id FROM notice n JOIN account a ON a.id = n.account_id WHERE n.id = ANY($1) AND NOT a.active"""

END: Final = "UPDATE notice SET state = $2, ended_at = now(), lease_until = NULL WHERE id = ANY($1)"
END_DELIVERIES: Final = "UPDATE push_delivery SET state = 'expired' WHERE notice_id = ANY($1) AND state = 'queued'"

ADDRESS: Final = """
INSERT INTO push_delivery (notice_id, subscription_id)
SELECT n.id, s.id FROM notice n JOIN push_subscription s ON s.account_id = n.account_id AND s.state = 'active'
WHERE n.id = ANY($1) AND n.attempts = 1
FOR KEY SHARE OF s
ON CONFLICT DO NOTHING"""

LOAD: Final = """
SELECT n.id AS notice_id, n.kind, n.account_id, n.collapse_key, n.expires_at, d.state AS delivery_state, d.next_at,
    d.attempts AS tries, s.id AS subscription_id, s.endpoint, s.endpoint_hash, s.p256dh, s.auth, s.vapid_key_id, s.locale,
    s.created_at, s.host, s.state = 'active' AND s.account_id = n.account_id AS reachable
FROM notice n JOIN push_delivery d ON d.notice_id = n.id JOIN push_subscription s ON s.id = d.subscription_id
WHERE n.id = ANY($1)"""

# One statement, so that a crash writes all of it or nothing. A notice whose lease went to another process is left alone,
# and a subscription that was replaced while we sent is not blamed for its old endpoint.
RECORD: Final = f"""
WITH tried AS (
    UPDATE push_delivery d SET state = r.state, answer = r.answer, next_at = r.next_at, ttl_s = r.ttl_s,
        attempts = d.attempts + r.counted::int, first_at = coalesce(d.first_at, now()), last_at = now()
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::int[], $5::timestamptz[], $6::int[], $7::bool[])
        AS r (notice_id, subscription_id, state, answer, next_at, ttl_s, counted)
    WHERE d.notice_id = r.notice_id AND d.subscription_id = r.subscription_id AND d.state = 'queued'),
learned AS (
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
    WHERE s.id = e.id AND s.endpoint_hash = e.endpoint_hash AND s.state = 'active')
UPDATE notice n SET state = r.state, not_before = coalesce(r.next_at, n.not_before), lease_until = NULL,
    ended_at = CASE WHEN r.state <> 'queued' THEN now() END
FROM unnest($12::uuid[], $13::int[], $14::text[], $15::timestamptz[]) AS r (id, attempts, state, next_at)
WHERE n.id = r.id AND n.attempts = r.attempts AND n.state = 'queued'"""  # noqa: S608

# Three months of deliveries answer an operator's questions; a year of notices answers a person's.
TIDY: Final = (
    "DELETE FROM push_delivery WHERE last_at < now() - interval '90 days' AND state <> 'queued'",
    "DELETE FROM notice n WHERE n.ended_at < now() - interval '400 days' "
    "AND NOT EXISTS (SELECT 1 FROM push_delivery d WHERE d.notice_id = n.id)",
    "DELETE FROM push_subscription s WHERE s.state = 'gone' AND coalesce(s.last_ok_at, s.created_at) < now() - interval "
    "'90 days' AND NOT EXISTS (SELECT 1 FROM push_delivery d WHERE d.subscription_id = s.id)",
)


class Claimed(msgspec.Struct, frozen=True):
    """The notices that this process holds: their attempt (which fences the lease) and all of their deliveries.

    ``taken`` counts those too that turned out to be old news.
    """

    taken: int
    attempts: dict[UUID, int]
    deliveries: list[asyncpg.Record]


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """What one try writes on its delivery."""

    notice_id: UUID
    subscription_id: UUID
    delivered: Delivered
    answer: int | None
    ttl_s: int | None
    counted: bool


class Learned(msgspec.Struct, frozen=True):
    """What a round says of a subscription, as long as it still has the endpoint that was used."""

    subscription_id: UUID
    endpoint_hash: bytes
    event: str
    reason: str


async def insert(notices: Sequence[NewNotice]) -> None:
    """Writes notices down, in the transaction of what they are about."""
    columns = [[getattr(notice, name) for notice in notices] for name in NewNotice.__struct_fields__]
    async with connection() as held:
        await held.execute(INSERT, *columns, list(Kind), SEVERAL)


async def claim() -> Claimed:
    """Takes due notices, ends those that are old news, and addresses the others to the browsers of their account."""
    async with DB.transaction(), connection() as held:
        taken = await held.fetch(CLAIM, CLAIM_SIZE, LEASE_S)
        expired = [row["id"] for row in taken if row["expired"]]
        pairs = [(kind.value, verb) for kind, manner in MANNERS.items() for verb in manner.ended_by]
        fresh = [row["id"] for row in taken if not row["expired"]]
        stale = [row["id"] for row in await held.fetch(STALE, fresh, *(list(side) for side in zip(*pairs, strict=True)))]
        for ids, state in ((expired, "expired"), (stale, "suppressed")):
            if ids:
                await held.execute(END, ids, state)
                await held.execute(END_DELIVERIES, ids)
        left = {row["id"]: row["attempts"] for row in taken if row["id"] not in {*expired, *stale}}
        await held.execute(ADDRESS, list(left))
        return Claimed(len(taken), left, await held.fetch(LOAD, list(left)) if left else [])


async def record(claimed: Claimed, tried: Sequence[Tried], learned: Sequence[Learned], ends: dict[UUID, Delivered]) -> None:
    """Writes a round down. Two rounds that meet at one subscription may deadlock; the loser tries again."""
    columns: list[list[Any]] = [
        [each.notice_id for each in tried],
        [each.subscription_id for each in tried],
        [each.delivered.state for each in tried],
        [each.answer for each in tried],
        [each.delivered.next_at for each in tried],
        [each.ttl_s for each in tried],
        [each.counted for each in tried],
        [each.subscription_id for each in learned],
        [each.endpoint_hash for each in learned],
        [each.event for each in learned],
        [each.reason for each in learned],
        list(ends),
        [claimed.attempts[notice_id] for notice_id in ends],
        [each.state for each in ends.values()],
        [each.next_at for each in ends.values()],
    ]
    for left in reversed(range(RETRIES)):
        try:
            async with connection() as held:
                await held.execute(RECORD, *columns)
            return
        except asyncpg.DeadlockDetectedError:
            if not left:
                raise


async def tidy() -> None:
    """Deletes what nobody will ask about any more."""
    async with DB.transaction(), connection() as held:
        for statement in TIDY:
            await held.execute(statement)
