"""Signatures by P-256 keys: ECDSA with SHA-256, r and s of 32 bytes each, as WebCrypto writes them."""

from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

POINT_BYTES: Final = 65  # uncompressed: 4, x, y
NUMBER_BYTES: Final = 32
KNOWN_KEYS: Final = 4096  # a point takes a while to read


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


def point_of(pair: ec.EllipticCurvePrivateKey) -> bytes:
    """The public half of a key, written in full."""
    return pair.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
