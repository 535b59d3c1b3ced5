"""The one secret of this installation, and the keys that are made from it: one for each purpose.

A key of one purpose says nothing of another. Every process of an installation has the same ones, and none is written down.
"""

import base64
import hmac
import os
import secrets as random
from functools import cache
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from backend.settings import SETTINGS, Settings

SECRET_FILE: Final = "secret"  # noqa: S105 (the name of a file)
SECRET_BYTES: Final = 32
NONCE_BYTES: Final = 12
ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256 (SEC 2, 2.4.2)


def installation_secret(settings: Settings = SETTINGS) -> bytes:
    """PORCHLIGHT_SECRET where it is set (several machines must share it), else a file made once in the data folder."""
    written = settings.secret or _kept_in(settings.data / SECRET_FILE)
    try:
        secret = base64.b64decode(written, validate=True)
    except ValueError:
        secret = b""
    if len(secret) < SECRET_BYTES:
        raise SystemExit("PORCHLIGHT_SECRET has to be at least 32 random bytes in base64.")
    return secret


@cache
def key_for(purpose: str, length: int = 32) -> bytes:
    """So many bytes that are the same in every process and for this purpose alone (HKDF-SHA-256, RFC 5869)."""
    return HKDF(hashes.SHA256(), length, salt=None, info=f"porchlight: {purpose}".encode()).derive(installation_secret())


@cache
def pair_for(purpose: str) -> ec.EllipticCurvePrivateKey:
    """A P-256 key pair for this purpose: 48 bytes reduced, so that no key is likelier than another (FIPS 186-5, A.2.1)."""
    return ec.derive_private_key(int.from_bytes(key_for(purpose, 48)) % (ORDER - 1) + 1, ec.SECP256R1())


def seal(purpose: str, plain: bytes, bound_to: bytes) -> bytes:
    """Encrypts for storage; what is moved to another row does not open."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key_for(purpose)).encrypt(nonce, plain, bound_to)


def unseal(purpose: str, sealed: bytes, bound_to: bytes) -> bytes:
    """The inverse; raises cryptography's InvalidTag when the secret, the purpose or the row is another one."""
    return AESGCM(key_for(purpose)).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to)


def peppered(purpose: str, value: bytes) -> bytes:
    """HMAC-SHA-256 under the key of a purpose: whoever has the database alone cannot try values against it."""
    return hmac.digest(key_for(purpose), value, "sha256")


def _kept_in(path: Path) -> str:
    """Reads the file, or makes it; of several processes that make it at once, one wins and all read the same."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        mine = path.with_name(f"{path.name}.{random.token_hex(8)}")
        mine.touch(mode=0o600)
        mine.write_bytes(base64.b64encode(random.token_bytes(SECRET_BYTES)))
        try:
            path.hardlink_to(mine)
        except FileExistsError:
            pass
        finally:
            mine.unlink()
    return path.read_text("ascii").strip()
