"""How often somebody has tried to sign in, counted in PostgreSQL so that every process knows."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from backend.accounts.rules import (
    ABROAD,
    ADDRESS,
    ALL_PER_MINUTE,
    CODES,
    HERE,
    KNOWN_FOR_S,
    PASSKEYS_PER_MINUTE,
    Waits,
    address_of,
    throttle_key,
    wait_s,
)
from backend.db import connection
from backend.errors import Refused

if TYPE_CHECKING:
    from backend.db import Connection

STEPS: Final = 12  # of growing waits; by then the longest is reached

# One statement counts a try or, when it comes too early, counts nothing and returns no row. The waits after 0, 1, 2 ...
# tries travel as an array ($3), so that the rule stands in one place. Of two tries at the same moment the one that began
# first may be counted last: it then meets a row that is younger than its own now(), and no time has passed, not less.
COUNT: Final = """
INSERT INTO throttle AS t (key, window_at, hits) VALUES ($1, now(), 1)
ON CONFLICT (key) DO UPDATE SET
    window_at = greatest(now(), t.window_at),
    hits = CASE WHEN now() - t.window_at > $2::interval THEN 1 ELSE least(t.hits + 2, cardinality($3::int[])) - 1 END
    WHERE now() - t.window_at > $2::interval
        OR greatest(now() - t.window_at, interval '0') >= make_interval(secs => ($3::int[])[t.hits + 1])
RETURNING hits"""
REST: Final = """
SELECT ceil(extract(epoch FROM t.window_at + make_interval(secs => ($2::int[])[t.hits + 1]) - now()))::int
FROM throttle t WHERE t.key = $1"""
COUNT_MINUTE: Final = """
INSERT INTO throttle AS t (key, window_at, hits) VALUES ($1, now(), 1)
ON CONFLICT (key) DO UPDATE SET
    window_at = CASE WHEN now() - t.window_at >= interval '1 minute' THEN now() ELSE t.window_at END,
    hits = CASE WHEN now() - t.window_at >= interval '1 minute' THEN 1 ELSE t.hits + 1 END
RETURNING hits, ceil(60 - extract(epoch FROM now() - window_at))::int AS rest"""
IS_KNOWN: Final = "SELECT true FROM throttle WHERE key = $1 AND window_at > now() - make_interval(secs => $2)"
SUCCEEDED: Final = """
WITH forgotten AS (DELETE FROM throttle WHERE key = $2),
    undone AS (UPDATE throttle SET hits = greatest(hits - 1, 0) WHERE key = ANY($3::text[]))
INSERT INTO throttle (key, window_at, hits) VALUES ($1, now(), 1) ON CONFLICT (key) DO UPDATE SET window_at = now()"""
UNDO: Final = "UPDATE throttle SET hits = greatest(hits - 1, 0) WHERE key = $1"
FORGET: Final = """
DELETE FROM throttle
WHERE window_at < now() - make_interval(secs => CASE WHEN key LIKE 'known:%' THEN $1::int ELSE $2::int END)"""


async def admit_try(login: str, host: str, *, known: bool = False) -> None:
    """Count a try to sign in before it is made. Refused: too_many, with the seconds to wait.

    A `known` address, from which this login has succeeded, is slowed only by its own tries: strangers cannot lock a person out.
    """
    address = address_of(host)
    async with connection() as held:
        await _count(held, throttle_key("here", login, address), HERE)
        if known:
            return
        await _count(held, throttle_key("address", address), ADDRESS)
        await _count(held, throttle_key("abroad", login), ABROAD)
        await _count_minute(held, "all:sign-in", ALL_PER_MINUTE)


async def admit_demo() -> None:
    """Count a one-tap sign-in; they are cheap, yet each leaves a session."""
    async with connection() as held:
        await _count_minute(held, "all:demo", ALL_PER_MINUTE)


async def admit_passkey(host: str) -> None:
    """Count a use of the door for passkeys, by address alone: no login is named there, so nobody can be kept out of it."""
    async with connection() as held:
        await _count_minute(held, throttle_key("passkey", address_of(host)), PASSKEYS_PER_MINUTE)


async def admit_claim(host: str) -> None:
    """Count a try of a code from a letter or a worker: slowed by address and all together, never by person."""
    async with connection() as held:
        await _count(held, throttle_key("claim", address_of(host)), ADDRESS)
        await _count_minute(held, "all:claim", ALL_PER_MINUTE)


async def admit_code(account_id: UUID, channel: str) -> None:
    """Count a code that a person has sent to an address which they say is theirs; in the caller's transaction."""
    async with connection() as held:
        await _count(held, throttle_key("code", str(account_id), channel), CODES)


async def note_claimed(host: str) -> None:
    """A code that was right is not counted: an office enrols many people behind one address."""
    async with connection() as held:
        await held.execute(UNDO, throttle_key("claim", address_of(host)))


async def note_success(login: str, host: str) -> None:
    """Forget this address's tries at the login, and know the address from now on."""
    address = address_of(host)
    async with connection() as held:
        known, here = throttle_key("known", login, address), throttle_key("here", login, address)
        await held.execute(SUCCEEDED, known, here, [throttle_key("address", address), throttle_key("abroad", login)])


async def is_known(login: str, host: str) -> bool:
    """Whether this login has succeeded from this address within the time that is remembered."""
    async with connection() as held:
        return bool(await held.fetchval(IS_KNOWN, throttle_key("known", login, address_of(host)), KNOWN_FOR_S))


async def forget_old() -> None:
    """Delete counts that no longer count."""
    async with connection() as held:
        await held.execute(FORGET, KNOWN_FOR_S, max(HERE.forgotten_s, ABROAD.forgotten_s, ADDRESS.forgotten_s))


async def _count(held: Connection, key: str, waits: Waits) -> None:
    table = [wait_s(waits, tries) for tries in range(waits.free + STEPS)]
    if await held.fetchval(COUNT, key, timedelta(seconds=waits.forgotten_s), table) is None:
        _refuse(await held.fetchval(REST, key, table) or 1)


async def _count_minute(held: Connection, key: str, most: int) -> None:
    row = await held.fetchrow(COUNT_MINUTE, key)
    if row is not None and row["hits"] > most:
        _refuse(row["rest"])


def _refuse(rest_s: int) -> None:
    raise Refused("too_many", "Too many tries. Please wait a little, then try again.", retry_after_s=max(rest_s, 1))
