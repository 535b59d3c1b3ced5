"""One tap signs in as a demonstration person: only where that is allowed, and only where they are."""

from __future__ import annotations

import pytest

from backend.db import connection
from tests.backend.browsing import browser, make_app
from tests.make import make_account

pytestmark = pytest.mark.usefixtures("db")

OPEN, CLOSED = make_app(demo=True), make_app(demo=False)


async def _people() -> None:
    await make_account("parent", demo_key="receiving", display_name="Maya")
    await make_account("caseworker", demo_key="worker", display_name="Noor")


async def test_one_tap_signs_in_as_the_person_that_was_tapped() -> None:
    await _people()
    async with browser(OPEN) as phone:
        people = (await phone.get("/v1/demo")).json()["people"]
        assert {person["key"] for person in people} == {"receiving", "worker"}
        assert set(people[0]) == {"key", "display_name", "role", "about_en", "about_es"}
        answer = await phone.post("/v1/demo/sign-in", json={"key": "worker"})
        assert answer.status_code == 200
        assert answer.json()["account"]["role"] == "caseworker"
        me = (await phone.get("/v1/me")).json()
    assert me["account"]["display_name"] == "Noor"
    assert me["demo"] is True


async def test_where_the_setting_is_off_there_is_no_such_address() -> None:
    await _people()
    async with browser(CLOSED) as phone:
        assert (await phone.get("/v1/demo")).status_code == 404
        assert (await phone.post("/v1/demo/sign-in", json={"key": "worker"})).status_code == 404
    async with connection() as held:
        assert await held.fetchval("SELECT count(*) FROM session") == 0


async def test_where_nobody_of_the_demonstration_is_there_is_no_such_address() -> None:
    await make_account("parent")
    async with browser(OPEN) as phone:
        assert (await phone.get("/v1/demo")).status_code == 404
        assert (await phone.post("/v1/demo/sign-in", json={"key": "receiving"})).status_code == 404


@pytest.mark.parametrize("key", ["boss", "RECEIVING", "' OR 1=1 --"])
async def test_nobody_else_can_be_tapped(key: str) -> None:
    await _people()
    await make_account("admin", demo_key="boss")
    async with browser(OPEN) as phone:
        assert (await phone.post("/v1/demo/sign-in", json={"key": key})).status_code == 404


async def test_a_demonstration_person_who_is_disabled_cannot_be_tapped() -> None:
    await _people()
    async with connection() as held:
        await held.execute("UPDATE account SET active = false WHERE demo_key = 'worker'")
    async with browser(OPEN) as phone:
        assert (await phone.post("/v1/demo/sign-in", json={"key": "worker"})).status_code == 404


async def test_tapping_another_person_ends_the_session_of_the_first() -> None:
    await _people()
    async with browser(OPEN) as phone, browser(OPEN) as copy:
        await phone.post("/v1/demo/sign-in", json={"key": "receiving"})
        copy.cookies.set("porchlight", phone.cookies["porchlight"])
        await phone.post("/v1/demo/sign-in", json={"key": "worker"})
        assert (await copy.get("/v1/me")).status_code == 401
