"""How accounts come to be, and which passwords they may have."""

from __future__ import annotations

import time

import pytest

from backend.access import Role
from backend.accounts.actions import NewAccount, make_account
from backend.accounts.jobs import tidy
from backend.accounts.passwords import hash_password, is_password
from backend.accounts.rules import LIFETIMES, password_fault
from backend.accounts.sessions import forget_old_sessions
from backend.db import connection
from backend.errors import Refused
from tests.backend.browsing import PASSWORD, browser, make_app, make_person, sign_in

APP = make_app(demo=False)
WEAK = ["short", "aaaaaaaaaaaaaaaaaaaa", "abababababababababab", "my name is ana-maria ok", "porchlight porchlight", "x" * 129]


def _new(login: str = "Boss@Example.com", password: str | None = PASSWORD) -> NewAccount:
    return NewAccount(login=login, role=Role.ADMIN, display_name="Boss", password=password)


@pytest.mark.usefixtures("db")
async def test_an_account_that_was_made_can_sign_in_whatever_the_case_of_its_login() -> None:
    await make_account(_new())
    async with browser(APP) as page:
        assert (await sign_in(page, "boss@EXAMPLE.com")).status_code == 200
        assert (await page.get("/v1/me")).json()["account"]["role"] == "admin"


@pytest.mark.usefixtures("db")
async def test_a_login_is_given_once() -> None:
    await make_account(_new())
    with pytest.raises(Refused) as refused:
        await make_account(_new("boss@example.com"))
    assert refused.value.code == "conflict"


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("login", ["", "   ", "a" * 255, "a\0b"])
async def test_a_login_that_cannot_be_typed_or_kept_is_refused(login: str) -> None:
    with pytest.raises(Refused) as refused:
        await make_account(_new(login))
    assert refused.value.code == "invalid"


@pytest.mark.parametrize("password", WEAK)
def test_a_password_that_would_be_guessed_first_is_refused_with_a_reason(password: str) -> None:
    assert password_fault(password, ("ana-maria@example.com", "porchlight"))


@pytest.mark.parametrize(
    "password", [PASSWORD, "日本語のパスワード・とても長い・十五文字以上", "🔑 six emoji and a few words", "x1y2z3" * 20]
)
def test_long_passwords_of_any_letters_are_taken(password: str) -> None:
    assert password_fault(password, ("ana@example.com",)) is None


async def test_a_password_typed_on_another_keyboard_is_the_same_password() -> None:
    composed, decomposed = "contraseña muy larga", "contrasen\u0303a muy larga"
    assert await is_password(await hash_password(composed), decomposed)
    assert not await is_password(await hash_password(composed), "contrasena muy larga")


async def test_a_broken_hash_is_a_wrong_password_and_not_a_fault() -> None:
    for kept in ("", "not a hash", "$argon2id$v=19$m=65536,t=2,p=1$AAAA$AAAA"):
        assert not await is_password(kept, PASSWORD)


async def test_checking_nobodys_password_is_the_same_work_as_checking_somebodys() -> None:
    kept = await hash_password(PASSWORD)

    async def cost(password_hash: str | None) -> float:
        began = time.process_time()
        for _ in range(5):
            assert not await is_password(password_hash, "a wrong guess")
        return time.process_time() - began

    assert 0.6 < await cost(kept) / await cost(None) < 1.6


def test_every_role_has_a_lifetime_and_none_is_longer_idle_than_in_all() -> None:
    assert set(LIFETIMES) == set(Role)
    assert all(lifetime.idle <= lifetime.total for lifetime in LIFETIMES.values())


@pytest.mark.usefixtures("db")
async def test_sessions_that_ended_long_ago_are_forgotten_and_running_ones_are_not() -> None:
    await make_person("ana")
    for _ in range(3):
        async with browser(APP) as page:
            await sign_in(page, "ana")
    async with connection() as held:
        await held.execute("UPDATE session SET ended_at = now() - interval '31 days' WHERE id = (SELECT id FROM session LIMIT 1)")
        await forget_old_sessions()
        await tidy({})
        assert await held.fetchval("SELECT count(*) FROM session") == 2
