"""What can happen to accounts: they are made, and people sign in to them."""

from __future__ import annotations

from typing import Any, Final, NoReturn
from uuid import UUID

import asyncpg
import msgspec

from backend.access import PASSWORDS, Actor, Role
from backend.accounts import challenges, factors, passkeys
from backend.accounts.passkeys import Answer, Relying
from backend.accounts.passwords import hash_password, is_outdated, is_password, place
from backend.accounts.rules import clean_login, password_fault, token_hash
from backend.accounts.sessions import Asking, Opened, begin, own_view
from backend.accounts.tables import Account
from backend.accounts.throttle import admit_demo, admit_passkey, admit_try, is_known, note_success
from backend.accounts.wire import OwnAccount, SignIn
from backend.db import DB, connection
from backend.errors import Refused
from backend.journal import Entry, record
from backend.settings import SETTINGS

WRONG: Final = "This login and password do not fit together."
SIGN_IN: Final = "sign-in"
ACTOR: Final = "SELECT role, person_id, worker_login, display_name FROM account WHERE id = $1 AND active"


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


async def sign_in(typed: SignIn, asking: Asking, *, staff_passwords: bool) -> Opened:
    """Begin a session. Refused: unauthorized, alike for an unknown login and a wrong password; too_many; unavailable.

    Whoever has the right password learns whether an app's digits are asked for besides (`code`: second_factor), and no more.
    """
    login = clean_login(typed.login)
    known = await is_known(login, asking.host)
    with place(known=known):
        await admit_try(login, asking.host, known=known)
        account = await find_account(Account.login == login)
        password_hash: str | None = account["password_hash"] if account else None
        fits = await is_password(password_hash, typed.password, known=known)
    if not fits or account is None or password_hash is None or not (staff_passwords or Role(account["role"]) in PASSWORDS):
        await _refuse(account)
    if await factors.has_authenticator(account["id"]):
        await _second_factor(account, typed.code)
    renewed = await hash_password(typed.password) if is_outdated(password_hash) else None
    async with DB.transaction():
        await note_success(login, asking.host)
        if renewed:
            await Account.update({Account.password_hash: renewed}).where(Account.id == account["id"])
        return await begin(account, "password", asking)


async def ask_for_passkey(relying: Relying, browser: str, host: str) -> Answer:
    """What a browser is to have signed; any passkey of ours may answer, so nobody is named. Refused: too_many."""
    await admit_passkey(host)
    return passkeys.assertion(relying, await challenges.ask(SIGN_IN, token_hash(browser)))


async def passkey_sign_in(relying: Relying, browser: str, answer: Answer, asking: Asking) -> Opened:
    """Begin a session by a passkey. Refused: unauthorized, alike for whatever is wrong; too_many."""
    await admit_passkey(asking.host)
    try:
        account_id = await factors.recognise(relying, answer, (SIGN_IN, token_hash(browser)))
        account = await find_account(Account.id == account_id)
        if account is None:
            raise Refused("unauthorized", passkeys.NO_KEY)
    except Refused:
        await record([Entry("account.sign_in_refused", detail={"how": "passkey"})])
        raise
    async with DB.transaction():
        return await begin(account, "passkey", asking)


async def demo_sign_in(key: str, asking: Asking) -> Opened:
    """Begin a session as somebody of the demonstration agency. Refused: not_found, too_many."""
    await admit_demo()
    account = await find_account(Account.demo_key == key)
    if account is None:
        raise Refused("not_found", "There is nobody of that name in the demonstration.")
    async with DB.transaction():
        return await begin(account, "demo", asking)


async def actor_of_account(account_id: UUID) -> Actor:
    """The actor of a change that a device wrote earlier, as the account is now. Refused: unauthorized when it is closed."""
    async with connection() as held:
        found = await held.fetchrow(ACTOR, account_id)
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
    account = await find_account(Account.id == actor.account_id)
    if account is None:
        raise Refused("unauthorized", "Please sign in.")
    return own_view(account)


async def make_account(new: NewAccount, account_id: UUID | None = None) -> UUID:
    """Make an account, under this id if one is given. Refused: invalid (a weak password, no login), conflict (it is taken)."""
    login = clean_login(new.login)
    if not login or len(login) > 254 or "\x00" in login:
        raise Refused("invalid", "An account needs a login of at most 254 characters.")
    fault = password_fault(new.password, (login, SETTINGS.agency_name), alone=True) if new.password is not None else None
    if fault:
        raise Refused("invalid", fault.say, {"code": fault.code})
    password_hash = await hash_password(new.password) if new.password is not None else None
    row: dict[str, Any] = {**msgspec.structs.asdict(new), "login": login, "role": new.role.value, "password_hash": password_hash}
    del row["password"]
    if account_id is not None:
        row["id"] = account_id
    try:
        async with DB.transaction():
            account = Account(**row)
            await Account.insert(account)
            await record([Entry("account.made", subject_id=account.id)])
    except asyncpg.UniqueViolationError as error:
        raise Refused("conflict", "There is an account like this already.") from error
    return UUID(str(account.id))


async def find_account(where: Any) -> dict[str, Any] | None:
    """The active account for which it is true."""
    found: dict[str, Any] | None = await Account.select().where(where, Account.active.eq(True)).first()
    return found


async def _second_factor(account: dict[str, Any], code: str | None) -> None:
    """The digits of the person's app, or a recovery code. Refused: unauthorized, with what is asked for as its code."""
    if not code:
        raise Refused("unauthorized", "The code from your app is asked for, too.", {"code": "second_factor"})
    if not await factors.spend_code(account["id"], code):
        await record([Entry("account.sign_in_refused", subject_id=account["id"], detail={"how": "code"})])
        raise Refused("unauthorized", "This code is not right, or was used before.", {"code": "wrong_code"})


async def _refuse(account: dict[str, Any] | None) -> NoReturn:
    """Note it, and say the same to everybody."""
    subject = account["id"] if account else None
    await record([Entry("account.sign_in_refused", subject_id=subject, detail={"how": "password"})])
    raise Refused("unauthorized", WRONG)
