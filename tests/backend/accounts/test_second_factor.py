"""A password comes with an app's digits; digits and recovery codes serve once."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx
import pyotp
import pytest

from backend.accounts.digits import step_of
from backend.accounts.factors import spend_code
from backend.accounts.rules import password_fault
from backend.db import connection
from tests.backend.browsing import PASSWORD, browser, make_app, make_person, sign_in

APP = make_app(demo=False)
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
CHOSEN = "a quiet boat at nine"


async def _one(sql: str, *values: Any) -> Any:
    async with connection() as held:
        return await held.fetchval(sql, *values)


async def _with_app(page: httpx.AsyncClient, login: str = "ana") -> tuple[pyotp.TOTP, list[str]]:
    """Ana, signed in, chooses a new password and takes an app to it."""
    await make_person(login)
    await sign_in(page, login)
    start = (await page.post("/v1/account/password", json={"password": CHOSEN})).json()
    app = pyotp.TOTP(start["seed"])
    done = await page.post("/v1/account/password/confirm", json={"code": app.now()})
    assert done.status_code == 200, done.text
    return app, done.json()["codes"]


async def _try(page: httpx.AsyncClient, code: str | None, password: str = CHOSEN) -> httpx.Response:
    return await page.post("/v1/sign-in", json={"login": "ana", "password": password} | ({"code": code} if code else {}))


async def _a_while_later() -> None:
    """The digits that were used lie behind, and so do the tries."""
    async with connection() as held:
        await held.execute("UPDATE authenticator SET last_step = last_step - 10")
        await held.execute("DELETE FROM throttle")


@pytest.mark.usefixtures("db")
async def test_with_an_app_the_password_alone_asks_for_its_digits_and_a_wrong_password_does_not() -> None:
    async with browser(APP) as page, browser(APP) as other:
        app, _ = await _with_app(page)
        await _a_while_later()
        alone, wrong = await _try(other, None), await _try(other, None, PASSWORD)
        assert (alone.status_code, alone.json()["code"]) == (401, "second_factor")
        assert (wrong.status_code, wrong.json()["code"]) == (401, "unauthorized")
        assert (await _try(other, app.now())).status_code == 200


@pytest.mark.usefixtures("db")
async def test_the_digits_that_ended_the_set_up_are_used_up() -> None:
    async with browser(APP) as page:
        app, _ = await _with_app(page)
        step = await _one("SELECT last_step FROM authenticator")
        again = await _try(page, app.generate_otp(step))
        assert (again.status_code, again.json()["code"]) == (401, "wrong_code")


def test_digits_of_the_step_before_and_after_are_taken_and_none_that_were_used() -> None:
    app, now = pyotp.TOTP(SEED), 1_800_000_015
    step = now // 30
    for around, expected in ((-2, None), (-1, step - 1), (0, step), (1, step + 1), (2, None)):
        assert step_of(SEED, app.generate_otp(step + around), now, None) == expected
    assert step_of(SEED, "١٢٣٤٥٦", now, None) is None
    assert step_of(SEED, app.generate_otp(step), now, step) is None
    assert step_of(SEED, app.generate_otp(step - 1), now, step) is None
    assert step_of(SEED, app.generate_otp(step + 1), now, step) == step + 1


@pytest.mark.usefixtures("db")
async def test_of_a_hundred_who_use_the_same_digits_at_once_one_gets_in() -> None:
    async with browser(APP) as page:
        app, _ = await _with_app(page)
        await _a_while_later()
        account = await _one("SELECT id FROM account")
        digits = app.now()
        assert sum(await asyncio.gather(*[spend_code(account, digits) for _ in range(100)])) == 1


@pytest.mark.usefixtures("db")
async def test_of_a_hundred_who_use_the_same_recovery_code_at_once_one_gets_in() -> None:
    async with browser(APP) as page:
        _, codes = await _with_app(page)
        account = await _one("SELECT id FROM account")
        assert len(set(codes)) == 10
        assert sum(await asyncio.gather(*[spend_code(account, codes[3].lower()) for _ in range(100)])) == 1
        assert (await page.get("/v1/account/security")).json()["recovery_codes"] == 9
        await _a_while_later()
        assert (await _try(page, codes[4])).status_code == 200


@pytest.mark.usefixtures("db")
async def test_new_recovery_codes_end_the_old_ones() -> None:
    async with browser(APP) as page:
        _, old = await _with_app(page)
        new = (await page.post("/v1/account/recovery-codes")).json()["codes"]
        account = await _one("SELECT id FROM account")
        assert [await spend_code(account, old[0]), await spend_code(account, new[0])] == [False, True]


@pytest.mark.usefixtures("db")
async def test_nothing_that_is_kept_shows_the_seed_the_codes_or_the_password() -> None:
    async with browser(APP) as page:
        app, codes = await _with_app(page)
    async with connection() as held:
        kept = ""
        for table in ("account", "authenticator", "recovery_code", "password_setup", "journal"):
            kept += str([tuple(row.values()) for row in await held.fetch(f"SELECT * FROM {table}")])
    assert not [secret for secret in (app.secret, CHOSEN, *codes, *(c.replace("-", "") for c in codes)) if secret in kept]


@pytest.mark.usefixtures("db")
async def test_a_set_up_that_is_guessed_at_five_times_begins_again() -> None:
    await make_person("ana")
    async with browser(APP) as page:
        await sign_in(page, "ana")
        start = (await page.post("/v1/account/password", json={"password": CHOSEN})).json()
        app = pyotp.TOTP(start["seed"])
        right = {app.at(time.time() + shift) for shift in (-60, -30, 0, 30, 60)}
        wrong = next(digits for digits in (f"{n:06}" for n in range(10)) if digits not in right)
        codes = [(await page.post("/v1/account/password/confirm", json={"code": wrong})).status_code for _ in range(5)]
        last = await page.post("/v1/account/password/confirm", json={"code": app.now()})
    assert codes == [401] * 5
    assert last.status_code == 410


@pytest.mark.usefixtures("db")
async def test_a_new_password_signs_out_everywhere_else() -> None:
    await make_person("ana")
    async with browser(APP) as elsewhere, browser(APP) as page:
        await sign_in(elsewhere, "ana")
        await sign_in(page, "ana")
        start = (await page.post("/v1/account/password", json={"password": CHOSEN})).json()
        await page.post("/v1/account/password/confirm", json={"code": pyotp.TOTP(start["seed"]).now()})
        assert (await elsewhere.get("/v1/me")).status_code == 401
        assert (await page.get("/v1/me")).status_code == 200


@pytest.mark.usefixtures("db")
async def test_the_only_way_to_sign_in_cannot_be_removed() -> None:
    async with browser(APP) as page:
        await _with_app(page)
        answer = await page.delete("/v1/account/password")
        assert (answer.status_code, answer.json()["code"]) == (409, "last_way")
        assert (await page.get("/v1/account/security")).json()["password"] is True


@pytest.mark.usefixtures("db")
async def test_the_picture_holds_what_the_link_says_and_is_an_image_that_our_pages_may_show() -> None:
    await make_person("ana")
    async with browser(APP) as page:
        await sign_in(page, "ana")
        start = (await page.post("/v1/account/password", json={"password": CHOSEN})).json()
    assert start["picture"].startswith("data:image/svg+xml")
    assert start["link"].startswith("otpauth://totp/")
    assert start["seed"] in start["link"]


WEAK = {
    "11 chars ok": "password_short",
    "x" * 129: "password_long",
    "abababababab": "password_repeats",
    "P@ssw0rdP@ssw0rd": "password_common",
    "iloveyouforever2024!!": "password_common",
    "Contraseña Segura": "password_common",
    "qwertyuiop12": "password_common",
    "correct horse battery staple": "password_common",
    "ana-maria lives here": "password_about",
    "County support forever": "password_about",
}


@pytest.mark.parametrize("password", WEAK)
def test_a_password_that_would_be_tried_first_is_refused_with_its_reason(password: str) -> None:
    fault = password_fault(password, ("ana-maria@example.com", "Elm County Agency"))
    assert fault is not None
    assert fault.code == WEAK[password]


@pytest.mark.parametrize("password", ["river stones", "🦊🐢🌲🍋 naps all day", "x1y2z3" * 20, "tan-largo-como-un-río", "p4vnq8 " * 12])
def test_long_passwords_of_any_letters_are_taken_as_they_are(password: str) -> None:
    assert password_fault(password, ("ana@example.com",)) is None
