"""A device's mutations, in order, exactly once, each with an outcome that is stored in the transaction of its effect.

The caller opens one transaction for each mutation and answers only after it committed.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from sync.declare import Intent, Mutator, Refusal, Registry
from sync.wire import Done, Mutation, Outcome, Say

CRASHES_MAX = 5
STORED = "SELECT id, outcome, code, detail, received_at FROM sync_mutation WHERE device = $1 AND n = $2"

# One mutation of a device at a time; what became of its id under any device's name; whether its scope is the sender's today.
TURN = """
SELECT d.principal, d.last_n, d.crashes, m.id, m.outcome, m.code, m.detail, m.received_at,
    $3::uuid IS NULL OR EXISTS (SELECT 1 FROM sync_grant g WHERE g.principal = d.principal AND g.scope = $3) AS granted
FROM sync_device d LEFT JOIN sync_mutation m ON m.id = $2 AND NOT m.copy
WHERE d.id = $1 FOR UPDATE OF d"""

# The outcome and the number that it was taken under: neither is ever there without the other.
STORE = """
WITH taken AS (UPDATE sync_device SET last_n = $2, crashes = 0 WHERE id = $1)
INSERT INTO sync_mutation (device, n, id, copy, name, v, scope, args, at_claimed, received_at, outcome, code, detail)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"""

DONE_BEFORE = """
SELECT EXISTS (SELECT 1 FROM sync_mutation m JOIN sync_device d ON d.id = m.device
    WHERE m.id = $1 AND NOT m.copy AND d.principal = $2 AND m.outcome = 'ok')"""


class Forked(Exception):
    """Another mutation already has this number: the device is a copy of another, and must take a new name."""


class Expect(Exception):
    """There is a gap: the device must send from this number on."""

    def __init__(self, n: int) -> None:
        super().__init__(n)
        self.n = n


async def take(connection: Any, registry: Registry, device: UUID, mutation: Mutation, *, clashes: bool = False) -> Done:
    """One mutation, in the caller's transaction. Raises Forked or Expect; any other error must roll everything back.

    `clashes`: it was tried, and an id in it turned out to belong to somebody whose rows this line does not see.
    """
    # 1. One mutation of a device at a time.
    held = await connection.fetchrow(TURN, device, mutation.id, mutation.scope)
    # 2. Seen before: its stored outcome, whatever it was.
    if mutation.n <= held["last_n"]:
        return await _stored(connection, device, mutation)
    # 3. A gap is never skipped.
    if mutation.n > held["last_n"] + 1:
        raise Expect(held["last_n"] + 1)
    # 4. Sent before under another device's name (a copied phone that was given a new one): the outcome of that time.
    if held["id"] is not None:
        return await _store(connection, device, mutation, _done(held, mutation.n), copy=True)
    # An honest device draws new ids, so only a forger meets this. It is refused for good, and kept as a copy, whose id need not be
    # its own. That tells that the id exists, to whom had named it: 122 bits of chance, which nobody can try out.
    if clashes:
        return await _store(connection, device, mutation, _outcome(mutation.n, "refused", Refusal("conflict")), copy=True)
    # 5. What it builds upon has to be there.
    if mutation.after is not None and not await _was_done(connection, held["principal"], mutation.after):
        return await _store(connection, device, mutation, _outcome(mutation.n, "refused", Refusal("depends")))
    # 6. A name that we do not know, or work that keeps breaking us, is put aside for a person, out of the way.
    mutator = registry.mutator(mutation.name, mutation.v)
    if mutator is None:
        return await _store(connection, device, mutation, _outcome(mutation.n, "parked", Refusal("unknown")))
    if held["crashes"] >= CRASHES_MAX:
        return await _store(connection, device, mutation, _outcome(mutation.n, "parked", Refusal("trouble")))
    # 7. The effect, or a reason; a refused effect leaves nothing behind.
    try:
        async with connection.transaction():
            await _run(mutator, held, device, mutation)
    except Refusal as refusal:
        return await _store(connection, device, mutation, _outcome(mutation.n, "refused", refusal))
    # 8. Effect and outcome become durable together.
    return await _store(connection, device, mutation, _outcome(mutation.n, "ok", None))


async def crashed(connection: Any, device: UUID) -> None:
    """Counts a try that broke; after CRASHES_MAX of them the mutation is parked and the next one has its turn."""
    await connection.execute("UPDATE sync_device SET crashes = crashes + 1 WHERE id = $1", device)


async def _run(mutator: Mutator, held: Any, device: UUID, mutation: Mutation) -> None:
    if not held["granted"]:
        raise Refusal("forbidden")
    try:
        args = msgspec.json.decode(mutation.args, type=mutator.args)
    except msgspec.DecodeError as error:
        raise Refusal("invalid") from error
    await mutator.action(Intent(held["principal"], device, mutation.id, mutation.scope, args, mutation.at))


async def _was_done(connection: Any, principal: UUID, id: UUID) -> bool:
    """Whether this person's mutation of that id was taken and not refused; under whichever name of a device."""
    return bool(await connection.fetchval(DONE_BEFORE, id, principal))


async def _stored(connection: Any, device: UUID, mutation: Mutation) -> Done:
    row = await connection.fetchrow(STORED, device, mutation.n)
    if row is None or row["id"] != mutation.id:
        raise Forked
    return _done(row, mutation.n)


def _done(row: Any, n: int) -> Done:
    say = None if row["detail"] is None else msgspec.json.decode(row["detail"], type=Say)
    return Done(n=n, outcome=row["outcome"], code=row["code"], say=say, at=row["received_at"])


def _outcome(n: int, outcome: Outcome, refusal: Refusal | None) -> Done:
    code, say = (refusal.code, refusal.say) if refusal else (None, None)
    return Done(n=n, outcome=outcome, code=code, say=say, at=datetime.now(UTC))


async def _store(connection: Any, device: UUID, mutation: Mutation, done: Done, *, copy: bool = False) -> Done:
    await connection.execute(
        STORE,
        device,
        mutation.n,
        mutation.id,
        copy,
        mutation.name,
        mutation.v,
        mutation.scope,
        None if copy else bytes(mutation.args).decode(),
        mutation.at,
        done.at,
        done.outcome,
        done.code,
        msgspec.json.encode(done.say).decode() if done.say else None,
    )
    return done
