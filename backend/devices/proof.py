"""Proof that a request comes from the device it names: a signature by a key that cannot leave that device's browser.

The key is P-256, the signature ECDSA with SHA-256 as WebCrypto writes it (r and s, 32 bytes each).
"""

import binascii
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from backend.errors import Refused
from push.secrets import base64url, unbase64url

VERSION: Final = "v1."
POINT_BYTES: Final = 65  # uncompressed: 4, x, y
NUMBER_BYTES: Final = 32
KNOWN_KEYS: Final = 4096  # a point takes a while to read


class NoProof(Refused):
    """The request does not prove that it comes from the device that it names. Nothing is to be erased for it."""

    def __init__(self) -> None:
        super().__init__("unauthorized", "This device could not be recognized.", {"code": "device_proof"})


@dataclass(frozen=True, slots=True)
class Proof:
    """What a request says of itself, and the signature that it brings along, if any. `body` is as before any packing."""

    method: str
    path: str
    device: UUID
    body: bytes
    said: str | None = None

    def text(self) -> bytes:
        """What has to be signed."""
        digest = base64url(sha256(self.body).digest())
        return f"porchlight-proof-v1\n{self.method} {self.path}\n{self.device}\n{digest}".encode()

    def holds(self, key: bytes | None) -> bool:
        """Whether the owner of this key signed exactly this request."""
        if key is None or self.said is None or not self.said.startswith(VERSION):
            return False
        try:
            signature = unbase64url(self.said.removeprefix(VERSION))
        except (ValueError, binascii.Error):
            return False
        return is_signed(key, signature, self.text())


def is_signed(point: bytes, signature: bytes, text: bytes) -> bool:
    """Whether the signature (r and s, 64 bytes) of this text is by the key of this point."""
    if len(signature) != 2 * NUMBER_BYTES:
        return False
    r, s = (int.from_bytes(part) for part in (signature[:NUMBER_BYTES], signature[NUMBER_BYTES:]))
    try:
        public_key(point).verify(encode_dss_signature(r, s), text, ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def sign(pair: ec.EllipticCurvePrivateKey, text: bytes) -> bytes:
    """The signature of this text, 64 bytes."""
    r, s = decode_dss_signature(pair.sign(text, ec.ECDSA(SHA256())))
    return r.to_bytes(NUMBER_BYTES) + s.to_bytes(NUMBER_BYTES)


@lru_cache(KNOWN_KEYS)
def public_key(point: bytes) -> ec.EllipticCurvePublicKey:
    """The key of a point. ValueError when it is none of P-256, or not written in full."""
    if len(point) != POINT_BYTES:
        raise ValueError("a key has 65 bytes")
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


def read_key(text: str) -> bytes:
    """The point that a device sent. Refused: invalid."""
    try:
        point = unbase64url(text)
        public_key(point)
    except (ValueError, binascii.Error) as error:
        raise Refused("invalid", "This key is not one that devices make.") from error
    return point
