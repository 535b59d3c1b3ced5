"""A push service on this machine that real Chromium speaks: check-in, registration, its message stream, and the endpoint.

Browsers are led here by Chromium's own switches. The endpoints that it hands out stand on the vendor's real host name, so the
sender's rules for hosts stay as they are; only the sender's name resolution leads that name here. It is as strict as the real
services about TTL, size, Topic, the token and the key that a subscription was made with.
"""

import asyncio
import re
import ssl
import time
import uuid
from collections import defaultdict
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Final

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec

from push.secrets import unbase64url
from tests.journeys.pushlab import mcs
from tests.push.service import Certificate, port_of

PORT_NAME: Final = "PUSHLAB_PORT"  # environment variables by which serve.py learns where the lab is
TRUST_NAME: Final = "PUSHLAB_CERTIFICATE"
MAX_BODY_BYTES: Final = 4096
PATIENCE_S: Final = 60.0
SECURITY_TOKEN: Final = 2121212121212121
FIRST_DEVICE: Final = 4_000_000_000_000_001

AUTHORIZATION: Final = re.compile(r"vapid t=([\w-]+\.[\w-]+\.[\w-]+), ?k=([\w-]+)")
TOPIC: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")


@dataclass(frozen=True)
class Registration:
    """One subscription: whose browser, which app of it, and the key it was made with."""

    device: str
    category: str
    subtype: str
    sender: str


@dataclass
class Waiting:
    """A message for a browser that is not connected."""

    token: str
    topic: str
    until: float
    frame: bytes


@dataclass(frozen=True)
class Posted:
    """One request to an endpoint, and our answer."""

    token: str
    status: int
    topic: str
    size: int


@dataclass
class PushService:
    """Knows browsers by the number it gave them at check-in. ``refuse`` answers every post with this status."""

    certificate: Certificate
    registrations: dict[str, Registration] = field(default_factory=dict)
    posted: list[Posted] = field(default_factory=list)
    refuse: int | None = None
    port: int = 0
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    _streams: dict[str, asyncio.StreamWriter] = field(default_factory=dict)
    _waiting: dict[str, list[Waiting]] = field(default_factory=lambda: defaultdict(list))
    _http: int = 0
    _stream: int = 0
    _devices: int = FIRST_DEVICE

    async def start(self, open_things: AsyncExitStack) -> None:
        """Listens on three ports that the system gives."""
        browser_side, sender_side = web.Application(), web.Application()
        browser_side.router.add_post("/checkin", self._check_in)
        browser_side.router.add_post("/register", self._register)
        sender_side.router.add_post("/fcm/send/{token}", self._post)
        self._http = await listen(browser_side, None, open_things)
        self.port = await listen(sender_side, self.certificate.serving, open_things)
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.certificate.serving)
        self._stream = server.sockets[0].getsockname()[1]
        open_things.callback(server.close)
        open_things.callback(self._hang_up)

    @property
    def switches(self) -> list[str]:
        """What leads a Chromium here."""
        plain = f"http://127.0.0.1:{self._http}"
        return [
            f"--gcm-checkin-url={plain}/checkin",
            f"--gcm-registration-url={plain}/register",
            f"--gcm-mcs-endpoint=https://127.0.0.1:{self._stream}",
        ]

    @property
    def connected(self) -> int:
        """How many browsers hold a stream now."""
        return len(self._streams)

    @property
    def subscribed(self) -> int:
        """How many pages' subscriptions live (browsers register themselves besides)."""
        return sum(each.subtype.startswith("wp:") for each in self.registrations.values())

    async def until(self, wanted: Callable[[], bool], timeout: float = PATIENCE_S) -> None:
        """Waits for something to be true of this service."""
        async with asyncio.timeout(timeout), self.changed:
            await self.changed.wait_for(wanted)

    async def _check_in(self, request: web.Request) -> web.Response:
        await request.read()
        self._devices += 1
        now_ms = int(time.time() * 1000)
        told = [mcs.number(1, 1), mcs.number(3, now_ms), mcs.number(6, 1), mcs.fixed64(7, self._devices)]
        body = b"".join([*told, mcs.fixed64(8, SECURITY_TOKEN), mcs.text(11, "1")])
        return web.Response(body=body, content_type="application/x-protobuf")

    async def _register(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        app, subtype = form["app"], form.get("X-subtype", form["app"])
        same = [token for token, each in self.registrations.items() if (each.device, each.subtype) == (form["device"], subtype)]
        async with self.changed:
            for token in same:
                del self.registrations[token]
            self.changed.notify_all()
            if form.get("delete") == "true":
                return web.Response(text=f"deleted={app}")
            token = f"lab{uuid.uuid4().hex}:APA91b{uuid.uuid4().hex}"
            self.registrations[token] = Registration(form["device"], app, subtype, form["sender"])
        return web.Response(text=f"token={token}")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        device = ""
        try:
            await reader.readexactly(1)
            login = await mcs.read_frame(reader)
            device = next(mcs.texts(login.body, 3)).decode()
            writer.write(bytes([mcs.VERSION]))
            writer.write(mcs.frame(mcs.LOGGED_IN, mcs.text(1, "1") + mcs.number(8, int(time.time() * 1000))))
            async with self.changed:
                self._streams[device] = writer
                for late in self._waiting.pop(device, []):
                    if late.until > time.monotonic() and late.token in self.registrations:
                        writer.write(late.frame)
                self.changed.notify_all()
            while True:
                if (await mcs.read_frame(reader)).tag == mcs.PING:
                    writer.write(mcs.frame(mcs.ACK, b""))
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError, StopIteration):
            pass
        finally:
            async with self.changed:
                if self._streams.get(device) is writer:
                    del self._streams[device]
                self.changed.notify_all()
            writer.close()

    async def _post(self, request: web.Request) -> web.Response:
        token, body, topic = request.match_info["token"], await request.read(), request.headers.get("Topic", "")
        status, reason = self._judge(request, token, body)
        async with self.changed:
            self.posted.append(Posted(token, status, topic, len(body)))
            if status == 201:
                self._carry(request, token, body)
            self.changed.notify_all()
        return web.Response(status=status, text=reason)

    def _judge(self, request: web.Request, token: str, body: bytes) -> tuple[int, str]:
        registration = self.registrations.get(token)
        if self.refuse is not None:
            return self.refuse, ""
        if registration is None:
            return 410, "push subscription has unsubscribed or expired.\n"
        return judge(request, registration.sender, body)

    def _carry(self, request: web.Request, token: str, body: bytes) -> None:
        """To the browser if it is connected, else kept as long as TTL says; the same Topic replaces what waits."""
        registration, named = self.registrations[token], request.headers
        topic, ttl_s = named.get("Topic", ""), int(named["TTL"])
        parts = [mcs.text(2, ""), mcs.text(3, registration.sender), mcs.text(5, registration.category)]
        parts += [mcs.pair(7, "subtype", registration.subtype), mcs.pair(7, "content-encoding", "aes128gcm")]
        parts += [mcs.text(9, f"0:{uuid.uuid4().hex}"), mcs.number(17, ttl_s)]
        parts += [mcs.number(18, int(time.time() * 1000)), mcs.text(21, body)]
        made = mcs.frame(mcs.MESSAGE, b"".join(parts))
        stream = self._streams.get(registration.device)
        if stream is not None:
            stream.write(made)
        elif ttl_s:
            others = [each for each in self._waiting[registration.device] if not topic or each.topic != topic]
            self._waiting[registration.device] = [*others, Waiting(token, topic, time.monotonic() + ttl_s, made)]

    def _hang_up(self) -> None:
        for stream in self._streams.values():
            stream.close()


def judge(request: web.Request, key: str, body: bytes) -> tuple[int, str]:
    """How a real service answers a post to a subscription that was made with this key: 201, or what is wrong with it."""
    named = request.headers
    if not named.get("TTL", "").isdigit() or named.get("Content-Encoding") != "aes128gcm" or len(body) > MAX_BODY_BYTES:
        return 400, "TTL, Content-Encoding or size"
    if "Topic" in named and not TOPIC.fullmatch(named["Topic"]):
        return 400, "Topic"
    claimed = AUTHORIZATION.fullmatch(named.get("Authorization", ""))
    if claimed is None:
        return 401, "Authorization header must be specified"
    if claimed[2] != key.rstrip("="):
        return 403, "the key in the authorization header does not correspond to the sender ID: they do not correspond"
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unbase64url(claimed[2]))
    try:
        jwt.decode(claimed[1], public, algorithms=["ES256"], audience=f"https://{request.host}")
    except jwt.PyJWTError as wrong:
        return 403, repr(wrong)
    return 201, ""


async def listen(app: web.Application, tls: ssl.SSLContext | None, open_things: AsyncExitStack) -> int:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    open_things.push_async_callback(runner.cleanup)
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    return port_of(site)
