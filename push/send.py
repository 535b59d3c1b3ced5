"""Carries one Notification to one Subscription over a shared, guarded HTTP session, and says what became of it."""

import logging
import random
import ssl
import time
from datetime import UTC, datetime
from typing import Final

import aiohttp
import msgspec
from aiohttp import hdrs
from aiohttp.abc import AbstractResolver
from aiohttp.payload import BytesPayload
from multidict import CIMultiDict, istr
from yarl import URL

from push.answers import Answer, Try, later, outcome_of
from push.encrypt import Encryptor
from push.endpoint import AllowList, Endpoint, EndpointRefused, ForbiddenAddress, GuardedResolver
from push.notification import Notification, Outcome, Result, Subscription, Urgency
from push.payload import check_origin, document
from push.shape import MAX_RATE, Gate
from push.vapid import Key, Tokens

CONNECT_S: Final = 5.0
TOTAL_S: Final = 15.0
MAX_ANSWER_BYTES: Final = 4096
APPLE: Final = "web.push.apple.com"  # delivers to iPhones only what is urgent, by others' reports

# Names in the client's own spelling are neither folded nor looked for again with each message.
TTL, TOPIC, URGENCY = istr("TTL"), istr("Topic"), istr("Urgency")
_FIXED: Final = (
    (hdrs.CONTENT_TYPE, "application/octet-stream"),
    (hdrs.ACCEPT, "*/*"),
    (hdrs.ACCEPT_ENCODING, "identity"),
)

log = logging.getLogger("push")


class Carrier(msgspec.Struct, frozen=True, kw_only=True):
    """How a Sender reaches the world. Tests put their own resolver and certificates in; the rules stay the same."""

    origin: str
    subject: str
    hosts: AllowList = msgspec.field(default_factory=AllowList)
    resolver: AbstractResolver | None = None
    tls: ssl.SSLContext | None = None
    max_rate: float = MAX_RATE


class Sender:
    """One for each process. Open it inside the event loop, close it at the end."""

    def __init__(self, carrier: Carrier) -> None:
        self.origin = check_origin(carrier.origin)
        self.tokens = Tokens(carrier.subject)
        self._carrier = carrier
        self._encryptor = Encryptor(self.tokens)
        self._gates: dict[str, Gate] = {}
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> "Sender":
        """Makes the session: no redirects, no cookies, no proxies of the environment, checked addresses only."""
        connector = aiohttp.TCPConnector(
            ssl=self._carrier.tls or ssl.create_default_context(),
            resolver=self._carrier.resolver or GuardedResolver(),
            limit=0,
            ttl_dns_cache=60,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            timeout=aiohttp.ClientTimeout(total=TOTAL_S, sock_connect=CONNECT_S),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            max_line_size=MAX_ANSWER_BYTES,
            max_field_size=MAX_ANSWER_BYTES,
        )
        return self

    async def close(self) -> None:
        """Ends the session and its connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def __aenter__(self) -> "Sender":
        return await self.open()

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def send(self, notification: Notification, subscription: Subscription, key: Key | None, earlier: int = 0) -> Outcome:
        """One try. Never raises for what the other side does; ``earlier`` counts the tries before this one."""
        try:
            endpoint = self._carrier.hosts.check(subscription.endpoint)
        except EndpointRefused as refused:
            return Outcome(result=Result.DEAD, reason=f"endpoint_{refused}")
        if key is None:
            return Outcome(result=Result.NEEDS_RESUBSCRIBE, reason="key_retired")
        this = Try(
            service=endpoint.service,
            now=datetime.now(UTC),
            subscribed_at=subscription.created_at,
            earlier=earlier,
            jitter=random.random(),  # noqa: S311 (spreads retries, keeps no secret)
        )
        gate = self._gates.setdefault(endpoint.service, Gate())
        async with gate.slots:
            wait_s = gate.closed_until - time.monotonic()
            if wait_s > 0:
                return Outcome(result=Result.LATER, reason="shaped", after_s=wait_s, counted=False)
            outcome = await self._carry(notification, subscription, key, (endpoint, this))
            gate.heard(outcome, time.monotonic())
        level = logging.INFO if outcome.result is Result.SENT else logging.WARNING
        log.log(level, "%s %s %s %s", endpoint.service, subscription.label, outcome.result, outcome.status)
        return outcome

    async def _carry(self, notification: Notification, subscription: Subscription, key: Key, where: tuple[Endpoint, Try]) -> Outcome:
        endpoint, this = where
        text = document(notification, subscription.locale, self.origin)
        try:
            message = self._encryptor.message(text, subscription, key)
        except ValueError:
            return Outcome(result=Result.DEAD, reason="unusable_keys")
        urgency = Urgency.HIGH if endpoint.service == APPLE else notification.urgency
        own = ((TTL, str(notification.ttl_s)), (TOPIC, notification.topic), (URGENCY, urgency))
        headers = CIMultiDict((*message.headers.items(), *own, *_FIXED))
        try:
            return outcome_of(await self._post(endpoint.address, headers, message.body), this)
        except ForbiddenAddress:
            return later(this, "forbidden_address")
        except aiohttp.ClientConnectorDNSError as error:
            return later(this, "forbidden_address" if isinstance(error.os_error, ForbiddenAddress) else "no_such_name")
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            return later(this, "timeout" if isinstance(error, TimeoutError) else "no_connection")

    async def _post(self, address: URL, headers: CIMultiDict[str], body: bytes) -> Answer:
        if self._session is None:
            raise RuntimeError("the sender is not open")
        request = self._session.post(
            address,
            headers=headers,
            data=BytesPayload(body),  # given plain, aiohttp asks forty types whether it is one of theirs
            allow_redirects=False,
        )
        async with request as answer:
            read = await _first_bytes(answer)
            found = answer.headers
            return Answer(status=answer.status, retry_after=found.get("Retry-After"), ttl=found.get("TTL"), body=read)


async def _first_bytes(answer: aiohttp.ClientResponse) -> bytes:
    """At most 4 KiB of an answer; a longer one is cut off with its connection."""
    read = b""
    while len(read) < MAX_ANSWER_BYTES:
        part = await answer.content.read(MAX_ANSWER_BYTES - len(read))
        if not part:
            return read
        read += part
    answer.close()
    return read
