"""Push services that answer as the vendors' do on a bad day: each browser's path says how it is answered.

Now and then a whole service says that we are too fast, in its own way, and counts who does not listen.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from email.utils import formatdate

from aiohttp import web

FCM, MOZILLA, WINDOWS = "fcm.googleapis.com", "updates.push.services.mozilla.com", "wns2.notify.windows.com"
THROTTLE_S = 4.0
HEARD_S = 2.5  # what was under way when we were told may still arrive so long

# Of a hundred browsers: how each is answered, and what its notice comes to.
MIXED = ("ok",) * 84 + ("error",) * 4 + ("gone",) * 4 + ("slow",) * 3 + ("redirect",) * 2 + ("bad",) * 2 + ("hang",)
ENDS = {"gone": "suppressed", "redirect": "dead", "bad": "dead"}


class Vendors:
    """What all three heard; `heard` is called after each message that was taken."""

    def __init__(self, heard: Callable[[], None]) -> None:
        self.throttle_every = 700  # requests of one service
        self.accepted: dict[str, list[str]] = defaultdict(list)
        self.arrived: dict[str, list[float]] = defaultdict(list)
        self.answers: Counter[int] = Counter()
        self.deaf = 0
        self._tries: Counter[str] = Counter()
        self._closed: dict[str, float] = {}
        self._heard = heard

    async def answer(self, request: web.Request) -> web.StreamResponse:
        await request.read()
        host, path, now = request.host, request.path, time.monotonic()
        self.arrived[host].append(now)
        if (refused := self._throttled(host, now)) is not None:
            self.answers[refused.status] += 1
            return refused
        self._tries[path] += 1
        how = path.split("/")[2]
        if how == "hang" and self._tries[path] == 1:
            await asyncio.sleep(30)
        plain = {"gone": 410, "bad": 400}.get(how, 500 if how == "error" and self._tries[path] < 3 else 201)
        headers = {"Location": "https://127.0.0.1/"} if how == "redirect" else {}
        status = 302 if how == "redirect" else plain
        self.answers[status] += 1
        if status != 201:
            return web.Response(status=status, headers=headers)
        self.accepted[path].append(request.headers["Topic"])
        response = web.StreamResponse(status=201)
        with contextlib.suppress(ConnectionError):  # the worker may have been killed meanwhile
            await response.prepare(request)
            if how == "slow":
                for _ in range(5):
                    await asyncio.sleep(0.1)
                    await response.write(b" ")
            await response.write_eof()
        self._heard()
        return response

    def _throttled(self, host: str, now: float) -> web.Response | None:
        told = self._closed.get(host)
        if told is not None and now < told + THROTTLE_S:
            self.deaf += now > told + HEARD_S
        elif len(self.arrived[host]) % self.throttle_every == 0:
            self._closed[host] = now
        else:
            return None
        if host == WINDOWS:
            return web.Response(status=406, headers={"Retry-After": str(int(THROTTLE_S))})
        if host == MOZILLA:
            return web.Response(status=429, headers={"Retry-After": formatdate(time.time() + THROTTLE_S + 1, usegmt=True)})
        return web.Response(status=429, headers={"Retry-After": str(int(THROTTLE_S))})

    def most_in_a_second(self) -> int:
        """The largest number of requests that any service saw within one second."""
        most = 0
        for arrived in self.arrived.values():
            first = 0
            for last, at in enumerate(arrived):
                while at - arrived[first] > 1.0:
                    first += 1
                most = max(most, last - first + 1)
        return most
