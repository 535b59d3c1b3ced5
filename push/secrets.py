"""Everything keyed that this engine needs, derived from one secret: seals, hashes, topics and tags."""

import base64
import hmac
import os
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MIN_SECRET_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_HASH_BYTES: Final = 24


def base64url(data: bytes) -> str:
    """Base64url without padding, as Web Push writes everything."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def unbase64url(text: str) -> bytes:
    """The inverse; refuses characters outside the alphabet instead of skipping them."""
    return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)


class Secrets:
    """Sub-keys for each purpose, so that a hash seen in one place says nothing in another."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < MIN_SECRET_BYTES:
            raise ValueError("the push secret must have at least 32 bytes")
        self._seal = AESGCM(_derive(secret, b"seal"))
        self._endpoint = _derive(secret, b"endpoint")
        self._topic = _derive(secret, b"topic")
        self._tag = _derive(secret, b"tag")

    def seal(self, plain: bytes, bound_to: bytes) -> bytes:
        """Encrypts for storage; ``bound_to`` names the row: a sealed value moved to another row does not open."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._seal.encrypt(nonce, plain, bound_to)

    def open(self, sealed: bytes, bound_to: bytes) -> bytes:
        """The inverse of ``seal``; raises cryptography's InvalidTag when the secret or the row is another one."""
        return self._seal.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to)

    def endpoint_hash(self, endpoint: str) -> bytes:
        """Finds a subscription again without reading an endpoint; its first characters may stand in a log."""
        return hmac.digest(self._endpoint, endpoint.encode(), "sha256")

    def topic(self, subscription: str, collapse_key: str) -> str:
        """32 characters, in clear to the push service: other for each subscription, so they link nothing."""
        return self._keyed(self._topic, subscription, collapse_key)

    def tag(self, account: str, collapse_key: str) -> str:
        """32 characters inside the encrypted text: the same subject replaces its older notification."""
        return self._keyed(self._tag, account, collapse_key)

    @staticmethod
    def _keyed(key: bytes, whose: str, what: str) -> str:
        return base64url(hmac.digest(key, f"{whose}\0{what}".encode(), "sha256")[:_HASH_BYTES])


def _derive(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=b"porchlight push: " + purpose).derive(secret)
