"""Who asks for what is not theirs to ask leaves a trace."""

from __future__ import annotations

from typing import Any

import pytest

from backend.db import connection
from tests.backend.browsing import browser, make_app, make_person, sign_in

pytestmark = pytest.mark.usefixtures("db")


async def denied() -> list[Any]:
    async with connection() as held:
        return list(await held.fetch("SELECT actor_id, detail->>'where', detail->>'role' FROM journal WHERE verb = 'denied'"))


async def test_what_a_role_may_not_do_is_recorded_with_who_and_where(db: object) -> None:
    ana = await make_person("ana", person_id="A")
    async with browser(make_app()) as page:
        await sign_in(page, "ana")
        assert (await page.get("/v1/devices")).status_code == 403
        assert (await page.get("/v1/me")).status_code == 200
        assert (await page.get("/v1/nothing")).status_code == 404
    assert [tuple(row) for row in await denied()] == [(ana, "GET /v1/devices", "parent")]


async def test_a_stranger_leaves_no_entry_since_there_is_nobody_to_name(db: object) -> None:
    async with browser(make_app()) as page:
        assert (await page.get("/v1/devices")).status_code == 401
    assert await denied() == []
