"""Work that happens by itself: one durable table, filled in the transaction that causes the work.

A job exists exactly when its cause committed. It runs at least once, so handlers are safe to run twice. Whoever runs
one holds a lease on its row and renews it; when that process dies, the lease runs out and another takes over.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import msgspec

from backend import wake
from backend.db import after_commit, as_house, connection
from sync.poke import LocalWake

Payload = dict[str, Any]
Handler = Callable[[Payload], Awaitable[None]]

LEASE_S = 60.0
TIMEOUT_S = 45.0
MAX_ATTEMPTS = 8
LONGEST_DELAY_S = 3600.0
PERIODIC_DELAY_S = 60.0
PERIODIC_KEY = "every"
KEEP_DONE = "2 days"
KEEP_FAILED = "90 days"

log = logging.getLogger(__name__)


class Registered(NamedTuple):
    """A handler, how long one run may take, and how often it runs by itself."""

    run: Handler
    timeout_s: float
    every_s: float | None


class Claim(NamedTuple):
    """A row that this process may work on until its lease ends; `run_at` tells whether it was asked for again meanwhile."""

    id: int
    kind: str
    payload: Payload
    attempt: int
    run_at: datetime


HANDLERS: dict[str, Registered] = {}

ENQUEUE = """
INSERT INTO job (kind, payload, key, run_at) VALUES ($1, $2, $3, coalesce($4, clock_timestamp()))
ON CONFLICT (kind, key) WHERE done_at IS NULL AND key IS NOT NULL DO UPDATE SET run_at =
    CASE WHEN job.lease_until IS NULL THEN least(job.run_at, excluded.run_at) ELSE excluded.run_at END
"""
CLAIM = """
UPDATE job SET lease_until = now() + make_interval(secs => $2), attempts = attempts + 1
WHERE id IN (SELECT id FROM job WHERE done_at IS NULL AND run_at <= now() AND kind = ANY($3)
             AND (lease_until IS NULL OR lease_until < now())
             ORDER BY run_at, id LIMIT $1 FOR UPDATE SKIP LOCKED)
RETURNING id, kind, payload, attempts, run_at
"""
RETAKE = """
UPDATE job SET lease_until = now() + make_interval(secs => $3), attempts = attempts + $4
WHERE id = $1 AND attempts = $2 AND done_at IS NULL AND lease_until IS NOT NULL
RETURNING id, kind, payload, attempts, run_at
"""
RENEW = "UPDATE job SET lease_until = now() + make_interval(secs => $3) WHERE id = $1 AND attempts = $2 AND done_at IS NULL"
DONE = """
UPDATE job SET lease_until = NULL, last_error = NULL,
    done_at = CASE WHEN $4::float8 IS NULL AND run_at = $3 THEN now() END,
    run_at = CASE WHEN $4::float8 IS NOT NULL AND run_at = $3 THEN now() + make_interval(secs => $4) ELSE run_at END,
    attempts = CASE WHEN $4::float8 IS NULL AND run_at = $3 THEN attempts ELSE 0 END
WHERE id = $1 AND attempts = $2
"""
FAIL = """
UPDATE job SET lease_until = NULL, last_error = $3, run_at = now() + make_interval(secs => $4), failed = $5,
    done_at = CASE WHEN $5 THEN now() END
WHERE id = $1 AND attempts = $2
"""
LET_GO = "UPDATE job SET lease_until = NULL WHERE id = $1 AND attempts = $2 AND done_at IS NULL"
TIDY = f"""
DELETE FROM job WHERE done_at < now() - CASE WHEN failed THEN interval '{KEEP_FAILED}' ELSE interval '{KEEP_DONE}' END
"""  # noqa: S608


def handler(kind: str, *, timeout_s: float = TIMEOUT_S) -> Callable[[Handler], Handler]:
    """Register what a kind of job does. It may run twice for one cause, so it has to be safe to repeat."""

    def register(run: Handler) -> Handler:
        HANDLERS[kind] = Registered(run, timeout_s, None)
        return run

    return register


def every(seconds: float, kind: str, *, timeout_s: float = TIMEOUT_S) -> Callable[[Handler], Handler]:
    """Register what happens by itself every so many seconds, once for all processes together."""

    def register(run: Handler) -> Handler:
        HANDLERS[kind] = Registered(run, timeout_s, seconds)
        return run

    return register


async def enqueue(
    kind: str, payload: Mapping[str, Any] | None = None, *, run_at: datetime | None = None, key: str | None = None
) -> None:
    """Have this done after the current transaction commits; the payload holds ids only.

    With a key there is at most one open job of that kind and key: it runs at least once after every such commit, so a
    second call adds nothing, and one during its run makes it run again. Transactions with the same key wait for each other.
    """
    body = msgspec.json.encode(payload or {}, enc_hook=_plain).decode()
    async with as_house(), connection() as held:
        await held.execute(ENQUEUE, kind, body, key, run_at)
    if run_at is None:
        after_commit(lambda: wake.current().publish(wake.JOBS, kind))


async def ensure_periodic() -> None:
    """Have a row for everything that happens by itself."""
    for kind, registered in HANDLERS.items():
        if registered.every_s is not None:
            async with connection() as held:
                await held.execute(f"{ENQUEUE.split('ON CONFLICT')[0]} ON CONFLICT DO NOTHING", kind, "{}", PERIODIC_KEY, None)


async def claim(limit: int) -> list[Claim]:
    """Take up to so many due rows of the kinds this process knows."""
    async with connection() as held:
        rows = await held.fetch(CLAIM, limit, LEASE_S, list(HANDLERS))
    return [_claim(row) for row in rows]


async def retake(row_id: int, attempt: int, *, again: bool = False) -> Claim | None:
    """A claim that came by way of a queue: none when it is late, doubled or done. `again` makes it a new attempt."""
    async with connection() as held:
        row = await held.fetchrow(RETAKE, row_id, attempt, LEASE_S, int(again))
    return None if row is None else _claim(row)


async def execute(claimed: Claim) -> None:
    """Do the work and write down how it went."""
    registered = HANDLERS[claimed.kind]
    renewing = asyncio.create_task(_renew(claimed))
    try:
        async with asyncio.timeout(registered.timeout_s):
            await registered.run(claimed.payload)
    except Exception as error:
        log.exception("job %d (%s), attempt %d", claimed.id, claimed.kind, claimed.attempt)
        await _fail(claimed, error, registered)
    except asyncio.CancelledError:  # shutting down: another process may have it at once
        await asyncio.shield(_update(LET_GO, claimed.id, claimed.attempt))
        raise
    else:
        await _update(DONE, claimed.id, claimed.attempt, claimed.run_at, registered.every_s)
    finally:
        renewing.cancel()


class RelayWake(LocalWake):
    """For a short-lived process beside an embedded server: what it publishes travels as a job, and the server tells it on."""

    async def publish(self, channel: str, message: str) -> None:
        if channel != wake.JOBS:  # the server's sweep finds jobs by itself
            await enqueue("wake.relay", {"channel": channel, "message": message})


@handler("wake.relay")
async def relay(payload: Payload) -> None:
    """Publish what a short-lived process had to say."""
    await wake.current().publish(payload["channel"], payload["message"])


@every(3600, "jobs.tidy")
async def tidy(payload: Payload) -> None:
    """Forget done jobs after two days and failed ones after ninety."""
    await _update(TIDY)


def _claim(row: asyncpg.Record) -> Claim:
    return Claim(row["id"], row["kind"], msgspec.json.decode(row["payload"]), row["attempts"], row["run_at"])


def _plain(value: Any) -> str:
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"a payload holds ids, numbers and words, not {type(value).__name__}")


async def _renew(claimed: Claim) -> None:
    while True:
        await asyncio.sleep(LEASE_S / 3)
        try:
            await _update(RENEW, claimed.id, claimed.attempt, LEASE_S)
        except Exception as error:
            log.warning("the lease of job %d was not renewed: %s", claimed.id, type(error).__name__)


async def _fail(claimed: Claim, error: Exception, registered: Registered) -> None:
    delay = min(LONGEST_DELAY_S, 2.0**claimed.attempt) * random.uniform(0.5, 1.5)  # noqa: S311
    final = claimed.attempt >= MAX_ATTEMPTS and registered.every_s is None
    if registered.every_s is not None:  # it will be asked for again anyhow: kills that counted as attempts must not put it off
        delay = max(min(delay, PERIODIC_DELAY_S), registered.every_s)
    reason = f"{type(error).__name__}: {error}"[:500]
    await _update(FAIL, claimed.id, claimed.attempt, reason, min(delay, LONGEST_DELAY_S), final)


async def _update(sql: str, *arguments: Any) -> None:
    async with connection() as held:
        await held.execute(sql, *arguments)
