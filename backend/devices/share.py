"""The server's half of a PIN: 32 bytes without which a PIN opens nothing, given for a right PIN and counted against wrong ones.

A device that unlocks with a PIN derives two values from it: a check, which it sends here, and a key that also needs the share.
Each share has its own ten tries, so that making a new share with a PIN of one's own brings no new guesses at the older one.
The count is committed before anything is answered. At the last wrong try the share is destroyed, and the device needs another
way in.
"""

import hmac
import os
from typing import Any, Final, NamedTuple
from uuid import UUID

from backend.access import Actor
from backend.db import DB, connection
from backend.devices.proof import NoProof, Proof
from backend.devices.wire import MadeShare, Shares
from backend.errors import Refused
from backend.installation import key_for, seal, unseal
from backend.journal import Entry, record
from push.secrets import base64url, unbase64url

SHARE_BYTES: Final = 32
TRIES: Final = 10
PURPOSE: Final = "pin share"
PEPPER: Final = "pin check"

DEVICE: Final = "SELECT principal, key, revoked_at, closed_at FROM sync_device WHERE id = $1 FOR UPDATE"
FOUND: Final = "SELECT next, share, check_hash, left_tries FROM vault_share WHERE device = $1 ORDER BY next"
MAKE: Final = """
INSERT INTO vault_share (device, next, share, check_hash, left_tries)
VALUES ($1, EXISTS (SELECT 1 FROM vault_share WHERE device = $1 AND NOT next), $2, $3, $4)"""
FORGET_NEXT: Final = "DELETE FROM vault_share WHERE device = $1 AND next"
FORGET_OLDER: Final = """
DELETE FROM vault_share WHERE device = $1 AND NOT next AND EXISTS (SELECT 1 FROM vault_share WHERE device = $1 AND next)"""
PROMOTE: Final = "UPDATE vault_share SET next = false WHERE device = $1 AND next"
FORGET: Final = "DELETE FROM vault_share WHERE device = $1"
RIGHT: Final = "UPDATE vault_share SET left_tries = $3 WHERE device = $1 AND next = $2 AND left_tries <> $3"
WRONG: Final = "UPDATE vault_share SET left_tries = left_tries - 1 WHERE device = $1 AND next = $2"
DESTROY: Final = "DELETE FROM vault_share WHERE device = $1 AND next = $2"


class _Tried(NamedTuple):
    """What became of one try: the shares that it opened, else how many tries are left; 0: nothing is left to be opened."""

    opened: list[bytes]
    left: int


async def make_share(actor: Actor, proof: Proof, check: str) -> MadeShare:
    """A next share for this device; where there is none yet, the current one. Refused: unauthorized, invalid."""
    hashed, share = check_hash(proof.device, check), os.urandom(SHARE_BYTES)
    async with DB.transaction(), connection() as held:
        await _own_device(held, actor, proof)
        await held.execute(FORGET_NEXT, proof.device)
        await held.execute(MAKE, proof.device, seal(PURPOSE, share, proof.device.bytes), hashed, TRIES)
        await _note("vault.share_made", actor, proof)
    return MadeShare(share=base64url(share), tries=TRIES)


async def confirm_share(actor: Actor, proof: Proof) -> None:
    """The device has put the next share to use: the older one is destroyed. Safe to repeat. Refused: unauthorized, gone."""
    async with DB.transaction(), connection() as held:
        await _own_device(held, actor, proof)
        if not await held.fetch(FOUND, proof.device):
            raise _gone()
        await held.execute(FORGET_OLDER, proof.device)
        await held.execute(PROMOTE, proof.device)
        await _note("vault.share_confirmed", actor, proof)


async def open_share(actor: Actor, proof: Proof, check: str) -> Shares:
    """The shares that this check is right for. Refused: unauthorized, forbidden (wrong_pin, with what is left), gone."""
    hashed = check_hash(proof.device, check)
    async with DB.transaction(), connection() as held:
        await _own_device(held, actor, proof)
        tried = await _try(held, proof.device, hashed)
        await _note("vault.share_opened" if tried.opened else "vault.share_refused", actor, proof)
    if tried.opened:  # only now: what was counted is committed
        return Shares(shares=[base64url(share) for share in tried.opened])
    if not tried.left:
        raise _gone()
    raise Refused("forbidden", "This PIN is not right.", {"code": "wrong_pin", "left": tried.left})


async def forget_share(actor: Actor, proof: Proof) -> None:
    """This device unlocks with a PIN no more. Safe to repeat. Refused: unauthorized."""
    async with DB.transaction(), connection() as held:
        await _own_device(held, actor, proof)
        await held.execute(FORGET, proof.device)
        await _note("vault.share_forgotten", actor, proof)


def check_hash(device: UUID, check: str) -> bytes:
    """What is kept of a check: nothing that a copy of the database could be guessed at with. Refused: invalid."""
    try:
        given = unbase64url(check)
    except ValueError as error:
        raise Refused("invalid", "This check could not be read.") from error
    if len(given) != SHARE_BYTES:
        raise Refused("invalid", "A check has 32 bytes.")
    return hmac.digest(key_for(PEPPER), device.bytes + given, "sha256")


async def _try(held: Any, device: UUID, hashed: bytes) -> _Tried:
    opened: list[bytes] = []
    left: list[int] = []
    for row in await held.fetch(FOUND, device):
        if hmac.compare_digest(row["check_hash"], hashed):
            await held.execute(RIGHT, device, row["next"], TRIES)
            opened.append(unseal(PURPOSE, row["share"], device.bytes))
        elif row["left_tries"] > 1:
            await held.execute(WRONG, device, row["next"])
            left.append(row["left_tries"] - 1)
        else:
            await held.execute(DESTROY, device, row["next"])
    return _Tried(opened, left[0] if left else 0)


async def _own_device(held: Any, actor: Actor, proof: Proof) -> None:
    """Locks the device's row, so that tries come one after the other."""
    row = await held.fetchrow(DEVICE, proof.device)
    trusted = row is not None and row["principal"] == actor.account_id and row["revoked_at"] is None and row["closed_at"] is None
    if not trusted or not proof.holds(row["key"]):
        raise NoProof


async def _note(verb: str, actor: Actor, proof: Proof) -> None:
    await record([Entry(verb, actor.account_id, subject_id=proof.device)])


def _gone() -> Refused:
    return Refused("gone", "This device cannot be opened with a PIN any more. Sign in again.", {"code": "share_gone"})
