"""Our own keys towards devices: one signs leases and orders, one opens what devices sealed for us.

A key is made from the installation's secret and the number of its generation; the table says which generations are in force.
A retired lease key verifies nothing any more; a retired outbox key still opens what was sealed for it.
"""

import binascii
from functools import cache
from hashlib import sha256
from typing import Any, Final, Literal, NamedTuple

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from backend.db import DB, connection
from backend.devices.wire import PublicKey, SealedBox, VaultKeys
from backend.installation import pair_for
from backend.journal import Entry, record
from backend.signatures import point_of, public_key, sign
from push.secrets import base64url, unbase64url

Purpose = Literal["lease", "outbox"]

OUTBOX_INFO: Final = b"porchlight-outbox-v1"
KEY_ID_CHARACTERS: Final = 16

IN_FORCE: Final = "SELECT generation FROM vault_key WHERE purpose = $1 AND retired_at IS NULL ORDER BY generation DESC"
EVERY: Final = "SELECT generation FROM vault_key WHERE purpose = $1 ORDER BY generation DESC"
NEXT: Final = """
INSERT INTO vault_key (purpose, generation) SELECT $1, coalesce(max(generation), 0) + 1 FROM vault_key WHERE purpose = $1
ON CONFLICT DO NOTHING"""
RETIRE: Final = "UPDATE vault_key SET retired_at = now() WHERE purpose = $1 AND retired_at IS NULL"


class Unreadable(Exception):
    """What was sealed cannot be opened: another key, another place, or not what was sent."""


class Key(NamedTuple):
    """A key pair with the name that devices know it by."""

    id: str
    pair: ec.EllipticCurvePrivateKey
    point: bytes

    def public(self) -> PublicKey:
        """The half that devices may have."""
        return PublicKey(id=self.id, key=base64url(self.point))


async def in_force(purpose: Purpose) -> list[Key]:
    """The keys of this purpose that hold now, the current one first; the first is made when there is none."""
    async with connection() as held:
        rows = await held.fetch(IN_FORCE, purpose)
        if not rows:
            await held.execute(NEXT, purpose)
            rows = await held.fetch(IN_FORCE, purpose)
    return [key_of(purpose, row["generation"]) for row in rows]


async def vault_keys() -> VaultKeys:
    """What devices seal with and what they believe."""
    seals, leases = await in_force("outbox"), await in_force("lease")
    return VaultKeys(seal=seals[0].public(), lease=[key.public() for key in leases])


async def renew_key(purpose: Purpose, *, retire: bool) -> Key:
    """A new key from now on; with `retire`, the older ones hold no more."""
    async with DB.transaction(), connection() as held:
        if retire:
            await held.execute(RETIRE, purpose)
        await held.execute(NEXT, purpose)
        made = (await in_force(purpose))[0]
        await record([Entry("vault.key_renewed", detail={"purpose": purpose, "key": made.id, "retired": retire})])
    return made


async def signed(payload: dict[str, Any]) -> str:
    """`<payload>.<signature>`, both base64url; what is signed are the bytes of the payload's JSON."""
    text = msgspec.json.encode(payload)
    return f"{base64url(text)}.{base64url(sign((await in_force('lease'))[0].pair, text))}"


async def opening_keys() -> dict[str, Key]:
    """Every key that something may have been sealed for, by its name."""
    async with connection() as held:
        rows = await held.fetch(EVERY, "outbox")
    keys = [key_of("outbox", row["generation"]) for row in rows]
    return {key.id: key for key in keys}


def open_box(keys: dict[str, Key], box: SealedBox, bound_to: bytes) -> bytes:
    """What a device sealed for us (ECDH with its fresh key, HKDF-SHA-256, AES-256-GCM). Raises Unreadable."""
    try:
        key, fresh = keys[box.key], unbase64url(box.eph)
        shared = key.pair.exchange(ec.ECDH(), public_key(fresh))
        secret = HKDF(SHA256(), 32, salt=fresh + key.point, info=OUTBOX_INFO).derive(shared)
        return AESGCM(secret).decrypt(unbase64url(box.iv), unbase64url(box.box), bound_to)
    except (KeyError, ValueError, binascii.Error, InvalidTag) as error:
        raise Unreadable from error


@cache
def key_of(purpose: Purpose, generation: int) -> Key:
    """The key of a generation, the same in every process."""
    pair = pair_for(f"devices {purpose} {generation}")
    point = point_of(pair)
    return Key(base64url(sha256(point).digest())[:KEY_ID_CHARACTERS], pair, point)
