"""`./porchlight account add`: how an administrator's or a tester's login comes to be."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import sys

from backend.access import Role
from backend.accounts.actions import NewAccount, make_account
from backend.db import close_pool, open_pool
from backend.errors import Refused
from backend.ground import standing


def main(arguments: argparse.Namespace) -> int:
    """Make an account; the password is typed twice, or comes as the one line of standard input."""
    try:
        with standing():
            asyncio.run(_add(wanted(arguments)))
    except Refused as refused:
        print(refused.message, file=sys.stderr)
        return 1
    print(f"{arguments.login} can sign in.")
    return 0


def wanted(arguments: argparse.Namespace) -> NewAccount:
    """The account that is asked for, with the password that is typed."""
    return NewAccount(
        login=arguments.login,
        role=Role(arguments.role),
        display_name=arguments.name or arguments.login,
        password=_password(),
        language=arguments.language,
        person_id=arguments.person_id,
        worker_login=arguments.worker_login,
    )


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != password:
        raise SystemExit("The two passwords differ.")
    return password


async def _add(new: NewAccount) -> None:
    await open_pool(size=1)
    try:
        await make_account(new)
    finally:
        await close_pool()
