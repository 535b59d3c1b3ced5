"""Who we are to a push service (RFC 8292): signing keys and short-lived tokens, made once per audience and key."""

import re
import time
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02
from py_vapid.jwt import sign

from push.secrets import base64url, unbase64url

TOKEN_LIFE_S: Final = 12 * 3600
POINT_BYTES: Final = 65
MAX_TOKENS: Final = 4096

_DEFAULT_PORTS: Final = {"https": 443, "http": 80}
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST: Final = re.compile(rf"(?:{_LABEL}\.)+[a-z]{{2,63}}")
_MAILBOX: Final = re.compile(r"[A-Za-z0-9._%+-]{1,64}")
_PATH: Final = re.compile(r"[A-Za-z0-9._~/-]*")
_PRIVATE_SUFFIXES: Final = (".localhost", ".local", ".internal", ".invalid", ".test")


class Key(msgspec.Struct, frozen=True):
    """One signing key. Subscriptions are bound to the key they were made with, so several live side by side."""

    id: UUID
    public: str
    pem: bytes


def make_key() -> tuple[str, bytes]:
    """A fresh key pair: the public half as browsers take it, and the private half as PEM."""
    maker = Vapid02()
    maker.generate_keys()
    pem: bytes = maker.private_pem()
    return public_half(maker.private_key), pem


def read_key(pem: bytes) -> ec.EllipticCurvePrivateKey:
    """The private key behind a PEM; refuses every other kind of key."""
    key = Vapid02.from_pem(pem).private_key
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("not a P-256 key")
    return key


def public_half(key: ec.EllipticCurvePrivateKey) -> str:
    """The public half as ``applicationServerKey`` takes it: an uncompressed point in base64url."""
    point = key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return base64url(point)


def read_point(text: str) -> bytes:
    """The 65 bytes of an uncompressed point that lies on P-256; ValueError for anything else."""
    point = unbase64url(text)
    if len(point) != POINT_BYTES or point[0] != 4:
        raise ValueError("not an uncompressed point")
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    return point


def check_subject(subject: str) -> str:
    """The contact that vendors may write to: ``mailto:x@y.tld`` or ``https://`` on a public name.

    Apple answers 403 to a bare address, a space, angle brackets or a private name, so those are refused at the start.
    """
    scheme, _, rest = subject.partition(":")
    if scheme == "mailto":
        mailbox, _, host = rest.partition("@")
        fits = bool(_MAILBOX.fullmatch(mailbox))
    else:
        host, _, path = rest.removeprefix("//").partition("/")
        fits = scheme == "https" and rest.startswith("//") and bool(_PATH.fullmatch(path))
    if not fits or not _HOST.fullmatch(host) or f".{host}".endswith(_PRIVATE_SUFFIXES):
        raise ValueError("the VAPID subject must be mailto:name@public.host or https://public.host")
    return subject


def audience(endpoint: str) -> str:
    """The origin of an endpoint with its port unless that is the default one; IPv6 keeps its brackets."""
    parts = urlsplit(endpoint)
    if not parts.hostname:
        raise ValueError("an endpoint without a host")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = parts.port
    return f"{parts.scheme}://{host}" + ("" if port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f":{port}")


class Tokens:
    """Authorization headers, one for each audience and key, signed again when half their life is over."""

    def __init__(self, subject: str, clock: Callable[[], float] = time.time) -> None:
        self.subject = check_subject(subject)
        self.signed = 0
        self._clock = clock
        self._kept: dict[tuple[str, UUID], tuple[float, str]] = {}  # signed when, and the header
        self._private: dict[UUID, ec.EllipticCurvePrivateKey] = {}

    def header(self, key: Key, aud: str) -> str:
        """The whole value of ``Authorization``."""
        now = self._clock()
        kept = self._kept.get((aud, key.id))
        if kept is not None and 0 <= now - kept[0] < TOKEN_LIFE_S / 2:  # a clock set back makes a token that lasts too long
            return kept[1]
        if len(self._kept) >= MAX_TOKENS:
            self._kept.clear()
        value = self._sign(key, aud, int(now))
        self._kept[aud, key.id] = (now, value)
        return value

    def _sign(self, key: Key, aud: str, now: int) -> str:
        private = self._private.get(key.id)
        if private is None:
            private = self._private[key.id] = read_key(key.pem)
        claims: dict[str, Any] = {"aud": aud, "exp": now + TOKEN_LIFE_S, "sub": self.subject}
        self.signed += 1
        return f"vapid t={sign(claims, private)}, k={key.public}"
