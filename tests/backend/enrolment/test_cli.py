"""`./porchlight account` makes accounts and gives codes for them."""

from __future__ import annotations

import argparse
import io

import msgspec
import pytest

from backend.enrolment import cli
from backend.errors import Refused
from backend.settings import SETTINGS
from tests.backend.authenticator import sign_in_by
from tests.backend.browsing import PASSWORD, browser, make_app, sign_in
from tests.backend.enrolment.family import claim, enrol

APP = make_app(demo=False)


def _given(**other: object) -> argparse.Namespace:
    usual = {"what": "add", "login": "boss", "role": "admin", "name": None, "language": "en", "person_id": None, "worker_login": None}
    return argparse.Namespace(**{**usual, "password": False, **other})


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("typed, refusal", [(f"{PASSWORD}\n", ""), ("short\n", "at least 15")])
async def test_the_command_makes_a_login_with_a_password_or_says_why_not(
    typed: str, refusal: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    new = cli.wanted(_given(password=True))
    if refusal:
        with pytest.raises(Refused, match=refusal):
            await cli.add(new)
    else:
        assert await cli.add(new) == []
        async with browser(APP) as page:
            assert (await sign_in(page, "boss")).status_code == 200
    assert PASSWORD not in capsys.readouterr().out


def test_where_staff_have_no_passwords_the_command_makes_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.enrolment.cli.SETTINGS", msgspec.structs.replace(SETTINGS, staff_passwords=False))
    with pytest.raises(Refused, match="passkey"):
        cli.wanted(_given(password=True))


@pytest.mark.usefixtures("db")
async def test_an_administrator_comes_in_by_the_printed_code_and_a_new_code_ends_older_ways() -> None:
    words = await cli.add(cli.wanted(_given()))
    async with browser(APP) as first, browser(APP) as second:
        assert (await claim(first, " ".join(words), "Boss")).status_code == 204
        assert (await first.get("/v1/enrolment")).json()["recovers"] is False
        key, _ = await enrol(first)
        assert (await first.get("/v1/me")).json()["account"]["role"] == "admin"
        again = await cli.renew("BOSS")
        assert (await claim(second, " ".join(again), "boss")).status_code == 204
        await enrol(second)
        assert (await first.get("/v1/me")).status_code == 401
        assert (await sign_in_by(first, key)).status_code == 401
        assert (await second.get("/v1/me")).status_code == 200


@pytest.mark.usefixtures("db")
async def test_nobody_has_no_code() -> None:
    with pytest.raises(Refused, match="no such account"):
        await cli.renew("nobody")
