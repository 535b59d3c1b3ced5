"""`./porchlight account`: how an administrator's or a tester's account comes to be, and back into the right hands."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import sys

from backend.access import PASSWORDS, Role
from backend.accounts.actions import NewAccount, find_account, make_account
from backend.accounts.rules import clean_login
from backend.accounts.tables import Account
from backend.db import close_pool, open_pool
from backend.enrolment.actions import offer_to_account
from backend.errors import Refused
from backend.ground import standing
from backend.settings import SETTINGS

SAID = """{login} can come in within one hour, once, with this code:

    {words}

At {origin}/claim, beside the sign-in name {login}; or by this address:

    {origin}/claim#{joined}
"""


def main(arguments: argparse.Namespace) -> int:
    """Make an account, or a new code for one; a password only where it is asked for."""
    try:
        with standing():
            words = asyncio.run(_within_pool(arguments))
    except Refused as refused:
        print(refused.message, file=sys.stderr)
        return 1
    if words:
        print(SAID.format(login=arguments.login, words=" ".join(words), joined="-".join(words), origin=SETTINGS.origin))
    else:
        print(f"{arguments.login} can sign in.")
    return 0


def wanted(arguments: argparse.Namespace) -> NewAccount:
    """The account that is asked for, with the password that is typed. Refused: invalid, where such an account has none."""
    role = Role(arguments.role)
    if arguments.password and not (role in PASSWORDS or SETTINGS.staff_passwords):
        raise Refused("invalid", "The agency's people sign in with a passkey: leave --password out, and a code is printed.")
    return NewAccount(
        login=arguments.login,
        role=role,
        display_name=arguments.name or arguments.login,
        password=_password() if arguments.password else None,
        language=arguments.language,
        person_id=arguments.person_id,
        worker_login=arguments.worker_login,
    )


async def add(new: NewAccount) -> list[str]:
    """Make it; answers the code for its first passkey, where it has no password."""
    account_id = await make_account(new)
    return [] if new.password else await offer_to_account(account_id, new.language)


async def renew(login: str) -> list[str]:
    """A new code for an account; when it is used, no older way to sign in counts any more. Refused: not_found."""
    account = await find_account(Account.login == clean_login(login))
    if account is None:
        raise Refused("not_found", "There is no such account.")
    return await offer_to_account(account["id"], account["language"])


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != password:
        raise SystemExit("The two passwords differ.")
    return password


async def _within_pool(arguments: argparse.Namespace) -> list[str]:
    new = wanted(arguments) if arguments.what == "add" else None
    await open_pool(size=2)
    try:
        return await add(new) if new else await renew(arguments.login)
    finally:
        await close_pool()
