"""Proof that a request comes from the device it names: a signature by a key that cannot leave that device's browser.

The key is P-256, the signature ECDSA with SHA-256 as WebCrypto writes it (r and s, 32 bytes each).
"""

import binascii
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from uuid import UUID

from backend.errors import Refused
from backend.signatures import is_signed, public_key
from push.secrets import base64url, unbase64url

VERSION: Final = "v1."


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


def read_key(text: str) -> bytes:
    """The point that a device sent. Refused: invalid."""
    try:
        point = unbase64url(text)
        public_key(point)
    except (ValueError, binascii.Error) as error:
        raise Refused("invalid", "This key is not one that devices make.") from error
    return point
