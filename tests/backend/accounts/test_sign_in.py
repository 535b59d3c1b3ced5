"""Signing in and out, as a browser sees it."""

from __future__ import annotations

import asyncio
import threading
from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import Any

import pytest

from backend.accounts import passwords
from backend.accounts.rules import token_hash
from backend.db import SafeEngine, connection
from tests.backend.browsing import HTTPS, PASSWORD, browser, make_app, make_person, sign_in, watched
from tests.make import make_account

pytestmark = pytest.mark.usefixtures("db")

APP = make_app(demo=False)


async def _sessions() -> list[Any]:
    async with connection() as held:
        return await held.fetch("SELECT * FROM session ORDER BY created_at")


async def test_signing_in_answers_who_one_is_and_me_agrees() -> None:
    account = await make_person("ana@example.com", display_name="Ana")
    async with browser(APP) as phone:
        answer = await sign_in(phone, "  Ana@Example.com ")
        assert answer.status_code == 200
        me = await phone.get("/v1/me")
    expected: dict[str, str | None] = {"alert": None, "alert_at": None}
    expected |= {"id": str(account), "role": "parent", "display_name": "Ana", "language": "en", "time_zone": "America/New_York"}
    assert answer.json()["account"] == expected
    assert me.json()["account"] == expected
    assert me.json()["demo"] is False
    assert set(me.json()["agency"]) == {"name", "phone", "time_zone"}


async def test_over_https_the_cookie_is_locked_to_the_host_and_hidden_from_scripts() -> None:
    await make_person("ana")
    async with browser(make_app(origin=HTTPS), origin=HTTPS) as phone:
        cookie = (await sign_in(phone, "ana")).headers["set-cookie"]
    name, _, rest = cookie.partition("=")
    assert name == "__Host-porchlight"
    assert len(rest.partition(";")[0]) == 43
    assert {part.strip() for part in rest.split(";")[1:]} >= {"Path=/", "HttpOnly", "SameSite=Strict", "Secure"}
    assert "domain" not in cookie.lower()


async def test_on_the_machine_itself_the_cookie_needs_no_https() -> None:
    await make_person("ana")
    async with browser(APP) as phone:
        cookie = (await sign_in(phone, "ana")).headers["set-cookie"]
    assert cookie.startswith("porchlight=")
    assert "Secure" not in cookie
    assert "HttpOnly; SameSite=Strict" in cookie


async def test_a_token_chosen_by_somebody_else_is_never_taken_over() -> None:
    await make_person("ana")
    planted = "A" * 43
    async with browser(APP) as phone:
        phone.cookies.set("porchlight", planted)
        answer = await sign_in(phone, "ana")
    assert planted not in answer.headers["set-cookie"]
    assert [row["token_hash"] for row in await _sessions()] != [token_hash(planted)]
    async with browser(APP) as attacker:
        attacker.cookies.set("porchlight", planted)
        assert (await attacker.get("/v1/me")).status_code == 401


async def test_signing_in_again_ends_the_session_it_replaces() -> None:
    await make_person("ana")
    async with browser(APP) as phone, browser(APP) as copy:
        await sign_in(phone, "ana")
        old = phone.cookies["porchlight"]
        await sign_in(phone, "ana")
        assert phone.cookies["porchlight"] != old
        copy.cookies.set("porchlight", old)
        assert (await copy.get("/v1/me")).status_code == 401
        assert (await phone.get("/v1/me")).status_code == 200


async def test_what_the_table_holds_cannot_sign_in() -> None:
    await make_person("ana")
    async with browser(APP) as phone:
        await sign_in(phone, "ana")
    row = (await _sessions())[0]
    stolen: bytes = row["token_hash"]
    for value in (stolen.hex(), urlsafe_b64encode(stolen).decode().rstrip("="), str(row["id"]), stolen.decode("latin-1")):
        cookie = b"porchlight=" + value.encode("latin-1").replace(b";", b"")
        async with browser(APP, headers={b"cookie": cookie}) as thief:  # type: ignore[dict-item]
            assert (await thief.get("/v1/me")).status_code == 401


async def test_signing_out_ends_the_session_for_the_very_next_request() -> None:
    await make_person("ana")
    async with browser(APP) as phone, browser(APP) as copy:
        await sign_in(phone, "ana")
        copy.cookies.set("porchlight", phone.cookies["porchlight"])
        assert (await copy.get("/v1/me")).status_code == 200
        answer = await phone.post("/v1/sign-out")
        assert answer.status_code == 204
        assert "Max-Age=0" in answer.headers["set-cookie"]
        assert (await copy.get("/v1/me")).status_code == 401


async def test_signing_out_may_name_the_device_that_is_to_be_told_nothing_more() -> None:
    await make_person("ana")
    device = "6f1e1f0e-0000-4000-8000-000000000000"
    async with browser(APP) as phone:
        await sign_in(phone, "ana")
        assert (await phone.post("/v1/sign-out", json={"device": "not a device"})).status_code == 400
        assert (await phone.post("/v1/sign-out", json={"device": device})).status_code == 204
    async with connection() as held:
        assert device in await held.fetchval("SELECT detail::text FROM journal WHERE verb = 'account.signed_out'")


async def test_a_disabled_account_is_out_at_once_and_cannot_come_back() -> None:
    await make_person("ana")
    async with browser(APP) as phone:
        await sign_in(phone, "ana")
        async with connection() as held:
            await held.execute("UPDATE account SET active = false")
        assert (await phone.get("/v1/me")).status_code == 401
        assert (await sign_in(phone, "ana")).status_code == 401


async def test_unknown_and_known_logins_are_answered_alike() -> None:
    await make_person("ana")
    async with browser(APP) as phone:
        known = await sign_in(phone, "ana", "not the password")
        unknown = await sign_in(phone, "nobody at all", "not the password")
    assert known.status_code == unknown.status_code == 401
    without_id = [{k: v for k, v in answer.json().items() if k != "id"} for answer in (known, unknown)]
    assert without_id[0] == without_id[1]
    assert len(known.content) == len(unknown.content)
    assert "set-cookie" not in known.headers


async def test_whoever_it_is_the_same_statements_are_made_and_the_same_hash() -> None:
    await make_person("ana")
    await make_person("wendy", "caseworker")
    await make_account(login="cleo")
    app = make_app(demo=False, staff_passwords=False)
    seen = set()
    async with browser(app) as phone:
        for login, password in (("ana", "wrong"), ("nobody", "wrong"), ("cleo", "wrong"), ("wendy", PASSWORD)):
            async with connection() as held:
                await held.execute("DELETE FROM throttle")
            seen.add(await watched(sign_in(phone, login, password)))
    ((status, _, _, made),) = seen
    assert status == 401
    assert sum("journal" in statement for statement in made) == 1


async def test_an_account_without_a_password_answers_like_an_unknown_one() -> None:
    await make_person("ana")
    async with connection() as held:
        await held.execute("UPDATE account SET password_hash = NULL")
    async with browser(APP) as phone:
        assert (await sign_in(phone, "ana")).status_code == 401


async def test_use_prolongs_a_session_but_is_written_at_most_once_a_minute() -> None:
    await make_person("ana")
    async with browser(APP) as phone:
        await sign_in(phone, "ana")
        before = (await _sessions())[0]
        await phone.get("/v1/me")
        assert (await _sessions())[0] == before
        async with connection() as held:
            await held.execute("UPDATE session SET seen_at = now() - interval '2 days', expires_at = now() + interval '1 day'")
        assert (await phone.get("/v1/me")).status_code == 200
    after = (await _sessions())[0]
    assert after["expires_at"] - after["seen_at"] == timedelta(days=30)


async def test_use_never_prolongs_a_session_beyond_its_whole_life() -> None:
    await make_person("ana")
    async with browser(APP) as phone:
        await sign_in(phone, "ana")
        async with connection() as held:
            await held.execute("UPDATE session SET created_at = now() - interval '179 days', seen_at = now() - interval '1 hour'")
        await phone.get("/v1/me")
    row = (await _sessions())[0]
    assert row["expires_at"] - row["created_at"] == timedelta(days=180)


async def test_an_expired_session_is_over() -> None:
    await make_person("ana")
    async with browser(APP) as phone:
        await sign_in(phone, "ana")
        async with connection() as held:
            await held.execute("UPDATE session SET expires_at = now() - interval '1 second'")
        assert (await phone.get("/v1/me")).status_code == 401


async def test_signing_in_is_written_in_the_journal_without_the_login() -> None:
    account = await make_person("ana@example.com")
    async with browser(APP) as phone:
        await sign_in(phone, "ana@example.com")
    async with connection() as held:
        rows = await held.fetch("SELECT actor_id, detail::text FROM journal WHERE verb = 'account.signed_in'")
    assert [row["actor_id"] for row in rows] == [account]
    assert "ana" not in rows[0]["detail"]


async def test_an_old_hash_is_renewed_when_its_owner_signs_in() -> None:
    from argon2 import PasswordHasher

    await make_person("ana")
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    async with connection() as held:
        await held.execute("UPDATE account SET password_hash = $1", weak)
    async with browser(APP) as phone:
        assert (await sign_in(phone, "ana")).status_code == 200
        async with connection() as held:
            assert await held.fetchval("SELECT password_hash FROM account") != weak
        assert (await sign_in(phone, "ana")).status_code == 200


async def test_whoever_is_at_home_does_not_queue_behind_strangers() -> None:
    await make_person("ana")
    strangers_go_on = threading.Event()
    async with browser(APP) as home, browser(APP, address="198.51.100.7") as stranger:
        assert (await sign_in(home, "ana")).status_code == 200
        held = [passwords._threads.submit(strangers_go_on.wait) for _ in range(passwords.AT_ONCE)]
        try:
            guess = asyncio.create_task(sign_in(stranger, "ana", "a wrong guess"))
            async with asyncio.timeout(60):
                assert (await sign_in(home, "ana")).status_code == 200
            assert not guess.done()
        finally:
            strangers_go_on.set()
        assert (await guess).status_code == 401
    assert all(one.result() for one in held)


async def test_the_engine_is_given_back_after_all_this(db: SafeEngine) -> None:
    assert db.pool is not None
    assert db.pool.get_idle_size() == db.pool.get_size()
