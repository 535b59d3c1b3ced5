"""What can happen to accounts and sessions."""

from __future__ import annotations

from datetime import timedelta
from secrets import token_urlsafe
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from backend.access import Actor, Role
from backend.accounts.passwords import hash_password, is_outdated, is_password
from backend.accounts.rules import LIFETIMES, SEEN_EVERY, clean_login, password_fault, token_hash
from backend.accounts.tables import Account
from backend.accounts.throttle import admit_demo, admit_try, note_success
from backend.accounts.wire import OwnAccount
from backend.db import DB, connection
from backend.errors import Refused
from backend.journal import Entry, record

WRONG: Final = "This login and password do not fit together."

FIND: Final = """
SELECT s.id AS session_id, s.seen_at < now() - $2::interval AS stale, a.id AS account_id, a.role, a.person_id,
    a.worker_login, a.display_name
FROM session s JOIN account a ON a.id = s.account_id
WHERE s.token_hash = $1 AND s.ended_at IS NULL AND s.expires_at > now() AND a.active"""
TOUCH: Final = """
UPDATE session SET seen_at = now(), expires_at = least(now() + $2::interval, created_at + $3::interval)
WHERE id = $1 AND ended_at IS NULL AND seen_at < now() - $4::interval"""
BEGIN: Final = """
INSERT INTO session (token_hash, account_id, expires_at) VALUES ($1, $2, now() + $3::interval) RETURNING id"""
END: Final = "UPDATE session SET ended_at = now() WHERE token_hash = $1 AND ended_at IS NULL"
END_ONE: Final = "UPDATE session SET ended_at = now() WHERE id = $1 AND ended_at IS NULL"
FORGET: Final = "DELETE FROM session WHERE expires_at < now() - $1::interval OR ended_at < now() - $1::interval"
KEPT_ENDED: Final = timedelta(days=30)


class Opened(msgspec.Struct, frozen=True):
    """A session just begun. The token exists here and in the browser's cookie, nowhere else."""

    token: str
    lasts_s: int
    account: OwnAccount


class Asking(msgspec.Struct, frozen=True):
    """Where a sign-in comes from: the network address, and the token of the session that it replaces, if any."""

    host: str
    old_token: str | None = None


class NewAccount(msgspec.Struct, frozen=True, kw_only=True):
    """An account to be made. Without a password nobody can sign in to it by typing one."""

    login: str
    role: Role
    display_name: str
    password: str | None = None
    language: str = "en"
    time_zone: str = "America/New_York"
    person_id: str | None = None
    worker_login: str | None = None
    demo_key: str | None = None


async def sign_in(login: str, password: str, asking: Asking) -> Opened:
    """Begin a session. Refused: unauthorized, alike for an unknown login and a wrong password; too_many."""
    login = clean_login(login)
    await admit_try(login, asking.host)
    account = await _find_account(Account.login == login)
    password_hash: str | None = account["password_hash"] if account else None
    if not await is_password(password_hash, password) or account is None or password_hash is None:
        raise Refused("unauthorized", WRONG)
    renewed = await hash_password(password) if is_outdated(password_hash) else None
    async with DB.transaction():
        await note_success(login, asking.host)
        if renewed:
            await Account.update({Account.password_hash: renewed}).where(Account.id == account["id"])
        return await _begin(account, asking.old_token)


async def demo_sign_in(key: str, asking: Asking) -> Opened:
    """Begin a session as somebody of the demonstration agency. Refused: not_found, too_many."""
    await admit_demo()
    account = await _find_account(Account.demo_key == key)
    if account is None:
        raise Refused("not_found", "There is nobody of that name in the demonstration.")
    async with DB.transaction():
        return await _begin(account, asking.old_token)


async def sign_out(actor: Actor, device: UUID | None = None) -> None:
    """End the actor's session, for every process at once; the named device is told nothing more."""
    async with DB.transaction():
        async with connection() as held:
            await held.execute(END_ONE, actor.session_id)
        detail = {"device": str(device)} if device else {}
        await record([Entry("account.signed_out", actor_id=actor.account_id, detail=detail)])


async def find_session(token: str) -> Actor | None:
    """Whose session a token is, if it still runs; its use is noted at most once a minute, and prolongs it."""
    async with connection() as held:
        found = await held.fetchrow(FIND, token_hash(token), SEEN_EVERY)
        if found is None:
            return None
        role = Role(found["role"])
        if found["stale"]:
            lifetime = LIFETIMES[role]
            await held.execute(TOUCH, found["session_id"], lifetime.idle, lifetime.total, SEEN_EVERY)
    return Actor(found["account_id"], role, found["session_id"], found["person_id"], found["worker_login"], found["display_name"])


async def actor_of_account(account_id: UUID) -> Actor:
    """The actor of a change that a device wrote earlier, as the account is now. Refused: unauthorized when it is closed."""
    found = await _find_account(Account.id == account_id)
    if found is None:
        raise Refused("unauthorized", "Please sign in.")
    return Actor(
        account_id,
        Role(found["role"]),
        None,
        found["person_id"],
        found["worker_login"],
        found["display_name"],
    )


async def get_own_account(actor: Actor) -> OwnAccount:
    """The actor's account as the person may see it."""
    account = await _find_account(Account.id == actor.account_id)
    if account is None:
        raise Refused("unauthorized", "Please sign in.")
    return _own(account)


async def make_account(new: NewAccount) -> UUID:
    """Make an account. Refused: invalid (a weak password, no login), conflict (the login is taken)."""
    login = clean_login(new.login)
    if not login or len(login) > 254 or "\x00" in login:
        raise Refused("invalid", "An account needs a login of at most 254 characters.")
    fault = password_fault(new.password, (login, "porchlight")) if new.password is not None else None
    if fault:
        raise Refused("invalid", fault)
    password_hash = await hash_password(new.password) if new.password is not None else None
    row = {**msgspec.structs.asdict(new), "login": login, "role": new.role.value, "password_hash": password_hash}
    del row["password"]
    try:
        async with DB.transaction():
            account = Account(**row)
            await Account.insert(account)
            await record([Entry("account.made", subject_id=account.id)])
    except asyncpg.UniqueViolationError as error:
        raise Refused("conflict", "There is an account like this already.") from error
    return UUID(str(account.id))


async def forget_old_sessions() -> None:
    """Delete sessions that ended long ago."""
    async with connection() as held:
        await held.execute(FORGET, KEPT_ENDED)


async def _find_account(where: Any) -> dict[str, Any] | None:
    found: dict[str, Any] | None = await Account.select().where(where, Account.active.eq(True)).first()
    return found


async def _begin(account: dict[str, Any], old_token: str | None) -> Opened:
    """A new session under a new token, whatever the browser held before; the session that it replaces ends."""
    token = token_urlsafe(32)
    lifetime = LIFETIMES[Role(account["role"])]
    async with connection() as held:
        if old_token:
            await held.execute(END, token_hash(old_token))
        session_id = await held.fetchval(BEGIN, token_hash(token), account["id"], lifetime.idle)
    await record([Entry("account.signed_in", actor_id=account["id"], subject_id=session_id)])
    return Opened(token, int(lifetime.total.total_seconds()), _own(account))


def _own(account: dict[str, Any]) -> OwnAccount:
    return msgspec.convert({name: account[name] for name in OwnAccount.__struct_fields__}, OwnAccount)
