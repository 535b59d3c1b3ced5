"""The way out: every answer gets its headers, is packed where that pays, and leaves one line in the log."""

import logging
import time
from typing import Any, Final
from uuid import uuid4

from litestar.types import Send

from backend.metrics import REQUESTS
from backend.web.compress import Packer, is_packable, pack_first
from backend.web.headers import SECURITY_POLICY, HeaderList
from backend.web.origin import Headers
from backend.web.problems import MEDIA_TYPE, problem_of

log = logging.getLogger("porchlight.request")

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})  # whoever asks may name any other
NO_STORE: Final = (b"cache-control", b"no-store")


class Reply:
    """One request's answer on its way out. It is itself the ``send`` that the application is given."""

    __slots__ = ("_accept", "_always", "_began", "_held", "_packer", "_scope", "_send", "id", "status")

    def __init__(self, scope: dict[str, Any], headers: Headers, send: Send, always: HeaderList) -> None:
        self._scope, self._send, self._always = scope, send, always
        self._accept = headers.get(b"accept-encoding")
        self._held: dict[str, Any] | None = None
        self._packer: Packer | None = None
        self._began = time.perf_counter()
        self.status = 0
        self.id = uuid4().hex

    async def __call__(self, message: Any) -> None:
        """Send one ASGI message; the start of a JSON answer waits for its first body, to be packed with it."""
        if message["type"] == "http.response.start":
            await self._start(message)
            return
        if self._held is not None:
            held, self._held = self._held, None
            self._packer = await pack_first(held, message, self._accept)
            await self._send(held)  # type: ignore[arg-type]
        elif self._packer is not None and message["type"] == "http.response.body":
            pack = self._packer.add if message.get("more_body", False) else self._packer.end
            message["body"] = pack(message.get("body", b""))
        await self._send(message)

    async def _start(self, message: dict[str, Any]) -> None:
        self.status = message["status"]
        headers: HeaderList = list(message.get("headers", ()))
        if not any(name == b"cache-control" for name, _ in headers):
            headers.append(NO_STORE)
        own_policy = any(name == SECURITY_POLICY for name, _ in headers)  # a second one would narrow it
        headers += [always for always in self._always if not (own_policy and always[0] == SECURITY_POLICY)]
        message["headers"] = headers
        if is_packable(self.status, headers):
            self._held = message
        else:
            await self._send(message)  # type: ignore[arg-type]

    async def whole(self, status: int, headers: HeaderList, body: bytes) -> None:
        """Send a complete answer; a HEAD request gets its headers only."""
        await self({"type": "http.response.start", "status": status, "headers": headers})
        await self({"type": "http.response.body", "body": b"" if self._scope["method"] == "HEAD" else body})

    async def problem(self, fault: Exception) -> None:
        """Send the problem document of a fault; when an answer has begun already, break the connection off instead."""
        told = problem_of(fault, self.id)
        if self.status:
            raise ConnectionAbortedError(f"the answer {self.id} broke off") from None
        headers = [(name.encode(), value.encode()) for name, value in told.headers.items()]
        length = (b"content-length", str(len(told.body)).encode())
        await self.whole(told.status, [(b"content-type", MEDIA_TYPE.encode()), length, *headers], told.body)

    def note(self) -> None:
        """One line for the log: ids, a path's template, a status and a time. Never a query, a body or a name."""
        spent_s = time.perf_counter() - self._began
        where = self._scope.get("path_template") or "-"
        method = self._scope["method"] if self._scope["method"] in METHODS else "-"
        REQUESTS.labels(method, where, str(self.status)).observe(spent_s)
        log.info("%s %s %s %.1fms id=%s", self._scope["method"], where, self.status, spent_s * 1000, self.id)
