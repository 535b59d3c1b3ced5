"""The headers that every answer carries, and the one cookie."""

from typing import Final

HeaderList = list[tuple[bytes, bytes]]

SECURITY_POLICY: Final = b"content-security-policy"
VIOLATIONS: Final = "/v1/violations"


def policy(*inline: str) -> bytes:
    """What a page or worker may load, and where browsers tell of the rest. Inline scripts are named by their hashes.

    A page that names some trusts them, and what they load, instead of every script under our address: `'self'` is then
    what browsers read that do not know `strict-dynamic`.
    """
    trusted = (*(f"'{one}'" for one in inline), "'strict-dynamic'") if inline else ()
    rules = (
        "default-src 'none'",
        " ".join(("script-src 'self'", *trusted)),
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "require-trusted-types-for 'script'",
        "trusted-types porchlight",
        f"report-uri {VIOLATIONS}",
    )
    return "; ".join(rules).encode()


FEATURES_OFF: Final = (
    "accelerometer", "autoplay", "bluetooth", "browsing-topics", "camera", "display-capture", "encrypted-media",
    "fullscreen", "geolocation", "gyroscope", "hid", "idle-detection", "local-fonts", "magnetometer", "microphone",
    "midi", "payment", "picture-in-picture", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip
HSTS: Final = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
ALWAYS: Final[HeaderList] = [
    (SECURITY_POLICY, policy()),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-embedder-policy", b"require-corp"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", ", ".join(f"{feature}=()" for feature in FEATURES_OFF).encode()),
]


def always(*, secure: bool) -> HeaderList:
    """The headers of every answer; over https the browser is told to stay there."""
    return [*ALWAYS, HSTS] if secure else ALWAYS


def cookie_name(*, secure: bool) -> str:
    """The session cookie's name: locked to this very host where the origin is https."""
    return "__Host-porchlight" if secure else "porchlight"


def set_cookie(name: str, value: str, *, secure: bool, max_age_s: int) -> str:
    """A Set-Cookie value: unreadable to scripts, never sent from another site. An age of 0 deletes it."""
    return f"{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={max_age_s}{'; Secure' if secure else ''}"


def read_cookie(header: bytes | None, name: str) -> str | None:
    """The value of one cookie in a Cookie header; none when it is absent or there twice."""
    if not header:
        return None
    wanted = name.encode() + b"="
    found = [part[len(wanted) :] for part in (p.strip() for p in header.split(b";")) if part.startswith(wanted)]
    return found[0].decode("latin-1") if len(found) == 1 else None


def accepts(header: bytes | None, coding: bytes) -> bool:
    """Whether an Accept-Encoding header names the coding without refusing it by ``q=0``."""
    for part in (header or b"").lower().split(b","):
        name, _, weight = part.replace(b" ", b"").partition(b";q=")
        if name == coding:
            return weight.strip(b"0.") != b"" or not weight
    return False
