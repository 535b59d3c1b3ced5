"""The door that every request passes: host, origin, body and session are settled before a route is looked up."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec
from litestar.types import ASGIApp, Receive, Send

from backend.access import Actor
from backend.errors import Refused
from backend.web.body import WrongMedia, read_json
from backend.web.headers import VIOLATIONS, HeaderList, always, cookie_name, read_cookie
from backend.web.origin import PROBES, SAFE_METHODS, Headers, Own, own_origin, refuse_foreign
from backend.web.reply import Reply
from backend.web.static import Site

FindSession = Callable[[str], Awaitable[Actor | None]]

# Machines that sign what they send: no browser, no cookie, a body of their own kind and size.
SIGNED_UPLOADS: Final = frozenset({"/v1/extracts"})
HOOKS: Final = "/v1/hooks/"  # programs of others call these, in their own form and with their own proof
PIECES: Final = "/v1/uploads/"  # pieces of files: bytes, read by their route as they come
PIECE: Final = b"application/offset+octet-stream"
API: Final = ("/v1/", "/schema")


class Ways(msgspec.Struct, frozen=True):
    """What the edge leads to and asks."""

    app: ASGIApp
    site: Site
    own: Own
    find_session: FindSession


class Edge:
    """The outermost ASGI callable."""

    def __init__(self, ways: Ways) -> None:
        self._ways = ways
        self._always: HeaderList = always(secure=ways.own.secure)
        self._cookie = cookie_name(secure=ways.own.secure)

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        if scope["type"] == "lifespan":
            await self._ways.app(scope, receive, send)
        elif scope["type"] == "http":
            headers = dict(scope["headers"])
            reply = Reply(scope, headers, send, self._always)
            try:
                await self._answer(scope, headers, receive, reply)
            except Exception as fault:
                await reply.problem(fault)
            finally:
                reply.note()

    async def _answer(self, scope: dict[str, Any], headers: Headers, receive: Receive, reply: Reply) -> None:
        path: str = scope["path"]
        origin = own_origin(self._ways.own, headers, path)
        if path.startswith(API) or path in PROBES:
            scope.setdefault("state", {})["request_id"] = reply.id
            if path not in PROBES:
                receive = await self._admit(scope, headers, receive, origin)
            await self._ways.app(scope, receive, reply)  # type: ignore[arg-type]
        elif scope["method"] in ("GET", "HEAD"):
            answer = self._ways.site.answer(path, headers)
            await reply.whole(answer.status, answer.headers, answer.body)
        else:
            raise Refused("not_found", "There is nothing here.")

    async def _admit(self, scope: dict[str, Any], headers: Headers, receive: Receive, origin: bytes) -> Receive:
        """Refuse what no route should see; find out who asks."""
        safe = scope["method"] in SAFE_METHODS
        if not safe and (scope["path"] in SIGNED_UPLOADS or scope["path"].startswith(HOOKS)):
            return receive
        if not safe:
            refuse_foreign(headers, origin)
            if scope["method"] == "PATCH" and scope["path"].startswith(PIECES):
                if headers.get(b"content-type") != PIECE:
                    raise WrongMedia("invalid", "This address takes pieces of files.")
            else:
                receive = await read_json(scope, receive, headers)
        if scope["path"] == VIOLATIONS:  # whoever it is; and nothing is asked of the database
            return receive
        token = read_cookie(headers.get(b"cookie"), self._cookie)
        if token:
            scope["state"]["actor"] = await self._actor(token)
        return receive

    async def _actor(self, token: str) -> Actor | None:
        try:
            return await self._ways.find_session(token)
        except FileNotFoundError as fault:  # the socket of a database on this machine, while it is stopped
            raise ConnectionError from fault
