"""Turning a text into the message a push service takes (RFC 8291), by one package and, to check it, by a second.

``webpush`` makes the messages. Its own signer would sign each of them and lose the port, so ours, which keeps its
tokens, stands in the package's public ``vapid`` attribute. ``pywebpush`` encrypts independently: ``second_encoder``.
"""

from typing import Any, Final, cast
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives import serialization
from webpush import WebPush, WebPushSubscription

from push.notification import Subscription
from push.secrets import base64url, unbase64url
from push.vapid import Key, Tokens, audience, read_key, read_point

MAX_BODY_BYTES: Final = 4096
MAX_TEXT_BYTES: Final = 3993  # a body less its header (86), the delimiter (1) and the authentication tag (16)
AUTH_BYTES: Final = 16


class Message(msgspec.Struct, frozen=True):
    """What is posted to an endpoint. The caller adds TTL, Topic and Urgency."""

    headers: dict[str, str]
    body: bytes


class _Signer:
    """Stands in for the package's signer: same method, tokens from the cache."""

    def __init__(self, tokens: Tokens, key: Key) -> None:
        self._tokens, self._key = tokens, key
        self._audiences: dict[str, str] = {}

    def get_authorization_header(self, endpoint: str, subscriber: str, expiration: int) -> str:
        origin = endpoint[: endpoint.find("/", len("https://"))]
        aud = self._audiences.get(origin)
        if aud is None:
            aud = self._audiences[origin] = audience(endpoint)
        return self._tokens.header(self._key, aud)


class Encryptor:
    """Makes messages with ``webpush``: one maker a signing key, and no per-call options, since those would stick."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._makers: dict[UUID, WebPush] = {}

    def message(self, text: bytes, subscription: Subscription, key: Key) -> Message:
        """Encrypts for one subscription; refuses a text that does not fit one record."""
        if len(text) > MAX_TEXT_BYTES:
            raise ValueError(f"a push message holds at most {MAX_TEXT_BYTES} bytes of text")
        made = self._maker(key).get(text, _as_the_package_takes_it(subscription))
        sent = made.headers
        headers = {"Authorization": sent["authorization"], "Content-Encoding": sent["content-encoding"]}
        return Message(headers, made.encrypted)

    def _maker(self, key: Key) -> WebPush:
        maker = self._makers.get(key.id)
        if maker is None:
            maker = self._makers[key.id] = _new_maker(key)
            maker.vapid = _Signer(self._tokens, key)
        return maker


def second_encoder(text: bytes, subscription: Subscription) -> bytes:
    """The same by ``pywebpush``, for the operator's check and the tests. Like us it makes a single record."""
    from pywebpush import WebPusher  # a second opinion, asked for by no server

    if not 0 < len(text) <= MAX_TEXT_BYTES:
        raise ValueError(f"the second encoder takes 1 to {MAX_TEXT_BYTES} bytes")
    keys = {"p256dh": subscription.p256dh, "auth": subscription.auth}
    encoded = WebPusher({"endpoint": subscription.endpoint, "keys": keys}).encode(text)
    body: bytes = encoded["body"]
    return body


def check_keys(p256dh: str, auth: str) -> tuple[str, str]:
    """A browser's two keys in their one canonical spelling; ValueError unless a point on the curve and 16 bytes."""
    point, secret = read_point(p256dh), unbase64url(auth)
    if len(secret) != AUTH_BYTES:
        raise ValueError("auth must be 16 bytes")
    return base64url(point), base64url(secret)


def _new_maker(key: Key) -> WebPush:
    public = read_key(key.pem).public_key()
    spki = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return WebPush(private_key=key.pem, public_key=spki, subscriber="cached")


class _Keys(msgspec.Struct, frozen=True):
    auth: str
    p256dh: str


class _Taken(msgspec.Struct, frozen=True):
    endpoint: str
    keys: _Keys


def _as_the_package_takes_it(subscription: Subscription) -> WebPushSubscription:
    """What the package reads of a subscription, without its own validation: ours is stricter, and was before it was kept."""
    taken: Any = _Taken(subscription.endpoint, _Keys(subscription.auth, subscription.p256dh))
    return cast(WebPushSubscription, taken)
