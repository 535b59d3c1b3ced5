"""A push service on this machine that real Firefox speaks: its WebSocket (hello, register, unregister, ack) and the endpoint.

Firefox is led here by its own preference. The endpoints stand on Mozilla's real host name, so the sender's rules stay as they
are; it is as strict as `service.py` about what is posted.
"""

import asyncio
import time
import uuid
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import WSMsgType, web

from push.secrets import base64url
from tests.journeys.pushlab.service import PATIENCE_S, Posted, judge, listen
from tests.push.service import Certificate

HOST: Final = "https://updates.push.services.mozilla.com"
DELIVERED: Final = 100


@dataclass(frozen=True)
class Channel:
    """One subscription: whose browser, and the key it was made with."""

    agent: str
    key: str


@dataclass
class Autopush:
    """Knows browsers by the name it gave them. ``acked`` holds what each said of its messages (100: delivered to the worker)."""

    certificate: Certificate
    channels: dict[str, Channel] = field(default_factory=dict)
    posted: list[Posted] = field(default_factory=list)
    acked: list[int] = field(default_factory=list)
    forgetful: bool = False  # the next hello is answered with another name, as when the service lost this browser
    port: int = 0
    browser_port: int = 0
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    _sockets: dict[str, web.WebSocketResponse] = field(default_factory=dict)
    _waiting: dict[str, list[tuple[str, float, dict[str, Any]]]] = field(default_factory=dict)

    async def start(self, open_things: AsyncExitStack) -> None:
        """Listens on two ports that the system gives: one for browsers, one for senders."""
        browser_side, sender_side = web.Application(), web.Application()
        browser_side.router.add_get("/", self._serve)
        sender_side.router.add_post("/wpush/v2/{channel}", self._post)
        self.browser_port = await listen(browser_side, None, open_things)
        self.port = await listen(sender_side, self.certificate.serving, open_things)
        open_things.push_async_callback(self.hang_up)

    @property
    def preferences(self) -> dict[str, object]:
        """What leads a Firefox here."""
        return {
            "dom.push.serverURL": f"ws://127.0.0.1:{self.browser_port}/",
            "dom.push.testing.allowInsecureServerURL": True,
            "dom.push.connection.enabled": True,
            "dom.push.retryBaseInterval": 500,
        }

    async def until(self, wanted: Callable[[], bool], timeout: float = PATIENCE_S) -> None:
        """Waits for something to be true of this service."""
        async with asyncio.timeout(timeout), self.changed:
            await self.changed.wait_for(wanted)

    async def hang_up(self) -> None:
        """Every browser loses its connection."""
        for socket in list(self._sockets.values()):
            await socket.close()

    async def _serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=("push-notification",))
        await socket.prepare(request)
        agent = ""
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                agent = await self._hear(socket, agent, message.json())
        async with self.changed:
            if self._sockets.get(agent) is socket:
                del self._sockets[agent]
            self.changed.notify_all()
        return socket

    async def _hear(self, socket: web.WebSocketResponse, agent: str, said: dict[str, Any]) -> str:
        """One message of a browser; answers the name that the browser has from now on."""
        kind = said.get("messageType", "ping")
        async with self.changed:
            if kind == "hello":
                agent = await self._greet(socket, said.get("uaid") or uuid.uuid4().hex)
            elif kind == "register":
                channel = said["channelID"]
                self.channels[channel] = Channel(agent, said["key"].rstrip("="))
                endpoint = f"{HOST}/wpush/v2/{channel}"
                await socket.send_json({"messageType": kind, "channelID": channel, "status": 200, "pushEndpoint": endpoint})
            elif kind == "unregister":
                self.channels.pop(said["channelID"], None)
                await socket.send_json({"messageType": kind, "channelID": said["channelID"], "status": 200})
            elif kind == "ack":
                self.acked += [update["code"] for update in said["updates"]]
            elif kind == "ping":
                await socket.send_str("{}")
            self.changed.notify_all()
        return agent

    async def _greet(self, socket: web.WebSocketResponse, agent: str) -> str:
        if self.forgetful:
            self.forgetful, agent = False, uuid.uuid4().hex
        self._sockets[agent] = socket
        await socket.send_json({"messageType": "hello", "uaid": agent, "status": 200, "use_webpush": True, "broadcasts": {}})
        for _, until, frame in self._waiting.pop(agent, []):
            if until > time.monotonic():
                await socket.send_json(frame)
        return agent

    async def _post(self, request: web.Request) -> web.Response:
        name, body, topic = request.match_info["channel"], await request.read(), request.headers.get("Topic", "")
        channel = self.channels.get(name)
        status, reason = judge(request, channel.key, body) if channel else (410, "UAID or CHID not found")
        async with self.changed:
            self.posted.append(Posted(name, status, topic, len(body)))
            if channel and status == 201:
                await self._carry(channel, name, request.headers, body)
            self.changed.notify_all()
        return web.Response(status=status, text=reason)

    async def _carry(self, channel: Channel, name: str, named: Any, body: bytes) -> None:
        """To the browser if it is connected, else kept as long as TTL says; the same Topic replaces what waits."""
        frame: dict[str, Any] = {"messageType": "notification", "channelID": name, "version": uuid.uuid4().hex}
        frame |= {"data": base64url(body), "headers": {"encoding": "aes128gcm"}}
        socket, topic = self._sockets.get(channel.agent), named.get("Topic", "")
        if socket is not None and not socket.closed:
            await socket.send_json(frame)
        elif ttl_s := int(named["TTL"]):
            others = [each for each in self._waiting.get(channel.agent, []) if not topic or each[0] != topic]
            self._waiting[channel.agent] = [*others, (topic, time.monotonic() + ttl_s, frame)]
