"""What the browser in which a code was right does next: a passkey, or a password with an app. Then the person is in, or waits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from backend.access import PASSWORDS, Role
from backend.accounts import challenges, factors, passkeys
from backend.accounts.actions import NewAccount, find_account, make_account
from backend.accounts.factors import Key, Secrets
from backend.accounts.own import start_password
from backend.accounts.passkeys import Answer, Owner, Relying
from backend.accounts.rules import token_hash
from backend.accounts.sessions import Asking, Opened, begin
from backend.accounts.tables import Account
from backend.accounts.wire import MadePasskey, PasswordStart
from backend.db import DB, connection
from backend.enrolment import recovery
from backend.enrolment.wire import Ticket
from backend.errors import Refused
from backend.journal import Entry, record

ENROL: Final = "enrol"

Keep = Callable[[UUID, UUID | None], Awaitable[list[str]]]  # account, recovery that it waits for → recovery codes

FIND: Final = """
SELECT e.*, c.way, c.person_id, a.id IS NOT NULL AS made, a.role, a.display_name, p.first_name, p.last_name, p.language,
    (SELECT time_zone FROM agency LIMIT 1) AS time_zone
FROM enrolment e JOIN claim c ON c.id = e.claim_id LEFT JOIN account a ON a.id = e.account_id
LEFT JOIN LATERAL (SELECT o.first_name, o.last_name, o.language FROM participant o WHERE o.person_id = c.person_id AND o.to_on IS NULL
    ORDER BY o.from_on DESC LIMIT 1) p ON true
WHERE e.token_hash = $1 AND e.done_at IS NULL AND e.expires_at > now()
    AND NOT (c.way = 'letter' AND EXISTS (SELECT 1 FROM guarded_person g WHERE g.person_id = c.person_id))"""
DONE: Final = "UPDATE enrolment SET done_at = now() WHERE id = $1 AND done_at IS NULL RETURNING true"


class Finished(msgspec.Struct, frozen=True):
    """Signed in (`opened`), or to be ready at an instant; and the recovery codes that belong to a password."""

    opened: Opened | None
    ready_at: datetime | None
    recovery_codes: list[str]


async def get_ticket(token: str, *, staff_passwords: bool) -> Ticket:
    """What this browser may still do. Refused: gone."""
    row = await _find(token)
    return Ticket(
        login=row["login"],
        display_name=_name(row),
        recovers=row["recovers"],
        may_have_password=_may_have_password(row, staff_passwords),
        expires_at=row["expires_at"],
    )


async def leave_ticket(token: str) -> None:
    """This browser wants nothing more: on a shared computer nobody goes on with it."""
    async with DB.transaction(), connection() as held:
        row = await _find(token)
        await held.fetchval(DONE, row["id"])
        await record([Entry("enrolment.left", subject_id=row["id"])])


async def ask_for_passkey(relying: Relying, token: str) -> Answer:
    """What a passkey is to be made from. Refused: gone."""
    row = await _find(token)
    owner = Owner(row["account_id"], row["login"], _name(row))
    return passkeys.creation(relying, await challenges.ask(ENROL, token_hash(token)), owner, [])


async def finish_with_passkey(relying: Relying, token: str, made: MadePasskey, asking: Asking) -> Finished:
    """The passkey becomes the person's. Refused: gone, unauthorized, conflict."""
    challenge = passkeys.challenge_in(made.passkey)
    await challenges.take(challenge, ENROL, token_hash(token))
    new = passkeys.verify_made(relying, challenge, made.passkey)

    async def keep(account_id: UUID, waits_for: UUID | None) -> list[str]:
        await factors.keep_passkey(account_id, Key(new, made.prf, made.name.strip(), waits_for))
        return []

    return await _finish(token, asking, keep)


async def begin_password(token: str, password: str, *, staff_passwords: bool) -> PasswordStart:
    """A password, and a seed for the app. Refused: gone, invalid, forbidden to staff."""
    row = await _find(token)
    if not _may_have_password(row, staff_passwords):
        raise Refused("forbidden", "Your agency's people sign in with a passkey.")
    return await start_password(token_hash(token), row["login"], password)


async def finish_with_password(token: str, code: str, asking: Asking) -> Finished:
    """The app shows the right digits: password and seed become the person's. Refused: gone, unauthorized."""
    await _find(token)
    kept: Secrets = await factors.finish_setup(token_hash(token), code)

    async def keep(account_id: UUID, waits_for: UUID | None) -> list[str]:
        if waits_for is None:
            return await factors.keep_secrets(account_id, token_hash(token), kept)
        return await recovery.hold_secrets(account_id, waits_for, kept)

    return await _finish(token, asking, keep)


async def _finish(token: str, asking: Asking, keep: Keep) -> Finished:
    """One enrolment, once: a new account, an operator's account made anew, or a recovery that begins to wait."""
    async with DB.transaction(), connection() as held:
        row = await _find(token)
        if not await held.fetchval(DONE, row["id"]):
            raise _gone()
        if row["recovers"]:
            waits = await recovery.ask(row["account_id"])
            return Finished(None, waits.ready_at, await keep(row["account_id"], waits.id))
        if row["made"]:
            await recovery.clear_ways(row["account_id"])
        else:
            await make_account(_new_account(row), row["account_id"])
        codes = await keep(row["account_id"], None)
        account = await find_account(Account.id == row["account_id"])
        if account is None:
            raise _gone()
        await record([Entry("enrolment.done", row["account_id"], subject_id=row["id"])])
        return Finished(await begin(account, "enrolment", asking), None, codes)


async def _find(token: str) -> Any:
    async with connection() as held:
        row = await held.fetchrow(FIND, token_hash(token))
    if row is None:
        raise _gone()
    return row


def _gone() -> Refused:
    return Refused("gone", "Please enter your code once more, or ask your office for a new one.", {"code": "code_again"})


def _name(row: Any) -> str:
    return row["display_name"] or f"{row['first_name'] or ''} {row['last_name'] or ''}".strip()


def _may_have_password(row: Any, staff_passwords: bool) -> bool:
    return staff_passwords or Role(row["role"] or Role.PARENT) in PASSWORDS


def _new_account(row: Any) -> NewAccount:
    return NewAccount(
        login=row["login"],
        role=Role.PARENT,
        display_name=_name(row),
        language="es" if row["language"] == "es" else "en",
        time_zone=row["time_zone"] or "America/New_York",
        person_id=row["person_id"],
    )
