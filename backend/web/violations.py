"""What browsers tell of things that the security policy kept off a page: counted each time, logged seldom, believed never.

Anybody may send such a report, with any text in it. Words of ours are all that is kept: which rule, and what kind of thing.
"""

import logging
import time
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from litestar import Request, post

from backend.access import public
from backend.errors import Refused
from backend.metrics import VIOLATIONS as COUNTED
from backend.web.headers import VIOLATIONS

log = logging.getLogger("porchlight.violation")

MOST_BYTES: Final = 16_384
MOST_A_MINUTE: Final = 300  # of this process; more would tell nothing new
MINUTE_S: Final = 60.0
SAID_AGAIN_S: Final = 3600.0
RULES: Final = frozenset(
    {"default-src", "script-src", "script-src-elem", "script-src-attr", "style-src", "style-src-elem", "style-src-attr", "img-src",
     "font-src", "connect-src", "manifest-src", "worker-src", "media-src", "frame-src", "child-src", "object-src", "base-uri",
     "frame-ancestors", "form-action", "require-trusted-types-for", "trusted-types"}
)  # fmt: skip
KEYWORDS: Final = frozenset({"inline", "eval", "wasm-eval", "trusted-types-sink", "trusted-types-policy", "data", "blob"})
OWN_PLACES: Final = ("/assets/", "/v1/")
OTHER: Final = "other"


class Told(msgspec.Struct):
    """The two words of a report that are looked at."""

    rule: str = msgspec.field(default="", name="effective-directive")
    violated: str = msgspec.field(default="", name="violated-directive")
    blocked: str = msgspec.field(default="", name="blocked-uri")


class Report(msgspec.Struct):
    """One violation, as every browser sends it to a ``report-uri``."""

    told: Told = msgspec.field(name="csp-report")


class Allowance:
    """How many reports this minute still has room for, and which kinds were logged within the hour."""

    def __init__(self) -> None:
        self._minute = 0
        self._taken = 0
        self._logged: dict[tuple[str, str], float] = {}

    def take(self, now_s: float) -> bool:
        """Whether one more is heard now."""
        minute = int(now_s // MINUTE_S)
        if minute != self._minute:
            self._minute, self._taken = minute, 0
        self._taken += 1
        return self._taken <= MOST_A_MINUTE

    def is_news(self, kind: tuple[str, str], now_s: float) -> bool:
        """Whether this kind was not logged for an hour. There are some two hundred kinds, whoever sends what."""
        last = self._logged.get(kind)
        if last is not None and now_s - last < SAID_AGAIN_S:
            return False
        self._logged[kind] = now_s
        return True


def kind_of(told: Told, host: str) -> tuple[str, str]:
    """The rule and the kind of what it kept off, both in words of ours."""
    rule = (told.rule or told.violated).partition(" ")[0]
    return rule if rule in RULES else OTHER, _what(told.blocked, host)


def _what(blocked: str, host: str) -> str:
    if blocked in KEYWORDS:
        return blocked
    try:
        parts = urlsplit(blocked)
    except ValueError:
        return OTHER
    if parts.netloc == host:
        return next((f"own {place}" for place in OWN_PLACES if parts.path.startswith(place)), "own page")
    if parts.scheme.endswith("-extension"):
        return "extension"
    if parts.scheme in ("data", "blob"):
        return parts.scheme
    return "another site" if parts.scheme in ("http", "https", "ws", "wss") else OTHER


allowance = Allowance()


@post(VIOLATIONS, guards=[public], status_code=204, include_in_schema=False)
async def take(request: Request[Any, Any, Any]) -> None:
    """A browser tells that it kept something off a page. Refused: too_many; too_large; invalid."""
    now_s = time.monotonic()
    if not allowance.take(now_s):
        raise Refused("too_many", "Enough was told for now.", retry_after_s=int(MINUTE_S))
    body = await request.body()
    if len(body) > MOST_BYTES:
        raise Refused("too_large", "This is too long for a report.")
    try:
        report = msgspec.json.decode(body, type=Report)
    except msgspec.DecodeError:
        raise Refused("invalid", "This is not a report.") from None
    kind = kind_of(report.told, request.headers.get("host", ""))
    COUNTED.labels(*kind).inc()
    if allowance.is_news(kind, now_s):
        log.warning("the policy kept something off a page: %s, %s", *kind)


ROUTES: Final = (take,)
