"""The sender against a real HTTPS service on this machine: what travels, and what it never does."""

import asyncio
import logging
import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver

from push import send
from push.endpoint import GuardedResolver
from push.notification import Locale, Outcome, Result
from push.payload import TEXT_BYTES
from push.send import Carrier, Sender
from push.vapid import Key
from tests.push.browser import SUBJECT, Browser, make_notification, make_signing_key
from tests.push.service import Certificate, Handler, ToThisMachine, serving
from tests.push.test_endpoint import Names

ORIGIN = "https://portal.example.gov"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return Certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def key() -> Key:
    return make_signing_key()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A port of this machine that must never be called."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        held.settimeout(0.2)
        yield held


def carrier(certificate: Certificate, resolver: AbstractResolver) -> Carrier:
    return Carrier(origin=ORIGIN, subject=SUBJECT, resolver=resolver, tls=certificate.trusting)


async def sent_to(handler: Handler, certificate: Certificate, browser: Browser, key: Key) -> Outcome:
    async with (
        serving(handler, certificate.serving) as port,
        Sender(carrier(certificate, ToThisMachine(port))) as sender,
    ):
        return await sender.send(make_notification(), browser.subscription, key)


def answering(status: int, **headers: str) -> Handler:
    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(status=status, headers={name.replace("_", "-"): value for name, value in headers.items()})

    return answer


async def test_what_travels_is_one_encrypted_record_with_the_headers_of_the_standard(certificate: Certificate, key: Key) -> None:
    seen: list[tuple[web.Request, bytes]] = []

    async def keep(request: web.Request) -> web.Response:
        seen.append((request, await request.read()))
        return web.Response(status=201, headers={"TTL": "1800"})

    browser = Browser(locale=Locale.ES)
    outcome = await sent_to(keep, certificate, browser, key)
    request, body = seen[0]
    assert (outcome.result, outcome.ttl_s) == (Result.SENT, 1800)
    assert (request.method, request.host, request.path) == ("POST", "fcm.googleapis.com", "/fcm/send/abc:APA91b")
    assert request.headers["TTL"] == "3600"
    assert request.headers["Urgency"] == "normal"
    assert len(request.headers["Topic"]) == 32
    assert request.headers["Content-Encoding"] == "aes128gcm"
    assert "Cookie" not in request.headers
    text = browser.read(body)
    assert len(text) == TEXT_BYTES
    assert "Abra la aplicación" in text.decode()


async def test_every_message_is_of_the_same_length_on_the_wire(certificate: Certificate, key: Key) -> None:
    lengths: set[int] = set()

    async def measure(request: web.Request) -> web.Response:
        lengths.add(len(await request.read()))
        return web.Response(status=201)

    async with (
        serving(measure, certificate.serving) as port,
        Sender(carrier(certificate, ToThisMachine(port))) as sender,
    ):
        for locale in Locale:
            for badge in (None, 5):
                browser = Browser(locale=locale)
                await sender.send(make_notification(badge=badge), browser.subscription, key)
    assert len(lengths) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_never_followed(certificate: Certificate, key: Key, listener: socket.socket, status: int) -> None:
    where = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    outcome = await sent_to(answering(status, Location=where), certificate, Browser(), key)
    assert (outcome.result, outcome.reason) == (Result.DEAD, "redirect")
    with pytest.raises(TimeoutError):
        await asyncio.to_thread(listener.accept)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "100.64.0.1"])
async def test_a_name_that_leads_to_a_private_address_is_not_connected_to(
    certificate: Certificate, key: Key, listener: socket.socket, address: str
) -> None:
    guarded = GuardedResolver(Names([address]))
    async with Sender(carrier(certificate, guarded)) as sender:
        outcome = await sender.send(make_notification(), Browser().subscription, key)
    assert (outcome.result, outcome.reason) == (Result.LATER, "forbidden_address")


async def test_an_endpoint_of_an_old_row_is_read_again_before_sending(certificate: Certificate, key: Key) -> None:
    names = Names()
    async with Sender(carrier(certificate, names)) as sender:
        outcome = await sender.send(make_notification(), Browser("https://evil.example/x").subscription, key)
    assert (outcome.result, outcome.reason, names.asked) == (Result.DEAD, "endpoint_host_not_allowed", 0)


async def test_the_environments_proxies_are_not_used(
    certificate: Certificate, key: Key, listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{listener.getsockname()[1]}")
    assert (await sent_to(answering(201), certificate, Browser(), key)).result is Result.SENT


async def test_a_certificate_for_another_name_is_not_trusted(certificate: Certificate, key: Key) -> None:
    outcome = await sent_to(answering(201), certificate, Browser("https://web.push.apple.com/x"), key)
    assert (outcome.result, outcome.reason) == (Result.LATER, "no_connection")


async def test_a_service_that_hangs_is_left_after_the_time_limit(
    certificate: Certificate, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send, "TOTAL_S", 0.3)
    let_go = asyncio.Event()

    async def hang(request: web.Request) -> web.Response:
        await let_go.wait()
        return web.Response(status=201)

    outcome = await sent_to(hang, certificate, Browser(), key)
    let_go.set()
    assert (outcome.result, outcome.reason) == (Result.LATER, "timeout")


async def test_of_an_endless_answer_only_the_first_bytes_are_read(certificate: Certificate, key: Key) -> None:
    written = 0

    async def pour(request: web.Request) -> web.StreamResponse:
        nonlocal written
        response = web.StreamResponse(status=201)
        await response.prepare(request)
        for _ in range(4096):
            await response.write(b"x" * 65536)
            written += 65536
        return response

    outcome = await sent_to(pour, certificate, Browser(), key)
    assert outcome.result is Result.SENT
    assert written < 64 * 1024 * 1024


async def test_a_throttled_service_holds_back_everything_for_it_without_a_further_call(
    certificate: Certificate, key: Key
) -> None:
    calls = 0

    async def refuse(request: web.Request) -> web.Response:
        nonlocal calls
        calls += 1
        return web.Response(status=429, headers={"Retry-After": "120"})

    async with (
        serving(refuse, certificate.serving) as port,
        Sender(carrier(certificate, ToThisMachine(port))) as sender,
    ):
        first = await sender.send(make_notification(), Browser().subscription, key)
        second = await sender.send(make_notification(), Browser().subscription, key)
        elsewhere = Browser("https://updates.push.services.mozilla.com/wpush/v2/x")
        third = await sender.send(make_notification(), elsewhere.subscription, key)
    assert (first.result, first.after_s) == (Result.THROTTLE, 120.0)
    assert (second.result, second.reason, second.counted) == (Result.LATER, "shaped", False)
    assert second.after_s is not None
    assert 115 < second.after_s <= 120
    assert third.result is Result.THROTTLE
    assert calls == 2


async def test_a_subscription_whose_key_is_retired_must_be_made_again(certificate: Certificate) -> None:
    async with Sender(carrier(certificate, Names())) as sender:
        outcome = await sender.send(make_notification(), Browser().subscription, None)
    assert outcome.result is Result.NEEDS_RESUBSCRIBE


async def test_the_log_holds_a_label_and_nothing_of_the_endpoint_or_the_message(
    certificate: Certificate, key: Key, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    browser = Browser("https://fcm.googleapis.com/fcm/send/secretpart", created_at=datetime(2030, 1, 1, tzinfo=UTC))
    for status in (201, 410, 500, 403):
        await sent_to(answering(status), certificate, browser, key)
    assert browser.subscription.label in caplog.text
    for secret in ("secretpart", browser.subscription.p256dh, browser.subscription.auth, "vapid t="):
        assert secret not in caplog.text
