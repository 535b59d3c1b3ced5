"""Signed-in browsers: begun, found, proved anew, listed, ended."""

from __future__ import annotations

from datetime import timedelta
from secrets import token_urlsafe
from typing import Any, Final, Literal
from uuid import UUID

import msgspec

from backend.access import EVERYTHING, Actor, Role
from backend.accounts.rules import LIFETIMES, PROOF_LASTS, SEEN_EVERY, token_hash
from backend.accounts.wire import OwnAccount, OwnSession
from backend.db import DB, connection
from backend.errors import Refused
from backend.journal import Entry, record

How = Literal["password", "passkey", "enrolment", "demo"]

# A token that was replaced serves half a minute more: requests that were under way with it must not sign anybody out.
FIND: Final = f"""
SELECT s.id AS session_id, s.seen_at < now() - $2::interval AS stale, a.id AS account_id, a.role, a.person_id,
    a.worker_login, a.display_name,
    CASE WHEN s.how = 'demo' OR s.created_at > now() - $3::interval THEN '{EVERYTHING}'
        WHEN s.proved_at > now() - $3::interval THEN s.proved_for END AS proved
FROM session s JOIN account a ON a.id = s.account_id
WHERE s.id = (SELECT id FROM session WHERE token_hash = $1
        UNION ALL SELECT id FROM session WHERE old_token_hash = $1 AND rotated_at > now() - interval '30 seconds' LIMIT 1)
    AND s.ended_at IS NULL AND s.expires_at > now() AND a.active"""  # noqa: S608 (a constant)
TOUCH: Final = """
UPDATE session SET seen_at = now(), expires_at = least(now() + $2::interval, created_at + $3::interval)
WHERE id = $1 AND ended_at IS NULL AND seen_at < now() - $4::interval"""
BEGIN: Final = """
INSERT INTO session (token_hash, account_id, expires_at, how, kind) VALUES ($1, $2, now() + $3::interval, $4, $5) RETURNING id"""
ROTATE: Final = """
UPDATE session SET old_token_hash = token_hash, rotated_at = now(), token_hash = $2, proved_for = $3, proved_at = now()
WHERE id = $1 AND ended_at IS NULL AND expires_at > now()
RETURNING extract(epoch FROM created_at + $4::interval - now())::int AS left_s"""
END: Final = "UPDATE session SET ended_at = now() WHERE token_hash = $1 AND ended_at IS NULL RETURNING id, account_id"
END_ONE: Final = "UPDATE session SET ended_at = now() WHERE id = $1 AND ended_at IS NULL"
END_OWN: Final = "UPDATE session SET ended_at = now() WHERE id = $1 AND account_id = $2 AND ended_at IS NULL RETURNING id"
END_OTHERS: Final = """
UPDATE session SET ended_at = now() WHERE account_id = $1 AND id IS DISTINCT FROM $2 AND ended_at IS NULL RETURNING id"""
LIST: Final = """
SELECT id, kind, how, created_at AS began_at, seen_at, least(expires_at, created_at + $3::interval) AS ends_at, id = $2 AS this
FROM session WHERE account_id = $1 AND ended_at IS NULL AND expires_at > now() ORDER BY this DESC, seen_at DESC LIMIT 50"""
FORGET: Final = "DELETE FROM session WHERE expires_at < now() - $1::interval OR ended_at < now() - $1::interval"
KEPT_ENDED: Final = timedelta(days=30)


class Opened(msgspec.Struct, frozen=True):
    """A session just begun. The token exists here and in the browser's cookie, nowhere else."""

    token: str
    lasts_s: int
    account: OwnAccount


class Rotated(msgspec.Struct, frozen=True):
    """A session's new token, and how long its cookie may stay."""

    token: str
    lasts_s: int


class Asking(msgspec.Struct, frozen=True):
    """Where a sign-in comes from: the network address, the token that it replaces, if any, and what kind of browser it is."""

    host: str
    old_token: str | None = None
    kind: str = ""


async def begin(account: dict[str, Any], how: How, asking: Asking) -> Opened:
    """A new session under a new token, whatever the browser held before; the session that it replaces ends.

    Where that was somebody else's, they are signed out here: the browser is told nothing more for them.
    """
    token = token_urlsafe(32)
    lifetime = LIFETIMES[Role(account["role"])]
    async with connection() as held:
        if asking.old_token:
            former = await held.fetchrow(END, token_hash(asking.old_token))
            if former is not None and former["account_id"] != account["id"]:
                await record([Entry("account.session_ended", former["account_id"], subject_id=former["id"])])
        session_id = await held.fetchval(BEGIN, token_hash(token), account["id"], lifetime.idle, how, asking.kind)
    await record([Entry("account.signed_in", actor_id=account["id"], subject_id=session_id, detail={"how": how})])
    return Opened(token, int(lifetime.total.total_seconds()), own_view(account))


async def find_session(token: str) -> Actor | None:
    """Whose session a token is, if it still runs; its use is noted at most once a minute, and prolongs it."""
    async with connection() as held:
        found = await held.fetchrow(FIND, token_hash(token), SEEN_EVERY, PROOF_LASTS)
        if found is None:
            return None
        role = Role(found["role"])
        if found["stale"]:
            lifetime = LIFETIMES[role]
            await held.execute(TOUCH, found["session_id"], lifetime.idle, lifetime.total, SEEN_EVERY)
    return Actor(
        found["account_id"],
        role,
        found["session_id"],
        found["person_id"],
        found["worker_login"],
        found["display_name"],
        found["proved"],
    )


async def rotate(actor: Actor, operation: str) -> Rotated:
    """The session goes on under a new token, proved for one operation. Refused: unauthorized, when it has ended meanwhile."""
    token, lifetime = token_urlsafe(32), LIFETIMES[actor.role]
    async with DB.transaction(), connection() as held:
        left_s = await held.fetchval(ROTATE, actor.session_id, token_hash(token), operation, lifetime.total)
        if left_s is None:
            raise Refused("unauthorized", "Please sign in.")
        await record([Entry("account.proved", actor.account_id, subject_id=actor.session_id, detail={"operation": operation})])
    return Rotated(token, max(left_s, 1))


async def sign_out(actor: Actor, device: UUID | None = None) -> None:
    """End the actor's session, for every process at once; the named device is told nothing more."""
    async with DB.transaction():
        async with connection() as held:
            await held.execute(END_ONE, actor.session_id)
        detail = {"device": str(device)} if device else {}
        await record([Entry("account.signed_out", actor_id=actor.account_id, subject_id=actor.session_id, detail=detail)])


async def list_sessions(actor: Actor) -> list[OwnSession]:
    """Where the actor is signed in, this browser first."""
    async with connection() as held:
        rows = await held.fetch(LIST, actor.account_id, actor.session_id, LIFETIMES[actor.role].total)
    return [msgspec.convert(dict(row), OwnSession) for row in rows]


async def end_session(actor: Actor, session: UUID) -> None:
    """End one of the actor's own sessions. Refused: not_found."""
    async with DB.transaction(), connection() as held:
        if await held.fetchval(END_OWN, session, actor.account_id) is None:
            raise Refused("not_found", "You are not signed in there any more.")
        await record([Entry("account.session_ended", actor.account_id, subject_id=session)])


async def end_others(account_id: UUID, kept: UUID | None = None) -> int:
    """End an account's sessions, all but the one that is kept; answers how many there were."""
    async with DB.transaction(), connection() as held:
        ended = await held.fetch(END_OTHERS, account_id, kept)
        await record([Entry("account.session_ended", account_id, subject_id=row["id"]) for row in ended])
    return len(ended)


async def forget_old_sessions() -> None:
    """Delete sessions that ended long ago."""
    async with connection() as held:
        await held.execute(FORGET, KEPT_ENDED)


def own_view(account: dict[str, Any]) -> OwnAccount:
    """An account's row as its person may see it."""
    return msgspec.convert({name: account[name] for name in OwnAccount.__struct_fields__}, OwnAccount)
