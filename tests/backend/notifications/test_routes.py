"""The doors of push, by HTTP."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar

from backend.notifications import jobs
from tests.backend.browsing import browser, make_app, make_person, sign_in
from tests.backend.notifications.conftest import PushService
from tests.push.browser import Browser

pytestmark = pytest.mark.usefixtures("service")


@pytest.fixture(scope="module")
def app() -> Litestar:
    return make_app()


@pytest.fixture
async def page(app: Litestar, service: PushService) -> AsyncIterator[httpx.AsyncClient]:
    """A page of somebody who is signed in."""
    await make_person("ana@example.org")
    async with browser(app) as client:
        assert (await sign_in(client, "ana@example.org")).status_code == 200
        yield client


async def said(page: httpx.AsyncClient, phone: Browser, **other: str) -> dict[str, str]:
    """What the page puts."""
    key = (await page.get("/v1/push/key")).json()
    made = phone.subscription
    subscription = {"endpoint": made.endpoint, "p256dh": made.p256dh, "auth": made.auth, "key_id": key["id"]}
    return {**subscription, "device": str(uuid4()), "locale": "en", "agent_class": "chromium", **other}


async def test_a_page_subscribes_tests_and_unsubscribes(page: httpx.AsyncClient, service: PushService) -> None:
    phone = Browser()
    body = await said(page, phone)
    put = await page.put("/v1/push/subscription", json=body)
    assert (put.status_code, put.json()["state"]) == (200, "active")
    assert len(put.json()["renew"]) >= 40
    state = await page.get("/v1/push/subscription", params={"device": body["device"]})
    assert state.json() == {"state": "active"}
    assert (await page.post("/v1/push/test")).status_code == 202
    await jobs.deliver({})
    assert "Open the app to see it." in phone.read(service.to(phone)[0].body).decode()
    gone = await page.request("DELETE", "/v1/push/subscription", json={"endpoint": body["endpoint"]})
    assert gone.status_code == 204
    state = await page.get("/v1/push/subscription", params={"device": body["device"]})
    assert state.json() == {"state": "gone"}


async def test_a_device_without_a_subscription_says_so(page: httpx.AsyncClient) -> None:
    state = await page.get("/v1/push/subscription", params={"device": str(uuid4())})
    assert state.json() == {"state": "none"}


async def test_a_test_too_soon_says_when_to_come_again(page: httpx.AsyncClient) -> None:
    await page.post("/v1/push/test")
    again = await page.post("/v1/push/test")
    assert again.status_code == 429
    assert 10 <= int(again.headers["retry-after"]) <= 15


@pytest.mark.parametrize(
    "other, status",
    [
        ({"endpoint": "https://evil.example/x"}, 400),
        ({"p256dh": "B" + "A" * 86}, 400),
        ({"auth": "A" * 23}, 400),
        ({"locale": "fr"}, 400),
        ({"agent_class": "<script>"}, 400),
        ({"account_id": str(uuid4())}, 400),
        ({"key_id": str(uuid4())}, 409),
    ],
)
async def test_a_subscription_that_is_none_is_refused(page: httpx.AsyncClient, other: dict[str, str], status: int) -> None:
    answer = await page.put("/v1/push/subscription", json=await said(page, Browser(), **other))
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert "evil.example" not in answer.text


async def test_a_service_worker_renews_without_a_cookie(app: Litestar, page: httpx.AsyncClient) -> None:
    put = await page.put("/v1/push/subscription", json=await said(page, Browser()))
    new = await said(page, Browser(f"https://fcm.googleapis.com/fcm/send/{uuid4()}"))
    renewal = {name: new[name] for name in ("endpoint", "p256dh", "auth", "key_id")}
    async with browser(app) as worker:
        answer = await worker.post("/v1/push/renew", json={**renewal, "renew": put.json()["renew"]})
        assert (answer.status_code, answer.json()["state"]) == (200, "active")
        wrong = await worker.post("/v1/push/renew", json={**renewal, "renew": "x" * 43})
        assert wrong.status_code == 410


@pytest.mark.parametrize("door", ["GET key", "PUT subscription", "GET subscription", "DELETE subscription", "POST test"])
async def test_nobody_who_is_not_signed_in_gets_in(app: Litestar, door: str) -> None:
    method, path = door.split()
    async with browser(app) as stranger:
        assert (await stranger.request(method, f"/v1/push/{path}")).status_code == 401
