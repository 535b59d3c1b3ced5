"""Which host we answer as, and which pages may ask us to change something."""

from typing import Final
from urllib.parse import urlsplit

import msgspec

from backend.errors import Refused

Headers = dict[bytes, bytes]

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
LOOPBACK: Final = frozenset({b"localhost", b"127.0.0.1", b"[::1]"})
METRICS: Final = "/metrics"
PROBES: Final = frozenset({"/healthz", "/readyz", METRICS})


class Own(msgspec.Struct, frozen=True):
    """Our own address. Without an origin we are a machine's own: any port of its loopback names, over http."""

    origin: bytes | None
    host: bytes | None
    secure: bool

    @classmethod
    def at(cls, origin: str | None) -> "Own":
        """Our address from the setting PORCHLIGHT_ORIGIN, for instance ``https://support.example.gov``."""
        if not origin:
            return cls(None, None, False)
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/"):
            raise ValueError("PORCHLIGHT_ORIGIN is a scheme and a host, for instance https://support.example.gov")
        host = parts.netloc.lower().encode()
        if parts.scheme == "https":
            return cls(b"https://" + host, host, True)
        if _name_of(host) not in LOOPBACK:
            raise ValueError("PORCHLIGHT_ORIGIN must be https, except on this machine itself")
        return cls(None, None, False)


def own_origin(own: Own, headers: Headers, path: str) -> bytes:
    """The origin under which this request reached us; refused when its Host is not ours (or there is none)."""
    host = headers.get(b"host", b"").lower()
    if own.origin is not None and host == own.host:
        return own.origin
    if _name_of(host) in LOOPBACK and (own.origin is None or path in PROBES):
        return b"http://" + host
    if path == METRICS:  # asked for by a container's name, say; its guard decides
        return b""
    raise Refused("invalid", "This address is not known here. If it should be, set PORCHLIGHT_ORIGIN to it.")


def refuse_foreign(headers: Headers, origin: bytes) -> None:
    """Refuse a change that was not asked for by a page of our own origin.

    Browsers that send Sec-Fetch-Site are believed: it cannot be set by a page. Others must name our origin.
    """
    site = headers.get(b"sec-fetch-site")
    own = site == b"same-origin" if site is not None else headers.get(b"origin") == origin
    if not own:
        raise Refused("forbidden", "This request did not come from Porchlight.")


def is_loopback_name(host: bytes) -> bool:
    """Whether a Host header names this machine's loopback."""
    return _name_of(host) in LOOPBACK


def _name_of(host: bytes) -> bytes:
    if host.startswith(b"["):
        return host[: host.find(b"]") + 1]
    return host.partition(b":")[0]
