"""What a signed-in person can do with their own ways to sign in, and how they show once more that it is them."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from backend.access import PASSWORDS, Actor
from backend.accounts import challenges, digits, factors, passkeys
from backend.accounts.actions import find_account
from backend.accounts.factors import Key
from backend.accounts.passkeys import Answer, Owner, Relying
from backend.accounts.passwords import hash_password, is_password
from backend.accounts.rules import password_fault
from backend.accounts.sessions import Rotated, end_others, list_sessions, rotate
from backend.accounts.tables import Account
from backend.accounts.throttle import admit_passkey, admit_try, is_known, note_success
from backend.accounts.wire import MadePasskey, OwnSecurity, PasswordStart, Prove, RecoveryCodes
from backend.db import DB, connection
from backend.errors import Refused
from backend.journal import Entry, record
from backend.policy import STEP_UP, may
from backend.settings import SETTINGS

MAKE: Final = "make"
LEFT: Final = """
SELECT a.password_hash IS NOT NULL AS password, count(k.id) FILTER (WHERE k.regressed_at IS NULL) AS passkeys,
    EXISTS (SELECT 1 FROM authenticator s WHERE s.account_id = a.id) AS app,
    (SELECT count(*) FROM recovery_code c WHERE c.account_id = a.id AND c.used_at IS NULL AND c.waits_for IS NULL) AS codes,
    a.login, a.alert, a.alert_at, (SELECT l.number FROM phone_line l WHERE l.account_id = a.id) AS phone_line
FROM account a LEFT JOIN passkey k ON k.account_id = a.id AND k.waits_for IS NULL WHERE a.id = $1 GROUP BY a.id"""
LOCK: Final = "SELECT 1 FROM account WHERE id = $1 FOR UPDATE"
REMOVE: Final = "DELETE FROM passkey WHERE id = $1 AND account_id = $2 AND waits_for IS NULL RETURNING id"
FORGET_PASSWORD: Final = "UPDATE account SET password_hash = NULL WHERE id = $1"  # noqa: S105
DISMISS: Final = "UPDATE account SET alert = NULL, alert_at = NULL WHERE id = $1 AND alert <> 'recovery'"
LAST: Final = "This is your only way to sign in. Add another one first."


async def get_security(actor: Actor, *, staff_passwords: bool) -> OwnSecurity:
    """The actor's ways to sign in, and where they are signed in."""
    async with connection() as held:
        row = await held.fetchrow(LEFT, actor.account_id)
    if row is None:
        raise Refused("unauthorized", "Please sign in.")
    return OwnSecurity(
        login=row["login"],
        passkeys=await factors.list_passkeys(actor.account_id),
        password=row["password"],
        app=row["app"],
        recovery_codes=row["codes"],
        may_have_password=staff_passwords or actor.role in PASSWORDS,
        phone_line=(row["phone_line"] or "") if may(actor.role, "phone_line.manage") else None,
        sessions=await list_sessions(actor),
        alert=row["alert"],
        alert_at=row["alert_at"],
    )


async def ask_to_prove(relying: Relying, actor: Actor, operation: str) -> Answer:
    """What one of the actor's passkeys is to sign, for this operation and no other. Refused: invalid, not_found."""
    _must_be_listed(operation)
    known = await factors.credentials_of(actor.account_id)
    if not known:
        raise Refused("not_found", "There is no passkey yet.", {"code": "no_passkey"})
    return passkeys.assertion(relying, await challenges.ask(f"prove:{operation}", _session(actor)), known)


async def prove(relying: Relying, actor: Actor, given: Prove, host: str) -> Rotated:
    """The actor shows once more that it is them, for one operation and five minutes. Refused: unauthorized, too_many."""
    _must_be_listed(given.operation)
    if given.passkey is not None:
        await admit_passkey(host)
        account_id = await factors.recognise(relying, given.passkey, (f"prove:{given.operation}", _session(actor)))
        fits = account_id == actor.account_id
    else:
        fits = await _knows_secrets(actor, given, host)
    if not fits:
        await record([Entry("account.proof_refused", actor.account_id, subject_id=actor.session_id)])
        raise Refused("unauthorized", "This did not fit. Please try again.", {"code": "not_proved"})
    return await rotate(actor, given.operation)


async def ask_for_new_passkey(relying: Relying, actor: Actor) -> Answer:
    """What the actor's browser is to make a passkey from."""
    account = await find_account(Account.id == actor.account_id)
    owner = Owner(actor.account_id, account["login"] if account else "", actor.display_name)
    known = await factors.credentials_of(actor.account_id)
    return passkeys.creation(relying, await challenges.ask(MAKE, _session(actor)), owner, known)


async def add_passkey(relying: Relying, actor: Actor, made: MadePasskey) -> UUID:
    """Keep a passkey that the actor's browser made. Refused: unauthorized, conflict."""
    challenge = passkeys.challenge_in(made.passkey)
    await challenges.take(challenge, MAKE, _session(actor))
    new = passkeys.verify_made(relying, challenge, made.passkey)
    async with DB.transaction():
        kept = await factors.keep_passkey(actor.account_id, Key(new, made.prf, made.name.strip()))
        await factors.alert(actor.account_id, "factor_changed")
    return kept


async def remove_passkey(actor: Actor, passkey: UUID) -> None:
    """One way less to sign in; every other session ends. Refused: not_found, conflict when nothing would be left."""
    async with DB.transaction(), connection() as held:
        await held.execute(LOCK, actor.account_id)
        if await held.fetchval(REMOVE, passkey, actor.account_id) is None:
            raise Refused("not_found", "There is no such passkey.")
        await _must_be_left(actor)
        await record([Entry("passkey.removed", actor.account_id, subject_id=passkey)])
        await _changed(actor)


async def begin_password(actor: Actor, password: str, *, staff_passwords: bool) -> PasswordStart:
    """A password, and a seed for the app that shows the digits. Refused: invalid, forbidden to staff."""
    if not (staff_passwords or actor.role in PASSWORDS):
        raise Refused("forbidden", "Your agency's people sign in with a passkey.")
    account = await find_account(Account.id == actor.account_id)
    return await start_password(_session(actor), account["login"] if account else "", password)


async def start_password(holder: bytes, login: str, password: str) -> PasswordStart:
    """The same for whoever holds it: a session or an enrolment. Refused: invalid."""
    fault = password_fault(password, (login, SETTINGS.agency_name))
    if fault:
        raise Refused("invalid", fault.say, {"code": fault.code})
    seed = await factors.set_up(holder, await hash_password(password))
    link = digits.seed_link(seed, login, SETTINGS.agency_name)
    return PasswordStart(login=login, seed=seed, link=link, picture=digits.picture(link))


async def finish_password(actor: Actor, code: str) -> RecoveryCodes:
    """The app shows the right digits: from now on the password counts; every other session ends."""
    kept = await factors.finish_setup(_session(actor), code)
    async with DB.transaction():
        codes = await factors.keep_secrets(actor.account_id, _session(actor), kept)
        await _changed(actor)
    return RecoveryCodes(codes=codes)


async def remove_password(actor: Actor) -> None:
    """No password, app or recovery codes any more. Refused: conflict when nothing would be left."""
    async with DB.transaction(), connection() as held:
        await held.execute(LOCK, actor.account_id)
        await held.execute(FORGET_PASSWORD, actor.account_id)
        await held.execute("DELETE FROM authenticator WHERE account_id = $1", actor.account_id)
        await held.execute("DELETE FROM recovery_code WHERE account_id = $1 AND waits_for IS NULL", actor.account_id)
        await _must_be_left(actor)
        await record([Entry("password.removed", actor.account_id)])
        await _changed(actor)


async def renew_recovery_codes(actor: Actor) -> RecoveryCodes:
    """Ten new codes; the older ones are void. Refused: conflict without an app's digits."""
    if not await factors.has_authenticator(actor.account_id):
        raise Refused("conflict", "Recovery codes belong to a password.", {"code": "no_password"})
    return RecoveryCodes(codes=await factors.new_recovery_codes(actor.account_id))


async def end_other_sessions(actor: Actor) -> None:
    """Sign the actor out everywhere else."""
    await end_others(actor.account_id, actor.session_id)


async def dismiss_alert(actor: Actor) -> None:
    """The person has read it. What still can be stopped stays."""
    async with DB.transaction(), connection() as held:
        await held.execute(DISMISS, actor.account_id)
        await record([Entry("alert.dismissed", actor.account_id)])


async def _changed(actor: Actor) -> None:
    await end_others(actor.account_id, actor.session_id)
    await factors.alert(actor.account_id, "factor_changed")


async def _must_be_left(actor: Actor) -> None:
    async with connection() as held:
        row = await held.fetchrow(LEFT, actor.account_id)
    if row is None or not (row["passkeys"] or row["password"]):
        raise Refused("conflict", LAST, {"code": "last_way"})


async def _knows_secrets(actor: Actor, given: Prove, host: str) -> bool:
    """The password and, where there is an app, its digits; tries are counted like those of signing in, but stand in no line."""
    account = await find_account(Account.id == actor.account_id)
    login = account["login"] if account else ""
    await admit_try(login, host, known=await is_known(login, host))
    if account is None or not await is_password(account["password_hash"], given.password or "", known=True):
        return False
    if await factors.has_authenticator(actor.account_id) and not await factors.spend_code(actor.account_id, given.code or ""):
        return False
    await note_success(login, host)
    return True


def _must_be_listed(operation: str) -> None:
    if operation not in STEP_UP:
        raise Refused("invalid", "Nothing of this name asks for a proof.")


def _session(actor: Actor) -> bytes:
    return actor.session_id.bytes if actor.session_id else b""
