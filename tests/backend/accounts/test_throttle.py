"""Guessing is slow, and a victim is never locked out by strangers."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import pytest

from backend.accounts.rules import ABROAD, ADDRESS, ALL_PER_MINUTE, HERE, throttle_key
from backend.accounts.throttle import admit_try, forget_old
from backend.db import connection
from backend.errors import Refused
from tests.backend.browsing import browser, make_app, make_person, sign_in

pytestmark = pytest.mark.usefixtures("db")

APP = make_app(demo=False)


async def _guess(client: httpx.AsyncClient, times: int, login: str = "ana") -> list[httpx.Response]:
    return [await sign_in(client, login, "a wrong guess") for _ in range(times)]


async def _hours_pass(hours: float) -> None:
    async with connection() as held:
        await held.execute("UPDATE throttle SET window_at = window_at - $1::interval", timedelta(hours=hours))


async def _tries_until_refused(login: str, address: str, most: int = 1000) -> int:
    for done in range(most):
        try:
            await admit_try(login, address)
        except Refused:
            return done
    return most


async def test_five_quick_tries_then_one_has_to_wait_and_is_told_how_long() -> None:
    await make_person("ana")
    async with browser(APP) as phone:
        answers = await _guess(phone, 6)
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    refused = answers[-1]
    assert 1 <= int(refused.headers["retry-after"]) <= 22
    assert refused.json()["code"] == "too_many"


async def test_the_right_password_does_not_help_before_the_wait_is_over_and_helps_after() -> None:
    await make_person("ana")
    async with browser(APP) as phone:
        await _guess(phone, 5)
        assert (await sign_in(phone, "ana")).status_code == 429
        await _hours_pass(0.005)
        assert (await sign_in(phone, "ana")).status_code == 200
        assert [answer.status_code for answer in await _guess(phone, 5)] == [401] * 5


async def test_asking_again_too_early_does_not_prolong_the_wait() -> None:
    await make_person("ana")
    async with browser(APP) as phone:
        await _guess(phone, 30)
        await _hours_pass(0.005)
        assert (await sign_in(phone, "ana")).status_code == 200


async def test_an_unknown_login_is_slowed_exactly_like_a_known_one() -> None:
    async with browser(APP) as phone:
        answers = await _guess(phone, 6, "nobody")
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]


async def test_the_victim_signs_in_from_another_address_while_an_attack_runs() -> None:
    await make_person("ana")
    async with browser(APP, address="198.51.100.7") as attacker, browser(APP, address="203.0.113.9") as victim:
        answers = await _guess(attacker, 30)
        assert answers[-1].status_code == 429
        assert (await sign_in(victim, "ana")).status_code == 200


async def test_a_known_address_gets_in_even_while_thousands_of_addresses_attack() -> None:
    await make_person("ana")
    async with browser(APP, address="203.0.113.9") as victim:
        assert (await sign_in(victim, "ana")).status_code == 200
        counted = sum([await _tries_until_refused("ana", f"198.51.100.{n}", 5) for n in range(60)])
        assert counted <= ABROAD.free + 5
        assert (await sign_in(victim, "ana")).status_code == 200


async def test_one_address_cannot_try_one_password_on_many_logins() -> None:
    tried = [await _tries_until_refused(f"login{n}", "198.51.100.7", 1) for n in range(ADDRESS.free + 10)]
    assert sum(tried) == ADDRESS.free


async def test_people_of_one_office_who_sign_in_well_do_not_slow_each_other() -> None:
    logins = [f"worker{n}" for n in range(8)]
    for login in logins:
        await make_person(login, "caseworker")
    async with connection() as held:
        await held.execute("INSERT INTO throttle VALUES ($1, now(), $2)", throttle_key("address", "192.0.2.1"), ADDRESS.free - 1)
    for login in logins:
        async with browser(APP) as desk:
            assert (await sign_in(desk, login)).status_code == 200


async def test_tries_at_the_same_moment_are_all_counted() -> None:
    async def one() -> bool:
        try:
            await admit_try("ana", "198.51.100.7")
        except Refused:
            return False
        return True

    assert sum(await asyncio.gather(*[one() for _ in range(40)])) == HERE.free


async def test_a_try_that_began_first_and_is_counted_second_is_still_a_free_one() -> None:
    await admit_try("ana", "198.51.100.7")
    async with connection() as held:
        await held.execute("UPDATE throttle SET window_at = now() + interval '1 second' WHERE key NOT LIKE 'all:%'")
    assert await _tries_until_refused("ana", "198.51.100.7") == HERE.free - 1


async def test_all_tries_together_have_a_limit_that_ends_within_a_minute() -> None:
    async with connection() as held:
        await held.execute("INSERT INTO throttle VALUES ('all:sign-in', now() - interval '20 seconds', $1)", ALL_PER_MINUTE)
    with pytest.raises(Refused) as refused:
        await admit_try("ana", "198.51.100.7")
    assert 1 <= (refused.value.retry_after_s or 0) <= 40
    await _hours_pass(0.02)
    await admit_try("ana", "198.51.100.8")


async def test_counts_name_nobody_and_are_forgotten() -> None:
    await make_person("ana@example.com")
    async with browser(APP) as phone:
        await sign_in(phone, "ana@example.com")
        await _guess(phone, 1, "bo@example.com")
    async with connection() as held:
        keys = " ".join(row["key"] for row in await held.fetch("SELECT key FROM throttle"))
    assert "ana" not in keys
    assert "192.0.2" not in keys
    await _hours_pass(25)
    await forget_old()
    async with connection() as held:
        assert {row["key"].partition(":")[0] for row in await held.fetch("SELECT key FROM throttle")} == {"known"}
