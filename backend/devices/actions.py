"""What can happen between a device and us."""

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg

from backend.access import Actor
from backend.db import DB, connection
from backend.devices.rules import POLL_S, SEEN_EVERY, lease_until
from backend.errors import Refused
from sync import cursor, epoch, inbox
from sync.declare import Registry
from sync.pull import Asked, Pulled, pull
from sync.wire import MUTATIONS_MAX, Done, Mutation, SyncRequest, SyncResponse

log = logging.getLogger(__name__)

RETRIES = 4
CONTENTION = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError, asyncpg.UniqueViolationError)

DEVICE = """
SELECT principal, last_n, next_n_seen, schema, seen_at, manifest_digest, revoked_at, wipe
FROM sync_device WHERE id = $1"""

REGISTER = """
INSERT INTO sync_device (id, principal, kind) VALUES ($1, $2, $3)
ON CONFLICT (id) DO UPDATE SET kind = excluded.kind WHERE sync_device.principal = excluded.principal
RETURNING id"""

SEEN = """
UPDATE sync_device SET seen_at = now(), schema = $2, next_n_seen = greatest(next_n_seen, $3),
    manifest_digest = $4, digest_at = CASE WHEN manifest_digest IS DISTINCT FROM $4 THEN now() ELSE digest_at END
WHERE id = $1"""


class Wipe(Exception):
    """This device is no longer trusted; `erase` says whether it must forget what it holds."""

    def __init__(self, erase: bool) -> None:
        super().__init__()
        self.erase = erase


@dataclass(slots=True)
class Pushed:
    """What became of the mutations of one request."""

    done: list[Done] = field(default_factory=list)
    expect: int | None = None


async def register_device(actor: Actor, device: UUID, kind: str) -> None:
    """Makes a device known as this account's. Refused: conflict, when it is somebody else's."""
    async with connection() as c:
        if await c.fetchval(REGISTER, device, actor.account_id, kind) is None:
            raise Refused("conflict", "This device belongs to another account.", {"code": "device_forked"})


async def exchange(actor: Actor, registry: Registry, request: SyncRequest) -> SyncResponse:
    """One round of sync: take what the device wrote, then give what it may hold. Raises Wipe, Forked, Refused."""
    async with connection() as c:
        device = await _known_device(c, actor, request.device)
    pushed = await _push(registry, request)
    async with connection() as c:
        this = _Round(actor, registry, request, await epoch.current(c), datetime.now(UTC))
        snapshot, reset = this.opened()
        pulled = await pull(c, registry, Asked(actor.account_id, request.device, snapshot, request.have, request.want))
        await _seen(c, device, request, this.now)
    return this.answer(pushed, pulled, reset)


@dataclass(frozen=True, slots=True)
class _Round:
    """One exchange, at one moment of one epoch."""

    actor: Actor
    registry: Registry
    request: SyncRequest
    seal: epoch.Epoch
    now: datetime

    def opened(self) -> tuple[str | None, str | None]:
        """The snapshot that the device builds upon, or the reason why it cannot."""
        if self.request.cursor is None:
            return None, None
        try:
            found = cursor.unseal(self.request.cursor, self.seal.key, self._holder())
            cursor.check(found, self.seal.id, self.registry.schema, self.now)
        except cursor.Unusable as unusable:
            return None, str(unusable)
        return found.snapshot, None

    def answer(self, pushed: Pushed, pulled: Pulled, reset: str | None) -> SyncResponse:
        """All of it, with a new cursor unless the old one still holds."""
        return SyncResponse(
            rid=self.request.rid,
            now=int(self.now.timestamp() * 1000),
            last_n=pulled.last_n,
            lease_until=int(lease_until(self.actor.role, self.now).timestamp() * 1000),
            poll_s=POLL_S,
            cursor=None if pulled.snapshot is None else self._sealed(pulled.snapshot),
            done=pushed.done,
            load=pulled.load,
            rows=pulled.rows,
            stale=pulled.stale,
            more=pulled.more,
            expect=pushed.expect,
            manifest=pulled.manifest,
            reset=reset,
        )

    def _sealed(self, snapshot: str) -> str:
        issued_at = int(self.now.timestamp())
        made = cursor.Cursor(self.seal.id.bytes, self.registry.schema, issued_at, cursor.shrink(snapshot))
        return cursor.seal(made, self.seal.key, self._holder())

    def _holder(self) -> bytes:
        return self.actor.account_id.bytes + self.request.device.bytes


async def _known_device(c: Any, actor: Actor, device: UUID) -> Any:
    row = await c.fetchrow(DEVICE, device)
    if row is None or row["principal"] != actor.account_id:
        raise Refused("not_found", "This device is not known here yet.", {"code": "device_unknown"})
    if row["revoked_at"] is not None:
        raise Wipe(row["wipe"])
    return row


async def _push(registry: Registry, request: SyncRequest) -> Pushed:
    pushed = Pushed()
    for mutation in request.push[:MUTATIONS_MAX]:
        try:
            done = await _take(registry, request.device, mutation)
        except inbox.Expect as gap:
            pushed.expect = gap.n
            break
        if done is None:  # it broke us; the next round tries again, and the pull goes on
            break
        pushed.done.append(done)
    return pushed


async def _take(registry: Registry, device: UUID, mutation: Mutation) -> Done | None:
    """The outcome, or None when it broke us. What only met another transaction is tried again; a lost database is raised."""
    for _ in range(RETRIES):
        try:
            async with DB.transaction(), connection() as c:
                return await inbox.take(c, registry, device, mutation)
        except CONTENTION:
            continue
        except (inbox.Expect, inbox.Forked, OSError, asyncpg.PostgresConnectionError):
            raise
        except Exception as fault:
            log.error("mutation %s of device %s broke: %s", mutation.id, device, type(fault).__name__)
            break
    async with connection() as c:
        await inbox.crashed(c, device)
    return None


async def _seen(c: Any, device: Any, request: SyncRequest, now: datetime) -> None:
    """Writes only what changed: a pull that finds nothing new must not write."""
    known = (device["schema"], device["manifest_digest"])
    if known != (request.schema, request.have) or request.next_n > device["next_n_seen"] or now - device["seen_at"] > SEEN_EVERY:
        await c.execute(SEEN, request.device, request.schema, request.next_n, request.have)
