"""The cursor: a device's last snapshot, sealed.

A row is stamped with the 64-bit id `x` of the transaction that last changed it; a cursor is the snapshot C of the last
pull.

    delta = rows with x >= xmin(C) and x not visible in C          next cursor = the snapshot S of that same statement

Proof. If x was visible in C, the row at S is the row at C (a later change would have moved x), and the device has it.
If it was not, it is sent. Deletions are rows that say `gone`, stamped alike. Nothing depends on the order of commits.

It holds only on a primary (a standby's snapshot does not list what is in progress), within one statement, with a stamp
from pg_current_xact_id(). An id is only meaningful within one epoch of one cluster. Shrinking a snapshot's coverage is
always safe: it sends a little twice.
"""

import base64
import os
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

LIFE = timedelta(days=150)  # tombstones are kept longer
IN_PROGRESS_MAX = 256
BLOCK_BYTES = 96  # a cursor's length tells nothing of how many transactions there have been
NONCE_BYTES = 12


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """`snapshot` is PostgreSQL's text form, xmin:xmax:xip,…"""

    epoch: bytes
    schema: int
    issued_at: int
    snapshot: str


class Unusable(Exception):
    """This cursor cannot be honoured; the reason is the `reset` that the device is told."""


def shrink(snapshot: str) -> str:
    """A snapshot with too many transactions in progress, cut back to what it surely covers."""
    xmin, _, rest = snapshot.split(":", 2)
    return f"{xmin}:{xmin}:" if rest.count(",") >= IN_PROGRESS_MAX else snapshot


def seal(cursor: Cursor, key: bytes, holder: bytes) -> str:
    """Text that only this holder (principal and device) can bring back."""
    nonce = os.urandom(NONCE_BYTES)
    plain = msgspec.msgpack.encode(cursor)
    box = nonce + AESGCM(key).encrypt(nonce, plain + bytes(-len(plain) % BLOCK_BYTES), holder)
    return base64.urlsafe_b64encode(box).rstrip(b"=").decode()


def unseal(text: str, key: bytes, holder: bytes) -> Cursor:
    """The cursor that was sealed for this holder; anything else is Unusable."""
    try:
        box = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        plain = AESGCM(key).decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], holder)
        return msgspec.msgpack.decode(plain.rstrip(b"\0"), type=Cursor)  # it ends with the text of the snapshot
    except (ValueError, InvalidTag, msgspec.DecodeError) as error:
        raise Unusable("seal") from error


def check(cursor: Cursor, epoch: UUID, schema: int, now: datetime) -> None:
    """Refuses what was issued in another epoch, for another shape of the bodies, or too long ago."""
    if cursor.epoch != epoch.bytes:
        raise Unusable("epoch")
    if cursor.schema != schema:
        raise Unusable("schema")
    if datetime.fromtimestamp(cursor.issued_at, now.tzinfo) < now - LIFE:
        raise Unusable("age")
