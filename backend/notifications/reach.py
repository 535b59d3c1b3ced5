"""Other ways to a person: a number or an address that they gave, confirmed with a code, and can end at any time.

Nobody is written to at an address that the state's files hold: only at what the person gave here and confirmed.
"""

import hashlib
import hmac
import re
import secrets
from typing import Any, Final
from uuid import UUID

import msgspec

from backend.access import Actor
from backend.accounts.throttle import admit_code
from backend.channels.post import post
from backend.channels.wire import Channel, Letter, Sent
from backend.db import DB, connection
from backend.errors import Refused
from backend.journal import Entry, record
from backend.notifications.engine import Engine, engine
from backend.notifications.wire import ConfirmReach, GiveReach, Reach

CODE_MINUTES: Final = 15
MAX_TRIES: Final = 5
EVERY_S: Final = 60
TEXT: Final = re.compile(r"\+1[2-9]\d{9}")
EMAIL: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}")
CODE_SAYS: Final = {"en": ("Your code", "Your code is {code}. It is good for 15 minutes."),
                    "es": ("Su código", "Su código es {code}. Vale por 15 minutos.")}  # fmt: skip

NO_CODE: Final = "This is not the code, or it is too old. Ask for a new one."

LIST: Final = "SELECT id, channel, address, private, verified_at, stopped_at FROM reach WHERE account_id = $1 ORDER BY channel"
RECENT: Final = """
SELECT 1 FROM reach WHERE account_id = $1 AND channel = $2
AND code_until > now() + make_interval(mins => $3) - make_interval(secs => $4)"""
FIND: Final = "SELECT id FROM reach WHERE account_id = $1 AND channel = $2 FOR UPDATE"
MAKE: Final = """
INSERT INTO reach (id, account_id, channel, address, address_hash, private, code_hash, code_until)
VALUES ($1, $2, $3, $4, $5, $6, $7, now() + make_interval(mins => $8))
ON CONFLICT (account_id, channel) DO UPDATE SET address = excluded.address, address_hash = excluded.address_hash,
    private = excluded.private, code_hash = excluded.code_hash, code_until = excluded.code_until, tries = 0,
    verified_at = NULL, stopped_at = NULL"""
TRY: Final = """
UPDATE reach SET tries = tries + 1 WHERE account_id = $1 AND channel = $2 AND code_until > now() AND tries < $3
RETURNING id, code_hash"""
VERIFIED: Final = """
UPDATE reach SET verified_at = now(), stopped_at = NULL, code_hash = NULL, code_until = NULL
WHERE id = $1 AND code_hash = $2 RETURNING id"""
# Ended by the person: whoever holds the telephone cannot begin it again by writing START, only a new code can.
END: Final = """
UPDATE reach SET stopped_at = coalesce(stopped_at, now()), verified_at = NULL, code_hash = NULL, code_until = NULL
WHERE account_id = $1 AND ($2::text IS NULL OR channel = $2) RETURNING id"""
HEARD: Final = "INSERT INTO heard_text (provider_hash) VALUES ($1) ON CONFLICT DO NOTHING RETURNING true"
STOP: Final = "UPDATE reach SET stopped_at = now() WHERE address_hash = $1 AND stopped_at IS NULL RETURNING id, account_id"
START: Final = """
UPDATE reach SET stopped_at = NULL WHERE address_hash = $1 AND stopped_at IS NOT NULL AND verified_at IS NOT NULL
RETURNING id, account_id"""
STOP_ONE: Final = "UPDATE reach SET stopped_at = now() WHERE id = $1 AND stopped_at IS NULL RETURNING id, account_id"
LANGUAGE: Final = "SELECT language FROM account WHERE id = $1"


class Known(msgspec.Struct, frozen=True):
    """An address in its one spelling, sealed for its row, and the hash that finds it."""

    address: str
    sealed: bytes
    address_hash: bytes


async def list_reach(actor: Actor) -> list[Reach]:
    """The actor's own ways, with the address as they gave it."""
    by = await engine()
    async with connection() as held:
        rows = await held.fetch(LIST, actor.account_id)
    return [
        Reach(
            channel=row["channel"],
            address=open_address(by, row["id"], row["address"]),
            private=row["private"],
            verified=row["verified_at"] is not None,
            stopped=row["stopped_at"] is not None,
        )
        for row in rows
    ]


async def give_reach(actor: Actor, wanted: GiveReach) -> None:
    """Sends a code to the address; until it is confirmed nothing else goes there. Refused: invalid, too_many, unavailable.

    Whose address it is we cannot know: codes are few, so that nobody troubles another with them.
    """
    by = await engine()
    address = _read(wanted.channel, wanted.address)
    code = f"{secrets.randbelow(10**6):06d}"
    async with DB.transaction(), connection() as held:
        await admit_code(actor.account_id, wanted.channel)  # counted first: of two at once, the second waits here and is refused
        if await held.fetchval(RECENT, actor.account_id, wanted.channel, CODE_MINUTES, EVERY_S):
            raise Refused("too_many", "A code is on its way. Please wait a minute.", retry_after_s=EVERY_S)
        row_id: UUID = await held.fetchval(FIND, actor.account_id, wanted.channel) or UUID(bytes=secrets.token_bytes(16), version=4)
        sealed = by.secrets.seal(address.encode(), row_id.bytes)
        values = (wanted.channel, sealed, _hash(by, wanted.channel, address), wanted.private, _code_hash(row_id, code))
        await held.execute(MAKE, row_id, actor.account_id, *values, CODE_MINUTES)
        language = await held.fetchval(LANGUAGE, actor.account_id)
        await record([Entry("reach.given", actor.account_id, subject_id=row_id, detail={"channel": wanted.channel})])
    title, body = CODE_SAYS[language]
    said = body.format(code=code)
    title = said.rstrip(".") if wanted.channel == "text" else title
    letter = Letter(address=address, language=language, title=title, body=said, link=by.sender.origin, stop_link=stop_link(by, row_id))
    if await post(wanted.channel, letter) is not Sent.SENT:
        raise Refused("unavailable", "The code could not be sent. Check what you typed, or try again later.")


async def confirm_reach(actor: Actor, said: ConfirmReach) -> None:
    """The code came to the person: from now on they may choose this way. Refused: invalid (also after five tries)."""
    async with connection() as held:  # each try counts, whatever comes of it: no transaction around both
        row = await held.fetchrow(TRY, actor.account_id, said.channel, MAX_TRIES)
        good = row is not None and hmac.compare_digest(row["code_hash"], _code_hash(row["id"], said.code))
    if row is None or not good:
        raise Refused("invalid", NO_CODE, {"code": "wrong_code"})
    async with DB.transaction(), connection() as held:
        if await held.fetchval(VERIFIED, row["id"], row["code_hash"]) is None:
            raise Refused("invalid", NO_CODE, {"code": "wrong_code"})  # another address was given meanwhile
        await record([Entry("reach.confirmed", actor.account_id, subject_id=row["id"], detail={"channel": said.channel})])


async def end_reach(actor: Actor, channel: Channel) -> None:
    """Nothing goes there any more."""
    async with DB.transaction(), connection() as held:
        ended = await held.fetchval(END, actor.account_id, channel)
        if ended:
            await record([Entry("reach.ended", actor.account_id, subject_id=ended, detail={"channel": channel})])


async def end_all(account_id: UUID) -> None:
    """Nothing goes anywhere any more, until the person gives it anew."""
    async with connection() as held:
        ended = await held.fetch(END, account_id, None)
    await record([Entry("reach.ended", account_id, subject_id=row["id"]) for row in ended])


async def heard(command: str | None, channel: Channel, address: str, number: str) -> None:
    """Somebody wrote STOP or START from an address: that counts for everyone who gave it.

    `number` is the provider's, of this text: what is brought once more, whoever kept it, changes nothing.
    """
    by = await engine()
    sql = {"stop": STOP, "start": START}.get(command or "")
    if command is None or sql is None:
        return
    async with DB.transaction(), connection() as held:
        if await held.fetchval(HEARD, hashlib.sha256(number.encode()).digest()):
            await _changed(sql, _hash(by, channel, address), command)


async def stop_by_link(token: str) -> None:
    """The one press of an e-mail (RFC 8058). Of a link that is not ours, nothing is said."""
    by = await engine()
    try:
        row_id = UUID(token[:32])
    except ValueError:
        return
    if hmac.compare_digest(token, _stop_token(by, row_id)):
        await _changed(STOP_ONE, row_id, "stop")


def stop_link(by: Engine, row_id: UUID) -> str:
    """Where one press ends it, for this way of this person and nothing else."""
    return f"{by.sender.origin}/v1/hooks/unsubscribe/{_stop_token(by, row_id)}"


def open_address(by: Engine, row_id: UUID, sealed: bytes) -> str:
    """The address behind a row."""
    return by.secrets.open(sealed, row_id.bytes).decode()


async def _changed(sql: str, value: Any, verb: str) -> None:
    async with DB.transaction(), connection() as held:
        rows = await held.fetch(sql, value)
        await record([Entry(f"reach.{verb}", row["account_id"], subject_id=row["id"]) for row in rows])


def _read(channel: Channel, given: str) -> str:
    if channel == "text":
        digits = re.sub(r"[\s().-]", "", given)
        digits = digits if digits.startswith("+") else "+1" + digits.removeprefix("1") if len(digits) in (10, 11) else digits
        if TEXT.fullmatch(digits):
            return digits
        raise Refused("invalid", "Type a mobile number of ten digits.", {"code": "number"})
    if len(given) <= 254 and EMAIL.fullmatch(given.strip()):
        return given.strip()
    raise Refused("invalid", "Type an e-mail address such as name@example.com.", {"code": "email"})


def _hash(by: Engine, channel: Channel, address: str) -> bytes:
    return by.secrets.endpoint_hash(f"{channel}:{address.lower()}")


def _code_hash(row_id: UUID, code: str) -> bytes:
    return hashlib.sha256(row_id.bytes + code.encode()).digest()


def _stop_token(by: Engine, row_id: UUID) -> str:
    return row_id.hex + by.secrets.tag("unsubscribe", row_id.hex)
