"""Passwords: argon2id over a peppered value, off the event loop, never more than two strangers' at once, and few who wait for that."""

import asyncio
import base64
import unicodedata
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Final, ParamSpec, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from backend.errors import Refused
from backend.installation import peppered

MEMORY_KIB: Final = 65536
ROUNDS: Final = 2
AT_ONCE: Final = 2  # each takes MEMORY_KIB and a core: a flood of sign-ins waits here and starves nobody else
WAITING_MOST: Final = 32  # in one line, whoever is being served included: about three seconds
CROWDED: Final = "Too many people are signing in at this moment. Please wait a little, then try again."
CROWDED_RETRY_S: Final = 10

PEPPERED: Final = "p1"  # before the hash of a password that went through the installation's pepper first; older hashes lack it

# A hash of the same cost that no password has.
NOBODYS: Final = f"$argon2id$v=19$m={MEMORY_KIB},t={ROUNDS},p=1${'A' * 22}${'A' * 43}"

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")

_hasher: Final = PasswordHasher(time_cost=ROUNDS, memory_cost=MEMORY_KIB, parallelism=1)
_threads: Final = ThreadPoolExecutor(AT_ONCE, "argon2")
_at_home: Final = ThreadPoolExecutor(1, "argon2-known")  # who comes from where they came from before does not queue behind strangers


class Line:
    """Who waits for a thread that hashes. When it is long enough, the next one is asked to come back, before anything is looked up."""

    def __init__(self) -> None:
        self.length = 0

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place until the block ends. Refused: unavailable."""
        if self.length >= WAITING_MOST:
            raise Refused("unavailable", CROWDED, {"code": "crowded"}, retry_after_s=CROWDED_RETRY_S)
        self.length += 1
        try:
            yield
        finally:
            self.length -= 1


STRANGERS: Final = Line()  # who tries a password from where its login has not succeeded before
CHOOSERS: Final = Line()  # who chooses one: signed in, or with a code that was right


def place(*, known: bool) -> AbstractContextManager[None]:
    """A place to try a password from; whoever is known needs none. Refused: unavailable."""
    return nullcontext() if known else STRANGERS.place()


async def hash_password(password: str) -> str:
    """The encoded argon2id hash of a password. Refused: unavailable."""
    with CHOOSERS.place():
        return PEPPERED + await _in_thread(_threads, _hasher.hash, _with_pepper(_same(password)))


async def is_password(password_hash: str | None, password: str, *, known: bool = False) -> bool:
    """Whether the password is the one that was hashed. Without a hash the same work is done, and the answer is no.

    `known`: it is tried from an address from which this login has succeeded, or in a session, so it has a lane apart.
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
