"""What a request's body may be before anybody decodes it: JSON, small, shallow, without endless lists and without NUL."""

import asyncio
import re
import zlib
from typing import Any, Final, cast

from litestar.types import HTTPReceiveMessage, Receive

from backend.errors import Refused
from backend.web.headers import VIOLATIONS
from backend.web.origin import Headers

BODY_BYTES: Final = 1 << 20
DEPTH: Final = 32
ITEMS: Final = 1000  # of one array, and members of one object
ARRIVAL_S: Final = 30
GZIP_PATHS: Final = frozenset({"/v1/sync"})
OUTBOX_PATHS: Final = frozenset({"/v1/sync"})  # here a bad letter is refused with the one mutation that holds it
JSON: Final = b"application/json"
MEDIA: Final = {VIOLATIONS: b"application/csp-report"}  # JSON by another name

_STRING: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"?+', re.DOTALL)  # to the end where nothing closes it: one reading for all of its quotes
_NUL: Final = re.compile(rb"(?<!\\)(?:\\\\)*+\\u0000")
_NOT_STRUCTURE: Final = bytes(byte for byte in range(256) if byte not in b"[]{},")
_FLAT: Final = re.compile(rb"\[,{0,%d}\]" % (ITEMS - 1))
_ALL_SQUARE: Final = bytes.maketrans(b"{}", b"[]")


class WrongMedia(Refused):
    """A body that is not JSON; told by its own HTTP status, since the same request as JSON would be taken."""

    @property
    def status(self) -> int:
        """Unsupported media type."""
        return 415


async def read_json(scope: dict[str, Any], receive: Receive, headers: Headers) -> Receive:
    """Read, inflate and check the whole body; returns a receive that hands it on and a scope that describes it."""
    packed = _is_packed(scope["path"], headers)
    if int(headers.get(b"content-length", b"0") or b"0") > BODY_BYTES:
        raise Refused("too_large", "The request is too large.")
    body = await _read(receive)
    if body and headers.get(b"content-type", b"").partition(b";")[0].strip().lower() != MEDIA.get(scope["path"], JSON):
        raise WrongMedia("invalid", "This address takes JSON.")
    if packed:
        body = inflate(body)
        kept = [(k, v) for k, v in scope["headers"] if k not in (b"content-encoding", b"content-length")]
        scope["headers"] = [*kept, (b"content-length", str(len(body)).encode())]
    check_json(body, nul_is_refused=scope["path"] not in OUTBOX_PATHS)
    return _replay(body, receive)


def check_json(body: bytes, *, nul_is_refused: bool = True) -> None:
    """Refuse a body that nests too deeply or holds NUL, which PostgreSQL's text cannot keep."""
    if nul_is_refused and b"\\u0000" in body and _NUL.search(body):
        raise Refused("invalid", "The request holds a character that cannot be kept.")
    if not is_shallow(body):
        raise Refused("invalid", "The request is nested too deeply, or a list in it is too long.")


def is_shallow(body: bytes, depth: int = DEPTH) -> bool:
    """Whether no bracket of the JSON stands deeper than ``depth``, and no pair of them holds more than ITEMS; strings do not count.

    Peels the innermost pairs off ``depth`` times: linear, without recursion. Unbalanced brackets count as deep.
    """
    if body.count(b"[") + body.count(b"{") <= depth and body.count(b",") < ITEMS:
        return True
    structure = _STRING.sub(b"", body).translate(_ALL_SQUARE, _NOT_STRUCTURE)
    for _ in range(depth):
        peeled = _FLAT.sub(b"", structure)
        if len(peeled) == len(structure):
            break
        structure = peeled
    return not structure


def inflate(body: bytes) -> bytes:
    """A gzip body unpacked; refused when broken or when it would grow beyond the limit."""
    unpack = zlib.decompressobj(31)
    try:
        plain = unpack.decompress(body, BODY_BYTES + 1)
    except zlib.error as error:
        raise Refused("invalid", "The request's gzip body is broken.") from error
    if len(plain) > BODY_BYTES:
        raise Refused("too_large", "The request is too large.")
    if not unpack.eof or unpack.unused_data:
        raise Refused("invalid", "The request's gzip body is broken.")
    return plain


def _is_packed(path: str, headers: Headers) -> bool:
    coding = headers.get(b"content-encoding", b"identity").strip().lower()
    if coding == b"identity":
        return False
    if coding != b"gzip" or path not in GZIP_PATHS:
        raise WrongMedia("invalid", "This address does not take packed bodies.")
    return True


async def _read(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(ARRIVAL_S):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    raise Refused("invalid", "The request ended too early.")
                part = message.get("body", b"")
                size += len(part)
                if size > BODY_BYTES:
                    raise Refused("too_large", "The request is too large.")
                parts.append(part)
                if not message.get("more_body", False):
                    return b"".join(parts)
    except TimeoutError as error:
        raise Refused("invalid", "The request took too long to arrive.") from error


def _replay(body: bytes, receive: Receive) -> Receive:
    waiting = [body]

    async def again() -> Any:
        if waiting:
            return cast(HTTPReceiveMessage, {"type": "http.request", "body": waiting.pop(), "more_body": False})
        return await receive()

    return again
