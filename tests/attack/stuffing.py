"""Logins with passwords, as they are sold after a leak elsewhere, are tried from thousands of addresses; a victim signs in meanwhile."""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import asyncpg

from backend.accounts.rules import ABROAD
from backend.embedded import Embedded
from tests.bench.stage import in_thread
from tests.journeys.house import House, house

ADDRESSES, ACCOUNTS, AT_ONCE = 5_000, 50, 120  # more at once than the line before the check of passwords takes
PASSWORD = "a fine long walk in the rain"
HOME = "203.0.113.7"  # from where the victim has signed in before
EVERY_S = 0.5
MOST_WAIT_S = 10.0
CROWDED, SLOWED, TRIED = 503, 429, 401
LOCKING = "tests.attack.locking"


def attack(server: Embedded, pairs: int, *, locking: bool = False) -> list[str]:
    """Findings. `locking` is a planted fault: an address from which somebody has signed in before counts like any other."""
    found: list[str] = []

    async def play() -> None:
        with house(server.url(), PORCHLIGHT_PROXIES="127.0.0.1") as made:
            if locking:
                made.through = LOCKING
            await _people(made)
            made.api()
            found.extend(await _attack(made.origin, pairs, server))

    in_thread(play())
    return found


async def _people(made: House) -> None:
    """Fifty parents with passwords, all of them the same one: hashing is slow on purpose."""
    from backend.accounts.passwords import hash_password

    hashed = await hash_password(PASSWORD)
    held = await asyncpg.connect(made.database_url)
    await held.execute("DELETE FROM throttle")
    await held.executemany(
        "INSERT INTO account (role, login, display_name, password_hash) VALUES ('parent', $1, 'Invented', $2) ON CONFLICT DO NOTHING",
        [(f"stuffed{n}@example.org", hashed) for n in range(ACCOUNTS)],
    )
    await held.close()


async def _attack(origin: str, pairs: int, server: Embedded) -> list[str]:
    rng = random.Random(1)
    left = iter(range(pairs))
    answers: Counter[int] = Counter()
    async with _client(origin) as client:
        home = await _sign_in(client, HOME, 0, PASSWORD)
        assert home[0] == 200, home
        over = asyncio.Event()

        async def bot() -> None:
            for number in left:
                address = f"10.{rng.randrange(20)}.{rng.randrange(250)}.{rng.randrange(1, 251)}"
                address = f"10.0.{number % ADDRESSES // 250}.{number % 250 + 1}" if number < ADDRESSES else address
                status, _ = await _sign_in(client, address, rng.randrange(ACCOUNTS), f"leaked elsewhere {number}")
                answers[status] += 1

        victims = [asyncio.create_task(each(client, over)) for each in (_victim, _with_passkey)]
        began = time.monotonic()
        await asyncio.gather(*(bot() for _ in range(AT_ONCE)))
        took = time.monotonic() - began
        over.set()
        (home_tries, home_failed), (key_tries, key_failed) = [await victim for victim in victims]
    guessed = await _guesses(server)
    _say(pairs, took, answers, guessed, {"at home": (home_tries, home_failed), "passkey's door": (key_tries, key_failed)})
    return _faults(answers, guessed, took, home_failed, key_failed, home_tries)


def _faults(answers: Counter[int], guessed: int, took: float, home_failed: int, key_failed: int, tries: list[float]) -> list[str]:
    found = []
    if answers[200]:
        found.append(f"stuffing: {answers[200]} pairs signed in")
    if guessed > (most := ABROAD.free + took / ABROAD.longest_s + 8):
        found.append(f"stuffing: {guessed} guesses at one account, more than {most:.0f}")
    if home_failed or key_failed:
        found.append(f"stuffing: the victim was turned away {home_failed} times at home, {key_failed} times at the passkey's door")
    if tries and statistics.quantiles(tries, n=20)[-1] > MOST_WAIT_S:
        found.append(f"stuffing: the victim waited {statistics.quantiles(tries, n=20)[-1]:.1f} s")
    if any(status >= 500 and status != CROWDED for status in answers):
        found.append(f"stuffing: {dict(answers)}")
    if answers[CROWDED] == 0:
        found.append("stuffing: nobody was asked to come back, however many stood in line")
    return found


async def _victim(client: aiohttp.ClientSession, over: asyncio.Event) -> tuple[list[float], int]:
    """Signs in at home again and again."""
    return await _again(over, lambda: _sign_in(client, HOME, 0, PASSWORD))


async def _with_passkey(client: aiohttp.ClientSession, over: asyncio.Event) -> tuple[list[float], int]:
    """Comes to the door for passkeys, from an address that is under the others'."""

    async def ask() -> tuple[int, float]:
        return await _post(client, "/v1/sign-in/passkey/options", "198.51.100.9", {})

    return await _again(over, ask)


async def _again(over: asyncio.Event, ask: Any) -> tuple[list[float], int]:
    took, failed = [], 0
    while not over.is_set():
        status, seconds = await ask()
        failed += status not in (200, 201)
        took.append(seconds)
        await asyncio.sleep(EVERY_S)
    return took, failed


async def _sign_in(client: aiohttp.ClientSession, address: str, account: int, password: str) -> tuple[int, float]:
    return await _post(client, "/v1/sign-in", address, {"login": f"stuffed{account}@example.org", "password": password})


async def _post(client: aiohttp.ClientSession, path: str, address: str, body: dict[str, str]) -> tuple[int, float]:
    began = time.monotonic()
    async with client.post(path, json=body, headers={"x-forwarded-for": address}) as answer:
        await answer.read()
        return answer.status, time.monotonic() - began


@asynccontextmanager
async def _client(origin: str) -> AsyncIterator[aiohttp.ClientSession]:
    headers = {"sec-fetch-site": "same-origin"}
    async with aiohttp.ClientSession(
        origin, headers=headers, cookie_jar=aiohttp.DummyCookieJar(), timeout=aiohttp.ClientTimeout(60)
    ) as client:
        yield client


async def _guesses(server: Embedded) -> int:
    """The most wrong passwords that were really tried at one account, by the record of acts."""
    held = await asyncpg.connect(server.url())
    sql = "SELECT max(n) FROM (SELECT count(*) n FROM journal WHERE verb = 'account.sign_in_refused' GROUP BY subject_id) AS counted"
    found: int | None = await held.fetchval(sql)
    await held.close()
    return found or 0


def _say(pairs: int, took: float, answers: Counter[int], guessed: int, victims: dict[str, tuple[list[float], int]]) -> None:
    told = f"{answers[TRIED]} tried, {answers[SLOWED]} told to wait, {answers[CROWDED]} turned away before they were looked at"
    print(f"{pairs} pairs in {took:.0f} s ({pairs / took:.0f} a second): {told}; {dict(answers)}", file=sys.stderr)
    print(f"at most {guessed} guesses at one account", file=sys.stderr)
    for where, (tries, failed) in victims.items():
        if len(tries) > 1:
            median, p95 = statistics.median(tries), statistics.quantiles(tries, n=20)[-1]
            print(f"{where}: {len(tries)} times, {failed} refused, median {median:.2f} s, p95 {p95:.2f} s", file=sys.stderr)
