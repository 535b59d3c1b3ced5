"""Passwords: argon2id, off the event loop, never more than two at once."""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, ParamSpec, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MEMORY_KIB: Final = 65536
ROUNDS: Final = 2
AT_ONCE: Final = 2  # each takes MEMORY_KIB and a core: a flood of sign-ins waits here and starves nobody else

# A hash of the same cost that no password has.
NOBODYS: Final = f"$argon2id$v=19$m={MEMORY_KIB},t={ROUNDS},p=1${'A' * 22}${'A' * 43}"

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")

_hasher: Final = PasswordHasher(time_cost=ROUNDS, memory_cost=MEMORY_KIB, parallelism=1)
_threads: Final = ThreadPoolExecutor(AT_ONCE, "argon2")


async def hash_password(password: str) -> str:
    """The encoded argon2id hash of a password."""
    return await _in_thread(_hasher.hash, _same(password))


async def is_password(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one that was hashed. Without a hash the same work is done, and the answer is no."""
    return await _in_thread(_verify, password_hash, _same(password))


def is_outdated(password_hash: str) -> bool:
    """Whether a hash was made with other costs than today's, so that the next sign-in should renew it."""
    return _hasher.check_needs_rehash(password_hash)


def _verify(password_hash: str | None, password: str) -> bool:
    try:
        matches = _hasher.verify(password_hash or NOBODYS, password)
    except (VerificationError, InvalidHashError):
        return False
    return matches and password_hash is not None


def _same(password: str) -> str:
    """One form for what different keyboards send for the same characters."""
    return unicodedata.normalize("NFKC", password)


async def _in_thread(work: Callable[Arguments, Answer], *arguments: Arguments.args, **named: Arguments.kwargs) -> Answer:
    return await asyncio.get_running_loop().run_in_executor(_threads, lambda: work(*arguments, **named))
