"""What goes out by text message and e-mail: the same closed sentences as on a lock screen, carried from rows with a lease.

A provider has no Topic: when a process dies between its yes and our note, a letter is sent once more after the lease, under the
same Message-ID or Idempotency-Key. A provider that does not know those sends a text twice; it says no more than the first.
"""

import asyncio
from typing import Any, Final

from backend.channels.post import post
from backend.channels.wire import Letter, Sent
from backend.db import DB, connection
from backend.notifications.engine import Engine, engine
from backend.notifications.queue import UNSAFE, find_stale
from backend.notifications.reach import open_address, stop_link
from backend.notifications.rules import MANNERS, SEVERAL, Kind
from push.notification import Kind as Shown
from push.notification import Locale
from push.payload import WORDS
from push.secrets import base64url

AT_ONCE: Final = 16
LEASE_S: Final = 120
WAITS_S: Final = (60.0, 300.0, 1800.0, 7200.0)

TAKE: Final = """
UPDATE reach_delivery SET next_at = now() + make_interval(secs => $2), claims = claims + 1 WHERE id IN (
    SELECT id FROM reach_delivery WHERE state = 'queued' AND next_at <= now() ORDER BY next_at LIMIT $1 FOR UPDATE SKIP LOCKED)
RETURNING id"""
LOAD: Final = """
SELECT d.id, d.notice_id, d.claims, d.attempts, d.expires_at <= now() AS expired, r.id AS reach_id, r.channel, r.address,
    r.stopped_at IS NOT NULL OR r.verified_at IS NULL AS ended, n.kind, n.collapse_key, a.language, p.value AS detail
FROM reach_delivery d JOIN reach r ON r.id = d.reach_id JOIN notice n ON n.id = d.notice_id JOIN account a ON a.id = n.account_id
LEFT JOIN preference p ON p.account_id = a.id AND p.name = 'notice_detail' WHERE d.id = ANY($1)"""
WRITE: Final = """
UPDATE reach_delivery SET state = $3, reason = $4, attempts = attempts + 1, first_at = coalesce(first_at, now()), last_at = now(),
    next_at = now() + make_interval(secs => $5) WHERE id = $1 AND claims = $2 AND state = 'queued' RETURNING notice_id"""
STOPPED: Final = "UPDATE reach SET stopped_at = coalesce(stopped_at, now()) WHERE id = $1"
FINISH: Final = """
WITH done AS (
    UPDATE notice n SET state = CASE $2 WHEN 'sent' THEN 'sent' WHEN 'expired' THEN 'expired' WHEN 'dead' THEN 'dead'
        ELSE 'suppressed' END, ended_at = now() WHERE n.lead_id = $1 AND n.state = 'sending' RETURNING n.kind, n.state)
INSERT INTO notice_tally AS t (kind, delivered)
SELECT kind, count(*) FROM done WHERE state = 'sent' GROUP BY kind ORDER BY kind
ON CONFLICT (kind) DO UPDATE SET delivered = t.delivered + excluded.delivered"""
# Asked last of all, so that who is found to be in danger while a letter waits is not written to any more.
MAY: Final = f"SELECT r.private OR NOT {UNSAFE.format('r.account_id')} FROM reach r WHERE r.id = $1"  # noqa: S608
JOINED: Final = "SELECT id FROM notice WHERE lead_id = $1 AND state = 'sending'"


async def carry_round() -> int:
    """Takes, posts and writes down some letters; answers how many."""
    async with connection() as held:
        taken = [row["id"] for row in await held.fetch(TAKE, AT_ONCE, LEASE_S)]
        rows = await held.fetch(LOAD, taken) if taken else []
    by = await engine()
    await asyncio.gather(*(_carry(by, row) for row in rows))
    return len(rows)


async def _carry(by: Engine, row: Any) -> None:
    if row["expired"] or row["ended"]:
        await _write(row, "expired" if row["expired"] else "suppressed", "old" if row["expired"] else "stopped")
        return
    async with connection() as held:
        spoken = [each["id"] for each in await held.fetch(JOINED, row["notice_id"])]
        stale = await find_stale(held, spoken)
        may = await held.fetchval(MAY, row["reach_id"])
    if not may:
        await _write(row, "suppressed", "unsafe")
        return
    if len(stale) == len(spoken):
        await _write(row, "suppressed", "stale")
        return
    sent = await post(row["channel"], letter(by, row))
    if sent is Sent.STOPPED:
        async with connection() as held:
            await held.execute(STOPPED, row["reach_id"])
    again = sent is Sent.LATER and row["attempts"] < len(WAITS_S)
    state = {Sent.SENT: "sent", Sent.STOPPED: "suppressed"}.get(sent, "queued" if again else "dead")
    await _write(row, state, sent.value)


def letter(by: Engine, row: Any) -> Letter:
    """The letter of one row: the generic sentence, or the kind's for a person who asked for that."""
    one_thing = row["detail"] == "kind" and row["collapse_key"] != SEVERAL
    words = WORDS[MANNERS[Kind(row["kind"])].shown if one_thing else Shown.UPDATE, Locale(row["language"])]
    return Letter(
        address=open_address(by, row["reach_id"], row["address"]),
        language=row["language"],
        title=words.title,
        body=words.body,
        link=f"{by.sender.origin}/n/{base64url(row['notice_id'].bytes)}",
        stop_link=stop_link(by, row["reach_id"]),
        id=by.secrets.tag("letter", row["id"].hex),
    )


async def _write(row: Any, state: str, reason: str) -> None:
    wait_s = WAITS_S[min(row["attempts"], len(WAITS_S) - 1)]
    async with DB.transaction(), connection() as held:
        ours = await held.fetchval(WRITE, row["id"], row["claims"], state, reason, wait_s)
        if ours is not None and state != "queued":
            await held.execute(FINISH, row["notice_id"], state)
