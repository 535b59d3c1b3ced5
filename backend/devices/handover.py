"""Work that a device hands over sealed: because it is locked, its lease has ended, or it is told to forget.

Who is signed in on a device that we trust has it taken like any push. Everything else is opened and kept in quarantine, where a
supervisor decides: nothing of it has an effect, and nothing of it is lost. Handing over twice is handing over once.
"""

from typing import Any, Final
from uuid import UUID

import msgspec

from backend.access import Actor
from backend.db import DB, connection
from backend.devices.actions import Sender, push
from backend.devices.keys import Unreadable, open_box, opening_keys
from backend.devices.proof import NoProof, Proof
from backend.devices.wire import HandedOver, HandOver, SealedItem
from backend.errors import Refused
from backend.installation import seal
from backend.journal import Entry, record
from backend.policy import require
from sync.declare import Registry
from sync.wire import Mutation

KEPT_MAX: Final = 2000  # of one device, and how much: somebody with its key must not fill our disk
KEPT_BYTES: Final = 16 << 20
NAME_MAX: Final = 80
PURPOSE: Final = "quarantine"

DEVICE: Final = "SELECT principal, key, last_n, revoked_at, closed_at FROM sync_device WHERE id = $1"
LOCK: Final = "SELECT 1 FROM sync_device WHERE id = $1 FOR UPDATE"
KEPT: Final = "SELECT count(*) AS items, coalesce(sum(length(box)), 0)::bigint AS bytes FROM quarantine WHERE device = $1"
KEEP: Final = """
INSERT INTO quarantine (device, n, mutation, name, scope, box) SELECT $1, $2, $3, $4, $5, $6
WHERE NOT EXISTS (SELECT 1 FROM sync_mutation WHERE id = $3 AND NOT copy)
ON CONFLICT (device, n, mutation) DO NOTHING RETURNING id"""


async def hand_over(actor: Actor | None, registry: Registry, given: HandOver, proof: Proof) -> HandedOver:
    """Takes or keeps what was handed over. Refused: unauthorized (device_proof), too_many. Raises inbox.Forked."""
    async with connection() as held:
        row = await held.fetchrow(DEVICE, given.device)
    if row is None or not proof.holds(row["key"]):
        raise NoProof
    mutations, unreadable = await _opened(given)
    trusted = row["revoked_at"] is None and row["closed_at"] is None
    if actor is not None and trusted and row["principal"] == actor.account_id:
        require(actor, "sync")
        pushed = await push(registry, Sender(row["principal"], given.device), mutations, row["last_n"])
        return HandedOver(done=pushed.done, last_n=pushed.last_n, expect=pushed.expect, unreadable=unreadable)
    await _keep(given.device, row["principal"], mutations)
    return HandedOver(kept=[mutation.n for mutation in mutations], unreadable=unreadable)


def place(device: UUID, n: int, mutation: UUID) -> bytes:
    """What a sealed change is bound to, on its device, on the way and in quarantine."""
    return f"{device}|{n}|{mutation}".encode()


async def _opened(given: HandOver) -> tuple[list[Mutation], list[int]]:
    keys = await opening_keys()
    mutations, unreadable = [], []
    for item in sorted(given.items, key=lambda item: item.n):
        try:
            mutations.append(_mutation(keys, given.device, item))
        except Unreadable:
            unreadable.append(item.n)
    return mutations, unreadable


def _mutation(keys: Any, device: UUID, item: SealedItem) -> Mutation:
    text = open_box(keys, item.sealed, place(device, item.n, item.id))
    try:
        found = msgspec.json.decode(text, type=Mutation)
    except msgspec.DecodeError as error:
        raise Unreadable from error
    if (found.n, found.id) != (item.n, item.id):
        raise Unreadable
    return found


async def _keep(device: UUID, owner: UUID, mutations: list[Mutation]) -> None:
    async with DB.transaction(), connection() as held:
        await held.execute(LOCK, device)
        (kept,) = await held.fetch(KEPT, device)
        rows = [_row(device, mutation) for mutation in mutations]
        size = kept["bytes"] + sum(len(box) for *_, box in rows)
        if kept["items"] + len(rows) > KEPT_MAX or size > KEPT_BYTES:
            raise Refused("too_many", "This device has handed over too much. Call your child support office.")
        fresh = [id for row in rows if (id := await held.fetchval(KEEP, *row)) is not None]
        if fresh:
            await record([Entry("quarantine.kept", subject_id=device, detail={"account": str(owner), "items": len(fresh)})])


def _row(device: UUID, mutation: Mutation) -> tuple[Any, ...]:
    name = mutation.name.replace("\0", "")[:NAME_MAX]
    box = seal(PURPOSE, msgspec.json.encode(mutation), place(device, mutation.n, mutation.id))
    return device, mutation.n, mutation.id, name, mutation.scope, box
