"""What stands in the table is allowed, and nothing else."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from litestar.handlers import HTTPRouteHandler

from backend.access import Actor, Role
from backend.errors import STATUS, Refused
from backend.policy import ALLOWED, OPERATIONS, allowed, may, require
from tests.backend.browsing import browser, make_app, make_person, sign_in

PUBLIC = {
    *("/healthz", "/readyz", "/v1/sign-in", "/v1/demo", "/v1/demo/sign-in", "/v1/push/renew", "/v1/vault/keys", "/v1/extracts"),
    "/v1/violations",
    *("/v1/sign-in/passkey", "/v1/sign-in/passkey/options", "/v1/claim", "/v1/enrolment", "/v1/enrolment/passkey"),
    *(
        "/v1/hooks/unsubscribe/{token}",
        "/v1/hooks/texts",
        "/v1/hooks/calls",
        "/v1/hooks/calls/{step}",
        "/v1/enrolment/passkey/options",
        "/v1/enrolment/password",
        "/v1/enrolment/password/confirm",
    ),
}
APP = make_app(demo=False)


def _routes() -> list[tuple[str, str, HTTPRouteHandler]]:
    return [
        (route.path_format, method, handler)
        for route in APP.routes
        for handler in getattr(route, "route_handlers", ())
        for method in handler.http_methods
        if method != "OPTIONS"
    ]


def test_every_operation_has_a_row() -> None:
    assert set(ALLOWED) == OPERATIONS


@pytest.mark.parametrize("role", Role)
def test_an_operation_without_a_row_is_allowed_to_nobody(role: Role) -> None:
    assert not may(role, "case.delete")
    with pytest.raises(ValueError, match=r"case\.delete"):
        allowed("case.delete")  # type: ignore[arg-type]


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR, Role.NAVIGATOR])
def test_those_who_work_no_case_have_nothing_to_do_with_devices_or_messages(role: Role) -> None:
    someone = Actor(uuid4(), role)
    for operation in ("sync", "device.register", "poke", "push.subscribe", "message.send"):
        with pytest.raises(Refused) as refused:
            require(someone, operation)
        assert STATUS[refused.value.code] == 403


def test_on_the_web_an_administrator_sees_loads_and_devices_and_takes_a_device_s_access_away_and_no_more() -> None:
    everybodys = {operation for operation in ALLOWED if all(may(role, operation) for role in Role)}
    assert {operation for operation in ALLOWED if may(Role.ADMIN, operation)} - everybodys == {
        "batch.read",
        "devices.read",
        "device.revoke",
    }


def test_every_route_says_who_may_call_it() -> None:
    unguarded = {path for path, _, handler in _routes() if not handler.guards and not handler.resolve_guards()}
    assert unguarded == set()


@pytest.mark.usefixtures("db")
async def test_whoever_is_not_signed_in_gets_401_everywhere_but_at_the_public_doors() -> None:
    device = "6f1e1f0e-0000-4000-8000-000000000000"
    async with browser(APP) as stranger:
        for path, method, _ in _routes():
            if path in PUBLIC:
                continue
            path = re.sub(r"\{\w+(:\w+)?\}", lambda name: "1" if "place" in name[0] else device, path)
            headers = {"content-type": "application/offset+octet-stream"} if method == "PATCH" else {}
            answer = await stranger.request(method, path, json={}, headers=headers)
            assert answer.status_code == 401, (method, path, answer.text)


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("role", ["admin", "auditor", "navigator"])
async def test_an_account_without_cases_cannot_sync_or_subscribe(role: str) -> None:
    await make_person("someone", role, worker_login=None)
    body: dict[str, Any] = {}
    async with browser(APP) as page:
        assert (await sign_in(page, "someone")).status_code == 200
        assert (await page.get("/v1/me")).status_code == 200
        for method, path in (
            ("POST", "/v1/sync"),
            ("GET", "/v1/poke"),
            ("GET", "/v1/push/key"),
            ("PUT", "/v1/devices/6f1e1f0e-0000-4000-8000-000000000000"),
        ):
            answer = await page.request(method, path, json=body)
            assert answer.status_code == 403, (method, path, answer.status_code)
