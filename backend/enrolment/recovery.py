"""Coming back to an account: new ways to sign in wait a day, every device hears of it, any of them can call it off."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from backend.access import Actor
from backend.accounts import factors
from backend.accounts.factors import SEED, Secrets
from backend.accounts.sessions import end_others
from backend.db import DB, connection
from backend.enrolment.rules import RECOVERY_WAITS
from backend.errors import Refused
from backend.installation import seal
from backend.jobs import enqueue
from backend.journal import Entry, poke, record

CALL_OFF: Final = """
UPDATE recovery SET cancelled_at = now() WHERE account_id = $1 AND cancelled_at IS NULL AND done_at IS NULL RETURNING id"""
ASK: Final = "INSERT INTO recovery (account_id, ready_at) VALUES ($1, now() + $2::interval) RETURNING id, ready_at"
HOLD: Final = "UPDATE recovery SET password_hash = $2, seed = $3, last_step = $4 WHERE id = $1"
CHECK: Final = "INSERT INTO identity_check (kind, account_id, person_id) SELECT $1, id, person_id FROM account WHERE id = $2"
READY: Final = """
UPDATE recovery SET done_at = now() WHERE id = $1 AND cancelled_at IS NULL AND done_at IS NULL AND ready_at <= now()
RETURNING account_id, password_hash, seed, last_step"""
# Asked for by a letter (the enrolment ended in the transaction that asked), of somebody who is in danger, as we know since.
STOPPED: Final = """
SELECT r.account_id FROM recovery r JOIN enrolment e ON e.account_id = r.account_id AND e.done_at = r.asked_at
JOIN claim c ON c.id = e.claim_id AND c.way = 'letter'
WHERE r.id = $1 AND r.cancelled_at IS NULL AND r.done_at IS NULL
    AND EXISTS (SELECT 1 FROM guarded_person g WHERE g.person_id = c.person_id)"""
FORGET_KEYS: Final = "DELETE FROM passkey WHERE waits_for = $1"
FORGET_CODES: Final = "DELETE FROM recovery_code WHERE waits_for = $1"
FORGET_ALERT: Final = "UPDATE account SET alert = NULL, alert_at = NULL WHERE id = $1 AND alert = 'recovery'"


class Waiting(msgspec.Struct, frozen=True):
    """A recovery that waits."""

    id: UUID
    ready_at: datetime


async def ask(account_id: UUID) -> Waiting:
    """Begin to wait; one that waited already gives way. Everybody who is signed in to the account is told."""
    async with DB.transaction(), connection() as held:
        await held.execute("SELECT 1 FROM account WHERE id = $1 FOR UPDATE", account_id)
        await _call_off(account_id)
        row = await held.fetchrow(ASK, account_id, RECOVERY_WAITS)
        if row is None:
            raise RuntimeError("an insert answered nothing")
        await held.execute(CHECK, "recovery", account_id)
        await factors.alert(account_id, "recovery", RECOVERY_WAITS.total_seconds())
        await enqueue("recovery.complete", {"recovery": row["id"]}, run_at=row["ready_at"], key=str(row["id"]))
        await record([Entry("recovery.asked", account_id, subject_id=row["id"], detail={"account": str(account_id)})])
    return Waiting(row["id"], row["ready_at"])


async def hold_secrets(account_id: UUID, recovery: UUID, kept: Secrets) -> list[str]:
    """Password, seed and recovery codes that wait with the recovery; the codes are answered, once."""
    sealed = seal(SEED, kept.seed.encode(), account_id.bytes)
    async with connection() as held:
        await held.execute(HOLD, recovery, kept.password_hash, sealed, kept.step)
    return await factors.new_recovery_codes(account_id, recovery)


async def cancel(actor: Actor) -> None:
    """Whoever is signed in says that it was not them: nothing changes, and staff look into it. Refused: not_found."""
    async with DB.transaction():
        if not await _stop(actor.account_id, actor.account_id):
            raise Refused("not_found", "There is nothing to call off.")


async def complete(recovery: UUID) -> bool:
    """The day is over: the new ways to sign in replace all older ones, and every session ends. Safe to run twice.

    Who came by a letter does not come in when its person was found to be in danger meanwhile: staff look into it.
    """
    async with DB.transaction(), connection() as held:
        stopped = await held.fetchval(STOPPED, recovery)
        if stopped is not None:
            await _stop(stopped, None)
            return False
        row = await held.fetchrow(READY, recovery)
        if row is None:
            return False
        account_id = row["account_id"]
        await clear_ways(account_id)
        await held.execute("UPDATE passkey SET waits_for = NULL WHERE waits_for = $1", recovery)
        await held.execute("UPDATE recovery_code SET waits_for = NULL WHERE waits_for = $1", recovery)
        if row["password_hash"] is not None:
            await held.execute("UPDATE account SET password_hash = $2 WHERE id = $1", account_id, row["password_hash"])
            seeds = "INSERT INTO authenticator (account_id, seed, last_step) VALUES ($1, $2, $3)"
            await held.execute(seeds, account_id, row["seed"], row["last_step"])
        await factors.alert(account_id, "recovered")
        await record([Entry("recovery.completed", account_id, subject_id=recovery, detail={"account": str(account_id)})])
    return True


async def clear_ways(account_id: UUID) -> None:
    """No older way to sign in counts any more, and nobody is signed in; what waits for a recovery stays."""
    async with DB.transaction(), connection() as held:
        await held.execute("DELETE FROM passkey WHERE account_id = $1 AND waits_for IS NULL", account_id)
        await held.execute("DELETE FROM recovery_code WHERE account_id = $1 AND waits_for IS NULL", account_id)
        await held.execute("DELETE FROM authenticator WHERE account_id = $1", account_id)
        await held.execute("DELETE FROM phone_line WHERE account_id = $1", account_id)
        await held.execute("UPDATE account SET password_hash = NULL WHERE id = $1", account_id)
        await end_others(account_id)
        await record([Entry("account.ways_cleared", subject_id=account_id)])


async def _stop(account_id: UUID, by: UUID | None) -> bool:
    """What waits is called off, and staff look into it; false when nothing waits."""
    if not await _call_off(account_id):
        return False
    async with connection() as held:
        await held.execute(FORGET_ALERT, account_id)
        await held.execute(CHECK, "cancelled", account_id)
    await record([Entry("recovery.cancelled", by, subject_id=account_id)])
    await poke({account_id})
    return True


async def _call_off(account_id: UUID) -> bool:
    async with connection() as held:
        called_off = await held.fetch(CALL_OFF, account_id)
        for row in called_off:
            await held.execute(FORGET_KEYS, row["id"])
            await held.execute(FORGET_CODES, row["id"])
    return bool(called_off)
