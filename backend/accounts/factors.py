"""By what a person proves who they are: passkeys, or a password with an app's digits and recovery codes."""

from __future__ import annotations

import base64
import time
from datetime import timedelta
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from backend.accounts import challenges, digits, passkeys
from backend.accounts.passkeys import Answer, NewKey, Relying, Shown
from backend.accounts.rules import bare_code
from backend.accounts.wire import OwnPasskey
from backend.db import DB, connection
from backend.errors import Refused
from backend.installation import peppered, seal, unseal
from backend.journal import Entry, poke, record

SETUP_LASTS: Final = timedelta(minutes=30)
SETUP_TRIES: Final = 5
PASSKEYS_MOST: Final = 20
SEED: Final = "authenticator seed"

KNOWN: Final = """
SELECT k.*, a.active FROM passkey k JOIN account a ON a.id = k.account_id
WHERE k.credential_id = $1 AND k.waits_for IS NULL FOR UPDATE OF k"""
USED: Final = "UPDATE passkey SET sign_count = $2, backed_up = $3, used_at = now() WHERE id = $1"
REGRESSED: Final = "UPDATE passkey SET regressed_at = now() WHERE id = $1"
CHECK: Final = "INSERT INTO identity_check (kind, account_id, person_id) SELECT $1, id, person_id FROM account WHERE id = $2"
CREDENTIALS: Final = "SELECT credential_id FROM passkey WHERE account_id = $1 AND waits_for IS NULL"
KEEP_KEY: Final = """
INSERT INTO passkey (account_id, credential_id, public_key, sign_count, backup_eligible, backed_up, prf, name, waits_for)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id"""
LIST: Final = """
SELECT id, credential_id, name, made_at, used_at, backed_up, prf FROM passkey
WHERE account_id = $1 AND waits_for IS NULL ORDER BY made_at"""
SEED_OF: Final = "SELECT seed, last_step FROM authenticator WHERE account_id = $1"
SPEND: Final = """
UPDATE authenticator SET last_step = $2 WHERE account_id = $1 AND (last_step IS NULL OR last_step < $2) RETURNING true"""
SPEND_RECOVERY: Final = """
UPDATE recovery_code SET used_at = now()
WHERE account_id = $1 AND code_hash = $2 AND used_at IS NULL AND waits_for IS NULL RETURNING true"""
SET_UP: Final = """
INSERT INTO password_setup (holder, password_hash, seed, expires_at) VALUES ($1, $2, $3, now() + $4::interval)
ON CONFLICT (holder) DO UPDATE SET
    password_hash = excluded.password_hash, seed = excluded.seed, expires_at = excluded.expires_at, tries = 0"""
TRY_SETUP: Final = """
UPDATE password_setup SET tries = tries + 1 WHERE holder = $1 AND expires_at > now() AND tries < $2
RETURNING password_hash, seed"""
ALERT: Final = """
UPDATE account SET alert = $2, alert_at = now() + make_interval(secs => $3)
WHERE id = $1 AND ($2 IN ('recovery', 'recovered') OR alert IS DISTINCT FROM 'recovery')"""
FORGET_SETUPS: Final = "DELETE FROM password_setup WHERE expires_at < now()"


class Key(msgspec.Struct, frozen=True):
    """A passkey to be kept: what was made, whether it can open a vault, how its person calls it, and what it waits for."""

    made: NewKey
    prf: bool
    name: str
    waits_for: UUID | None = None


class Secrets(msgspec.Struct, frozen=True):
    """A password's hash and a seed, shown to be held; `step` is the step of time by which it was shown."""

    password_hash: str
    seed: str
    step: int


async def credentials_of(account_id: UUID) -> list[bytes]:
    """The ids of an account's passkeys."""
    async with connection() as held:
        return [row["credential_id"] for row in await held.fetch(CREDENTIALS, account_id)]


async def recognise(relying: Relying, answer: Answer, asked: tuple[str, bytes]) -> UUID:
    """Whose passkey answered what was `asked` (purpose, holder). Refused: unauthorized.

    A count that did not grow tells of a copy: it is noted for staff, and the copy as well as the original is refused.
    """
    challenge = passkeys.challenge_in(answer)
    await challenges.take(challenge, *asked)
    credential_id, handle = passkeys.credential_in(answer)
    async with DB.transaction(), connection() as held:
        row = await held.fetchrow(KNOWN, credential_id)
        if row is None or not row["active"] or row["regressed_at"] or (handle and handle != row["account_id"].bytes):
            raise Refused("unauthorized", passkeys.NO_KEY)
        shown = passkeys.verify_shown(relying, challenge, row["public_key"], answer)
        if fits := _grew(row["sign_count"], shown):
            await held.execute(USED, row["id"], shown.sign_count, shown.backed_up)
        else:
            await held.execute(REGRESSED, row["id"])
            await held.execute(CHECK, "copied_passkey", row["account_id"])
            await record([Entry("passkey.regressed", row["account_id"], subject_id=row["id"])])
    if not fits:
        raise Refused("unauthorized", passkeys.NO_KEY)
    account_id: UUID = row["account_id"]
    return account_id


async def keep_passkey(account_id: UUID, key: Key) -> UUID:
    """Keep a passkey that was made well. Refused: conflict, when it is somebody's already or there are too many."""
    made = key.made
    values = (made.credential_id, made.public_key, made.sign_count, made.backup_eligible, made.backed_up, key.prf, key.name)
    try:
        async with DB.transaction(), connection() as held:
            if len(await held.fetch(CREDENTIALS, account_id)) >= PASSKEYS_MOST:
                raise Refused("conflict", "There are many passkeys already. Remove one first.", {"code": "too_many_passkeys"})
            kept: UUID = await held.fetchval(KEEP_KEY, account_id, *values, key.waits_for)
            await record([Entry("passkey.added", account_id, subject_id=kept)])
    except asyncpg.UniqueViolationError as error:
        raise Refused("conflict", "This passkey is in use already.", {"code": "passkey_known"}) from error
    return kept


async def list_passkeys(account_id: UUID) -> list[OwnPasskey]:
    """An account's passkeys, oldest first."""
    async with connection() as held:
        rows = await held.fetch(LIST, account_id)
    return [msgspec.convert({**row, "credential_id": _base64url(row["credential_id"])}, OwnPasskey) for row in rows]


async def has_authenticator(account_id: UUID) -> bool:
    """Whether an app's digits belong to the account's password."""
    async with connection() as held:
        return await held.fetchrow(SEED_OF, account_id) is not None


async def spend_code(account_id: UUID, typed: str) -> bool:
    """Use up the digits of this moment, or a recovery code; of several who try the same at once, one succeeds."""
    async with connection() as held:
        if not digits.is_digits(typed):
            return bool(await held.fetchval(SPEND_RECOVERY, account_id, recovery_hash(account_id, typed)))
        row = await held.fetchrow(SEED_OF, account_id)
        if row is None:
            return False
        seed = unseal(SEED, row["seed"], account_id.bytes).decode()
        step = digits.step_of(seed, bare_code(typed), time.time(), row["last_step"])
        return step is not None and bool(await held.fetchval(SPEND, account_id, step))


async def set_up(holder: bytes, password_hash: str) -> str:
    """A new seed for this password, which both wait for the first digits; answers the seed."""
    seed = digits.new_seed()
    async with connection() as held:
        await held.execute(SET_UP, holder, password_hash, seal(SEED, seed.encode(), holder), SETUP_LASTS)
    return seed


async def finish_setup(holder: bytes, typed: str) -> Secrets:
    """The password and the seed that wait, when the digits show that the app holds it. Refused: gone, unauthorized."""
    async with connection() as held:
        row = await held.fetchrow(TRY_SETUP, holder, SETUP_TRIES)
    if row is None:
        raise Refused("gone", "Please begin again with the password.", {"code": "begin_again"})
    seed = unseal(SEED, row["seed"], holder).decode()
    step = digits.step_of(seed, bare_code(typed), time.time(), None)
    if step is None:
        raise Refused("unauthorized", "This code is not right. Wait for the next one.", {"code": "wrong_code"})
    return Secrets(row["password_hash"], seed, step)


async def keep_secrets(account_id: UUID, holder: bytes, kept: Secrets) -> list[str]:
    """From now on the account has this password and this seed, and new recovery codes: they are answered, once."""
    sealed = seal(SEED, kept.seed.encode(), account_id.bytes)
    async with DB.transaction(), connection() as held:
        await held.execute("DELETE FROM password_setup WHERE holder = $1", holder)
        await held.execute("UPDATE account SET password_hash = $2 WHERE id = $1", account_id, kept.password_hash)
        await held.execute("DELETE FROM authenticator WHERE account_id = $1", account_id)
        insert = "INSERT INTO authenticator (account_id, seed, last_step) VALUES ($1, $2, $3)"
        await held.execute(insert, account_id, sealed, kept.step)
        await record([Entry("password.set", account_id)])
        return await new_recovery_codes(account_id)


async def new_recovery_codes(account_id: UUID, waits_for: UUID | None = None) -> list[str]:
    """Ten new codes in place of those there are (or, for a recovery, beside them until it is over)."""
    codes = digits.new_recovery_codes()
    rows = [(account_id, recovery_hash(account_id, code), waits_for) for code in codes]
    async with DB.transaction(), connection() as held:
        await held.execute("DELETE FROM recovery_code WHERE account_id = $1 AND waits_for IS NOT DISTINCT FROM $2", account_id, waits_for)
        await held.executemany("INSERT INTO recovery_code (account_id, code_hash, waits_for) VALUES ($1, $2, $3)", rows)
        await record([Entry("recovery_codes.made", account_id)])
    return codes


async def alert(account_id: UUID, what: str, until_s: float = 0) -> None:
    """Tell the person on every device of theirs; `until_s` from now is when it happens, else it has happened.

    What can still be called off stands above everything else.
    """
    async with connection() as held:
        await held.execute(ALERT, account_id, what, until_s)
    await poke({account_id})


async def forget_setups() -> None:
    """Delete what nobody finished in time."""
    async with connection() as held:
        await held.execute(FORGET_SETUPS)


def recovery_hash(account_id: UUID, code: str) -> bytes:
    """What is kept of a recovery code."""
    return peppered("recovery code", account_id.bytes + bare_code(code).encode())


def _grew(kept: int, shown: Shown) -> bool:
    """Keys that count nothing say nothing; a count that was kept must have grown."""
    return (kept == 0 and shown.sign_count == 0) or shown.sign_count > kept


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
