"""Passwords: argon2id over a peppered value, off the event loop, never more than two strangers' at once."""

import asyncio
import base64
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, ParamSpec, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from backend.installation import peppered

MEMORY_KIB: Final = 65536
ROUNDS: Final = 2
AT_ONCE: Final = 2  # each takes MEMORY_KIB and a core: a flood of sign-ins waits here and starves nobody else

PEPPERED: Final = "p1"  # before the hash of a password that went through the installation's pepper first; older hashes lack it

# A hash of the same cost that no password has.
NOBODYS: Final = f"$argon2id$v=19$m={MEMORY_KIB},t={ROUNDS},p=1${'A' * 22}${'A' * 43}"

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")

_hasher: Final = PasswordHasher(time_cost=ROUNDS, memory_cost=MEMORY_KIB, parallelism=1)
_threads: Final = ThreadPoolExecutor(AT_ONCE, "argon2")
_at_home: Final = ThreadPoolExecutor(1, "argon2-known")  # who comes from where they came from before does not queue behind strangers


async def hash_password(password: str) -> str:
    """The encoded argon2id hash of a password."""
    return PEPPERED + await _in_thread(_threads, _hasher.hash, _with_pepper(_same(password)))


async def is_password(password_hash: str | None, password: str, *, known: bool = False) -> bool:
    """Whether the password is the one that was hashed. Without a hash the same work is done, and the answer is no.

    `known`: it is tried from an address from which this login has succeeded, so it has a lane apart.
    """
    return await _in_thread(_at_home if known else _threads, _verify, password_hash, _same(password))


def is_outdated(password_hash: str) -> bool:
    """Whether a hash was made with other costs than today's or without pepper, so that the next sign-in should renew it."""
    return not password_hash.startswith(PEPPERED) or _hasher.check_needs_rehash(password_hash.removeprefix(PEPPERED))


def _verify(password_hash: str | None, password: str) -> bool:
    kept = password_hash or PEPPERED + NOBODYS
    value = _with_pepper(password) if kept.startswith(PEPPERED) else password
    try:
        matches = _hasher.verify(kept.removeprefix(PEPPERED), value)
    except (VerificationError, InvalidHashError):
        return False
    return matches and password_hash is not None


def _with_pepper(password: str) -> str:
    return base64.b64encode(peppered("password", password.encode())).decode()


def _same(password: str) -> str:
    """One form for what different keyboards send for the same characters."""
    return unicodedata.normalize("NFKC", password)


async def _in_thread(
    lane: ThreadPoolExecutor, work: Callable[Arguments, Answer], *arguments: Arguments.args, **named: Arguments.kwargs
) -> Answer:
    return await asyncio.get_running_loop().run_in_executor(lane, lambda: work(*arguments, **named))
