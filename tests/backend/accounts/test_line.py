"""Checking a password is slow on purpose: the line before it is short, and whoever need not stand in it is not held up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from backend.accounts import passwords
from backend.accounts.passwords import CHOOSERS, STRANGERS, WAITING_MOST, hash_password
from backend.db import connection
from backend.errors import Refused
from tests.backend.browsing import PASSWORD, browser, make_app, make_person, sign_in, watched

pytestmark = pytest.mark.usefixtures("db")

APP = make_app(demo=False)


@contextmanager
def _full(line: passwords.Line) -> Iterator[None]:
    """Everybody whom the line takes stands in it, and nobody moves."""
    with ExitStack() as places:
        for _ in range(WAITING_MOST):
            places.enter_context(line.place())
        yield


async def _counted() -> int:
    async with connection() as held:
        return int(await held.fetchval("SELECT count(*) FROM throttle WHERE key NOT LIKE 'known:%'"))


async def test_one_too_many_is_asked_to_come_back_and_the_try_does_not_count() -> None:
    await make_person("ana")
    async with browser(APP) as phone:
        with _full(STRANGERS):
            answers = [await sign_in(phone, "ana") for _ in range(8)]
            assert await _counted() == 0
        assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(503, "crowded")}
        assert all(1 <= int(answer.headers["retry-after"]) <= 15 for answer in answers)
        assert (await sign_in(phone, "ana")).status_code == 200


async def test_whoever_is_turned_away_learns_nothing_of_the_login_by_words_or_by_work() -> None:
    await make_person("ana")
    await make_person("wendy", "caseworker")
    with _full(STRANGERS):
        async with browser(APP) as stranger:
            tries = [("ana", PASSWORD), ("ana", "wrong"), ("nobody", "wrong"), ("wendy", PASSWORD)]
            seen = {await watched(sign_in(stranger, login, password)) for login, password in tries}
    ((status, _, _, made),) = seen
    assert status == 503
    assert not any("account" in statement for statement in made)


async def test_who_comes_from_home_or_with_a_passkey_or_is_in_already_stands_in_no_line() -> None:
    await make_person("ana")
    async with browser(APP) as home, browser(APP, address="198.51.100.7") as elsewhere:
        assert (await sign_in(elsewhere, "ana")).status_code == 200
        async with connection() as held:
            await held.execute("DELETE FROM throttle WHERE key LIKE 'known:%'")
        assert (await sign_in(home, "ana")).status_code == 200
        with _full(STRANGERS), _full(CHOOSERS):
            assert (await sign_in(home, "ana")).status_code == 200
            assert (await home.post("/v1/sign-in/passkey/options", json={})).status_code == 200
            proof = {"operation": "factor.change", "password": PASSWORD}
            assert (await elsewhere.post("/v1/account/proof", json=proof)).status_code == 204


async def test_a_place_is_free_again_whatever_became_of_the_try() -> None:
    await make_person("ana")
    async with browser(APP) as phone:
        for password in (PASSWORD, "wrong", "wrong", "wrong", "wrong", "wrong", "refused without being tried"):
            await sign_in(phone, "ana", password)
    assert STRANGERS.length == 0


async def test_choosing_a_password_waits_in_a_line_that_strangers_cannot_fill() -> None:
    with _full(STRANGERS):
        assert await hash_password(PASSWORD)
    with _full(CHOOSERS), pytest.raises(Refused) as refused:
        await hash_password(PASSWORD)
    assert refused.value.status == 503
