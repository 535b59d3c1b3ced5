"""What can happen between a device and us."""

import logging
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from backend import metrics
from backend.access import Actor
from backend.db import AWAY, DB, connection, is_lost, line_of
from backend.devices.admission import Full, Places
from backend.devices.proof import NoProof, Proof
from backend.devices.rules import CLOCK_NOTED_MS, SEEN_EVERY, clock_ahead_ms, lease_until, lost, poll_s
from backend.errors import Refused
from backend.journal import Entry, record
from sync import cursor, epoch, inbox, scrub
from sync.declare import Registry
from sync.opening import opening
from sync.pull import Asked, Pulled, Standby, pull
from sync.wire import MUTATIONS_MAX, WANT_MAX, Done, Lost, Mutation, SyncRequest, SyncResponse, Taken

log = logging.getLogger(__name__)

RETRIES = 4
FEW = 5  # changes that a person may have made just now
TOO_OLD = 0  # the shape of bodies that nobody is served in
CONTENTION = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)

REGISTER = """
INSERT INTO sync_device (id, principal, kind, key, session_id) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, key = coalesce(sync_device.key, excluded.key), session_id = excluded.session_id
WHERE sync_device.principal = excluded.principal AND sync_device.heir_of IS NULL
    AND (sync_device.key IS NULL OR excluded.key IS NULL OR sync_device.key = excluded.key)
RETURNING xmax = 0 AS is_new"""
OTHERS = "SELECT EXISTS (SELECT 1 FROM sync_device WHERE principal = $1 AND id <> $2 AND heir_of IS NULL)"
OWNER = "SELECT principal FROM sync_device WHERE id = $1"

SEEN = """
UPDATE sync_device SET seen_at = now(), schema = $2, next_n_seen = greatest(next_n_seen, $3),
    next_n_at = CASE WHEN $3 > next_n_seen THEN now() ELSE next_n_at END,
    manifest_digest = $4, digest_at = CASE WHEN manifest_digest IS DISTINCT FROM $4 THEN now() ELSE digest_at END,
    app_version = $5, clock_ms = $6, session_id = coalesce($7, session_id)
WHERE id = $1"""


class Wipe(Exception):
    """This device is no longer trusted; `erase` says whether it must forget what it holds, `keyed` whether it has a key."""

    def __init__(self, erase: bool, *, keyed: bool = False) -> None:
        super().__init__()
        self.erase, self.keyed = erase, keyed


@dataclass(slots=True)
class Pushed:
    """What became of the mutations of one request, and how far the device has come by them."""

    last_n: int
    done: list[Done] = field(default_factory=list)
    expect: int | None = None

    def taken(self) -> Taken:
        """The answer where there is no pull to tell it."""
        return Taken(done=self.done, last_n=self.last_n)


class Sender(NamedTuple):
    """Whose device it is that sends."""

    principal: UUID
    device: UUID


class TooOld(Exception):
    """No pull for an app this old; what it pushed was taken all the same."""

    def __init__(self, taken: Taken) -> None:
        super().__init__()
        self.taken = taken


class Busy(TooOld):
    """No pull now: too many others load, or bring much. What was pushed was taken all the same, as far as it says."""


async def register_device(actor: Actor, device: UUID, kind: str, key: bytes | None = None) -> None:
    """Makes a device known as this account's, with the key that it proves itself by.

    Refused: conflict, when it is somebody else's (device_forked) or has another key (device_key): it takes a new name then.
    """
    async with DB.transaction(), connection() as c:
        is_new = await c.fetchval(REGISTER, device, actor.account_id, kind, key, actor.session_id)
        if is_new and await c.fetchval(OTHERS, actor.account_id, device):  # of the first one there is nobody to tell
            await record([Entry("device.enrolled", actor.account_id, subject_id=device, detail={"account": str(actor.account_id)})])
        if is_new is not None:
            return
        if await c.fetchval(OWNER, device) == actor.account_id:
            raise Refused("conflict", "This device has another key.", {"code": "device_key"})
        raise Refused("conflict", "This device belongs to another account.", {"code": "device_forked"})


async def exchange(
    actor: Actor, registry: Registry, request: SyncRequest, places: Places, proof: Proof | None = None
) -> SyncResponse:
    """One round of sync: take what the device wrote, then give what it may hold.

    Raises Wipe, Forked, Refused, NoProof, Standby, TooOld, Busy.
    """
    async with line_of(actor.account_id) as c:
        this = await _begun(c, actor, registry, request, proof)
        if not (request.push or this.loads or this.shape == TOO_OLD):
            return this.answer(Pushed(this.device["last_n"]), await this.pull(c))
    pushed = await _turn_and_push(this, places)
    this.now = datetime.now(UTC)
    if this.shape == TOO_OLD:
        metrics.TOO_OLD.inc()
        await this.seen()
        raise TooOld(pushed.taken())
    try:
        async with places.loads.turn() if this.loads else nullcontext(), line_of(actor.account_id) as c:
            return this.answer(pushed, await this.pull(c))
    except Full as full:
        metrics.BUSY.inc()
        raise Busy(pushed.taken()) from full


async def _turn_and_push(this: "_Round", places: Places) -> Pushed:
    """A long outbox waits for its turn; what a person writes now does not. Raises Busy, Forked."""
    request, last_n = this.request, this.device["last_n"]
    try:
        async with places.outboxes.turn() if len(request.push) > FEW else nullcontext():
            return await push(this.registry, this.sender, request.push, last_n)
    except Full as full:
        metrics.BUSY.inc()
        raise Busy(Pushed(last_n).taken()) from full


async def _begun(c: Any, actor: Actor, registry: Registry, request: SyncRequest, proof: Proof | None) -> "_Round":
    """The round, with what one statement tells of it. Raises Wipe, Refused, NoProof, Standby."""
    this = _Round(actor, registry, request)
    asks = None if request.push or request.want else this.snapshot  # else there is news by itself
    found = await opening(c, actor.account_id, request.device, asks)
    this.device = _known_device(found.device, actor, proof)
    if found.standby:
        raise Standby
    if found.epoch != this.seal:
        this.open(epoch.remember(found.epoch or await _current_epoch()))
    else:
        this.news = not found.is_quiet(request.have)
    return this


async def _current_epoch() -> epoch.Epoch:
    """A new one is begun on a line of ours."""
    async with connection() as c:
        return await epoch.current(c)


class _Round:
    """One exchange, at one moment of one epoch."""

    def __init__(self, actor: Actor, registry: Registry, request: SyncRequest) -> None:
        self.actor, self.registry, self.request = actor, registry, request
        self.shape = registry.serves(request.schema) or TOO_OLD
        self.now = datetime.now(UTC)
        self.news = True  # or there may be
        self.device: Any = None
        self.open(epoch.latest())  # a guess until the database has confirmed it

    def open(self, seal: epoch.Epoch) -> None:
        """Takes the cursor for one of this epoch: the snapshot that the device builds upon, or the reason why it cannot."""
        self.seal = seal
        self.snapshot, self.reset = self._opened(seal)

    def _opened(self, seal: epoch.Epoch) -> tuple[str | None, str | None]:
        if self.request.cursor is None:
            return None, None
        try:
            found = cursor.unseal(self.request.cursor, seal.key, self._holder())
            cursor.check(found, seal.id, self.shape, self.now)
        except cursor.Unusable as unusable:
            return None, str(unusable)
        return found.snapshot, None

    @property
    def sender(self) -> Sender:
        """Who sends what this round brings."""
        return Sender(self.actor.account_id, self.request.device)

    @property
    def loads(self) -> bool:
        """Whether whole scopes are asked for, which costs much more than changes do."""
        return self.snapshot is None or bool(self.request.want)

    async def pull(self, c: Any) -> Pulled:
        """What is new for this device, and anew what the scrub found wrong."""
        want = self.request.want
        asked = Asked(self.actor.account_id, self.request.device, self.seal.id, self.snapshot, self.request.have, want)
        wrong = await scrub.differing(c, asked, self.request.sums)
        if wrong:
            log.error("%d scopes of device %s differ from ours", len(wrong), self.request.device)
            asked = replace(asked, want=[*wrong, *(scope for scope in want if scope not in wrong)][:WANT_MAX])
        pulled = await pull(c, self.registry, asked) if self.news or asked.want else Pulled(last_n=self.device["last_n"])
        await self.seen()
        loaded = {load.scope for load in pulled.load}
        pulled.stale += [scope for scope in wrong if scope not in loaded]
        metrics.SCRUBBED.inc(len(self.request.sums))
        metrics.MISMATCHES.inc(len(wrong))
        return pulled

    async def seen(self) -> None:
        """Notes of the device only what changed: a pull that finds nothing new must not write."""
        request, device = self.request, self.device
        clock = clock_ahead_ms(request.clock, self.now)
        known = (device["schema"], device["manifest_digest"], device["app_version"])
        if (
            known != (request.schema, request.have, request.app)
            or abs(clock - device["clock_ms"]) > CLOCK_NOTED_MS
            or request.next_n > device["next_n_seen"]
            or self.actor.session_id != device["session_id"]
            or self.now - device["seen_at"] > SEEN_EVERY
        ):
            told = (request.schema, request.next_n, request.have, request.app, clock, self.actor.session_id)
            async with connection() as own:  # a note of ours about a device that is known to be this person's
                await own.execute(SEEN, request.device, *told)

    def answer(self, pushed: Pushed, pulled: Pulled) -> SyncResponse:
        """All of it, with a new cursor unless the old one still holds."""
        now, device = self.now, self.device
        gone = lost(self.request.next_n, device["next_n_seen"], pulled.last_n, device["next_n_at"])
        _count(pulled, self.reset, gone)
        return SyncResponse(
            rid=self.request.rid,
            now=int(now.timestamp() * 1000),
            last_n=pulled.last_n,
            lease_until=int(lease_until(self.actor.role, now).timestamp() * 1000),
            poll_s=poll_s(self.request.rid),
            cursor=None if pulled.snapshot is None else self._sealed(pulled.snapshot),
            done=pushed.done,
            load=pulled.load,
            rows=pulled.rows,
            stale=pulled.stale,
            more=pulled.more,
            expect=pushed.expect,
            manifest=pulled.manifest,
            reset=self.reset,
            lost=gone,
        )

    def _sealed(self, snapshot: str) -> str:
        made = cursor.Cursor(self.seal.id.bytes, self.shape, int(self.now.timestamp()), cursor.shrink(snapshot))
        return cursor.seal(made, self.seal.key, self._holder())

    def _holder(self) -> bytes:
        return self.actor.account_id.bytes + self.request.device.bytes


def _known_device(row: Any, actor: Actor, proof: Proof | None) -> Any:
    if row["principal"] != actor.account_id or row["closed_at"] is not None:
        raise Refused("not_found", "This device is not known here yet.", {"code": "device_unknown"})
    if row["key"] is not None and not (proof and proof.holds(row["key"])):
        raise NoProof
    if row["revoked_at"] is not None:
        raise Wipe(row["wipe"], keyed=row["key"] is not None)
    return row


async def push(registry: Registry, sender: Sender, mutations: Sequence[Mutation], last_n: int) -> Pushed:
    """Takes one after the other, each in a transaction of its own, until there is a gap or one breaks us. Raises Forked."""
    pushed = Pushed(last_n)
    for mutation in mutations[:MUTATIONS_MAX]:
        try:
            done = await _take(registry, sender, mutation)
        except inbox.Expect as gap:
            pushed.expect = gap.n
            break
        if done is None:  # it broke us; the next round tries again, and the pull goes on
            metrics.CRASHES.inc()
            break
        pushed.done.append(done)
        if done.n > pushed.last_n:
            pushed.last_n = done.n
            metrics.DONE.labels(done.outcome, done.code or "").inc()
    return pushed


async def _take(registry: Registry, sender: Sender, mutation: Mutation) -> Done | None:
    """The outcome, or None when it broke us. What only met another transaction is tried again; a lost database is raised."""
    clashed = 0
    for _ in range(RETRIES):
        try:
            return await _take_once(registry, sender, mutation, clashes=clashed == RETRIES - 1)
        except asyncpg.UniqueViolationError:  # of another transaction's row, which the next try sees; or of a hidden one's
            clashed += 1
        except CONTENTION:
            continue
        except (inbox.Expect, inbox.Forked, *AWAY):
            raise
        except Exception as fault:
            log.error("mutation %s of device %s broke: %s", mutation.id, sender.device, type(fault).__name__)
            break
    async with connection() as c:
        await inbox.crashed(c, sender.device)
    return None


async def _take_once(registry: Registry, sender: Sender, mutation: Mutation, *, clashes: bool) -> Done:
    async with DB.transaction(person=sender.principal), connection() as c:
        try:
            return await inbox.take(c, registry, sender.device, mutation, clashes=clashes)
        except Exception as fault:
            if is_lost(c):  # whatever was raised on the way out, the mutation did not break us
                raise ConnectionError("the database went away") from fault
            raise


def _count(pulled: Pulled, reset: str | None, gone: Lost | None) -> None:
    metrics.PULLS.inc()
    if pulled.snapshot is None:
        metrics.NOTHING_NEW.inc()
    metrics.ROWS.inc(len(pulled.rows))
    metrics.LOADS.inc(len(pulled.load))
    metrics.STALE.inc(len(pulled.stale))
    if reset is not None:
        metrics.RESETS.labels(reset).inc()
    if gone is not None:
        metrics.LOST.inc(gone.to - gone.from_ + 1)
