"""The way in by telephone: a number that we choose, and a PIN that only its person was ever shown.

The telephone that somebody calls from proves nothing, since anybody can show any number. It decides how fast tries are taken and
nothing else: a telephone from which the PIN was right is slowed by its own tries alone, so no stranger keeps a person out.
"""

from __future__ import annotations

import secrets
from typing import Final
from uuid import UUID

import asyncpg

from backend.access import Actor
from backend.accounts.actions import actor_of_account
from backend.accounts.passwords import hash_password, is_password, place
from backend.accounts.throttle import admit_try, is_known, note_success
from backend.accounts.wire import NewPhoneLine
from backend.db import DB, connection
from backend.journal import Entry, record
from backend.policy import require

NUMBER_DIGITS: Final = 9
PIN_DIGITS: Final = 6
MOST_WRONG: Final = 100  # in a row; then only telephones from which it was right before may go on (NIST SP 800-63B-4)
CHANCES: Final = 5

KEEP: Final = """
INSERT INTO phone_line (account_id, number, pin_hash) VALUES ($1, $2, $3)
ON CONFLICT (account_id) DO UPDATE SET
    number = excluded.number, pin_hash = excluded.pin_hash, fails = 0, made_at = now(), used_at = NULL"""
END: Final = "DELETE FROM phone_line WHERE account_id = $1 RETURNING account_id"
FIND: Final = """
SELECT l.account_id, l.pin_hash, l.fails FROM phone_line l
JOIN account a ON a.id = l.account_id AND a.active AND a.role = 'parent' WHERE l.number = $1"""
RIGHT: Final = "UPDATE phone_line SET fails = 0, used_at = now() WHERE number = $1 RETURNING account_id"
WRONG: Final = "UPDATE phone_line SET fails = fails + 1 WHERE number = $1 RETURNING account_id, fails"


async def open_line(actor: Actor) -> NewPhoneLine:
    """A caller number and a PIN, both drawn by us and shown this once; older ones of the actor are void. Refused: forbidden."""
    require(actor, "phone_line.manage")
    pin = f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}d}"
    pin_hash = await hash_password(pin)
    for chance in reversed(range(CHANCES)):
        number = str(secrets.randbelow(9 * 10 ** (NUMBER_DIGITS - 1)) + 10 ** (NUMBER_DIGITS - 1))
        try:
            async with DB.transaction(), connection() as held:
                await held.execute(KEEP, actor.account_id, number, pin_hash)
                await record([Entry("phone_line.opened", actor.account_id, subject_id=actor.account_id)])
            break
        except asyncpg.UniqueViolationError:  # somebody else's: one in many thousands
            if not chance:
                raise
    return NewPhoneLine(number=number, pin=pin)


async def end_line(actor: Actor) -> None:
    """Nobody gets in by telephone any more."""
    require(actor, "phone_line.manage")
    async with DB.transaction(), connection() as held:
        if await held.fetchval(END, actor.account_id):
            await record([Entry("phone_line.ended", actor.account_id, subject_id=actor.account_id)])


async def recognise(number: str, pin: str, telephone: str) -> Actor | None:
    """Whose number and PIN these are; none for whatever is wrong, by the same work and the same statements.

    ``telephone`` is where the call comes from, as shown, or empty. Refused: too_many, unavailable.
    """
    login, address = f"phone line:{number}", telephone or f"withheld:{number}"
    known = await is_known(login, address)
    with place(known=known):
        await admit_try(login, address, known=known)
        async with connection() as held:
            row = await held.fetchrow(FIND, number)
        right = await is_password(row["pin_hash"] if row else None, pin, known=known)
    open_to = row is not None and (row["fails"] < MOST_WRONG or known)
    if row is None or not right or not open_to:
        await _note_wrong(number)
        return None
    async with DB.transaction(), connection() as held:
        account_id: UUID | None = await held.fetchval(RIGHT, number)
        if account_id != row["account_id"]:  # ended meanwhile
            return None
        await record([Entry("phone_line.entered", account_id, subject_id=account_id)])
    await note_success(login, address)
    return await actor_of_account(row["account_id"])


async def _note_wrong(number: str) -> None:
    async with DB.transaction(), connection() as held:
        row = await held.fetchrow(WRONG, number)
        entries = [Entry("phone_line.refused", subject_id=row["account_id"] if row else None)]
        if row is not None and row["fails"] == MOST_WRONG:
            entries.append(Entry("phone_line.shut", subject_id=row["account_id"], detail={"account": str(row["account_id"])}))
        await record(entries)
