"""The Wake port: a hint that something happened, heard by whoever subscribed, in this process or in all of them.

A hint may be lost or doubled, so nobody relies on one: a sweep is the truth. It is published after a commit, never in it.
Two carriers: this process itself, and Redis for several processes.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from redis import asyncio as aioredis
from redis.exceptions import RedisError

Heard = Callable[[str], Awaitable[None]]
Missed = Callable[[], Awaitable[None]]
Unsubscribe = Callable[[], None]

PREFIX = "porchlight:"
SILENCE_S = 10.0  # after this much silence we ask whether Redis is still there; after twice as much we reconnect
LONGEST_PAUSE_S = 5.0

log = logging.getLogger(__name__)


class Wake(Protocol):
    """Carries a short message on a named channel."""

    async def publish(self, channel: str, message: str) -> None:
        """Tell everyone who listens; never raises, never waits for them."""

    def subscribe(self, channel: str, heard: Heard, missed: Missed | None = None) -> Unsubscribe:
        """Call `heard` for every message, and `missed` when some may have been lost; answers how to end that."""

    async def start(self) -> None:
        """Begin to listen."""

    async def stop(self) -> None:
        """End listening and let go of connections."""


class LocalWake:
    """Within this process."""

    def __init__(self) -> None:
        self._hearers: defaultdict[str, list[tuple[Heard, Missed | None]]] = defaultdict(list)
        self._running: set[asyncio.Task[None]] = set()

    async def publish(self, channel: str, message: str) -> None:
        self._tell(channel, message)

    def subscribe(self, channel: str, heard: Heard, missed: Missed | None = None) -> Unsubscribe:
        entry = (heard, missed)
        self._hearers[channel].append(entry)

        def unsubscribe() -> None:
            with contextlib.suppress(ValueError):
                self._hearers[channel].remove(entry)

        return unsubscribe

    async def start(self) -> None:
        """There is nothing to connect."""

    async def stop(self) -> None:
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _tell(self, channel: str, message: str) -> None:
        for heard, _ in list(self._hearers.get(channel, ())):
            self._spawn(heard(message))

    def _tell_missed(self) -> None:
        for missed in [missed for entries in self._hearers.values() for _, missed in entries if missed]:
            self._spawn(missed())

    def _spawn(self, told: Awaitable[None]) -> None:
        """In a task with an empty context, so that a hearer never sees its publisher's transaction."""
        task = asyncio.get_running_loop().create_task(_quietly(told), context=contextvars.Context())
        self._running.add(task)
        task.add_done_callback(self._running.discard)


class RedisWake(LocalWake):
    """Across processes: one listening connection that comes back by itself, and a pool for publishing."""

    def __init__(self, url: str) -> None:
        super().__init__()
        options: dict[str, Any] = {"decode_responses": True, "socket_connect_timeout": 5, "socket_keepalive": True}
        self._client = aioredis.Redis.from_url(url, socket_timeout=2, **options)
        self._listening = aioredis.Redis.from_url(url, **options)
        self._listener: asyncio.Task[None] | None = None
        self.connected = asyncio.Event()

    async def publish(self, channel: str, message: str) -> None:
        try:
            await self._client.publish(PREFIX + channel, message)
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("a hint on %s was not carried: %s", channel, type(error).__name__)
            self._tell(channel, message)  # at least to this process

    async def start(self) -> None:
        self._listener = asyncio.get_running_loop().create_task(self._listen(), context=contextvars.Context())

    async def stop(self) -> None:
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)
        await super().stop()
        await self._client.aclose()
        await self._listening.aclose()

    async def _listen(self) -> None:
        pause, before = 0.1, False
        while True:
            try:
                async with self._listening.pubsub() as subscription:
                    await subscription.psubscribe(f"{PREFIX}*")
                    self.connected.set()
                    if before:
                        self._tell_missed()
                    pause, before = 0.1, True
                    await self._hear(subscription)
            except (RedisError, OSError, TimeoutError) as error:
                log.warning("lost Redis (%s); trying again in %.1f s", type(error).__name__, pause)
            self.connected.clear()
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_S)

    async def _hear(self, subscription: Any) -> None:
        asked = False
        while True:
            message = await subscription.get_message(timeout=SILENCE_S)
            if message is None:
                if asked:
                    raise TimeoutError("Redis does not answer")
                await subscription.ping()
                asked = True
                continue
            asked = False
            if message["type"] == "pmessage":
                self._tell(message["channel"].removeprefix(PREFIX), message["data"])


async def _quietly(told: Awaitable[None]) -> None:
    try:
        await told
    except Exception:
        log.exception("a hearer of a hint failed")
