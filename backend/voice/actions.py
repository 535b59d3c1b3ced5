"""A call begins, and goes on step by step; each step of the provider counts once."""

from __future__ import annotations

from datetime import UTC, datetime
from secrets import token_urlsafe
from typing import Any, Final, Literal
from uuid import UUID, uuid5

import msgspec

from backend.access import Actor
from backend.accounts.actions import actor_of_account
from backend.accounts.phone_line import recognise
from backend.accounts.rules import token_hash
from backend.channels.wire import Heard, Prompt
from backend.db import DB, connection
from backend.errors import Refused
from backend.installation import peppered, seal, unseal
from backend.messages.actions import send_message
from backend.messages.wire import SendMessage
from backend.settings import SETTINGS
from backend.voice import reads
from backend.voice.rules import MESSAGES_MOST, WANTS_KEYS, Act, Turn, proved, turn
from backend.voice.wire import Call, OwnCase, Step
from backend.voice.words import ES, WORDS, ask, tell_dates, tell_money, tell_sent

PURPOSE: Final = "phone call"

# Asked for once more before anything was answered, a call begins again.
BEGIN: Final = """
INSERT INTO phone_call AS c (id, provider_hash, token_hash, state, answer) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (provider_hash) DO UPDATE SET token_hash = excluded.token_hash
WHERE c.before_hash IS NULL AND c.ended_at IS NULL AND c.began_at > now() - interval '1 minute' RETURNING id"""
FIND: Final = """
SELECT id, token_hash, state, answer FROM phone_call
WHERE provider_hash = $1 AND (token_hash = $2 OR before_hash = $2) AND began_at > now() - interval '20 minutes'"""
HOLD: Final = "SELECT id FROM phone_call WHERE id = $1 AND token_hash = $2 AND ended_at IS NULL FOR UPDATE"
GO_ON: Final = """
UPDATE phone_call SET token_hash = $3, before_hash = $2, state = $4, answer = $5, ended_at = CASE WHEN $6 THEN now() END
WHERE id = $1"""
FORGET: Final = "DELETE FROM phone_call WHERE began_at < now() - interval '2 days'"


class Answered(msgspec.Struct, frozen=True):
    """What is said now, and the token of the request that is to come."""

    prompt: Prompt
    token: str = ""


class Acting(msgspec.Struct, frozen=True):
    """Who calls, once they have proved it, and their cases."""

    actor: Actor | None
    cases: list[OwnCase]


async def begin(heard: Heard) -> Answered:
    """Somebody calls; the line asks for a language first. A call that went on already cannot begin once more."""
    call, token = Call(telephone=heard.telephone), token_urlsafe(32)
    name, _ = await reads.find_agency((SETTINGS.agency_name, SETTINGS.agency_phone))
    prompt = Prompt(language="en", says=[f"{name}.", *ask(call, [])], also_says=(ES["language"],))
    provider = peppered(PURPOSE, heard.call.encode())
    call_id = uuid5(UUID(bytes=provider[:16]), PURPOSE)
    kept = (_sealed(call_id, call), _sealed(call_id, Answered(prompt, token)))
    async with connection() as held:
        if await held.fetchval(BEGIN, call_id, provider, token_hash(token), *kept) is None:
            return _over()
    return Answered(prompt, token)


async def go_on(token: str, heard: Heard) -> Answered:
    """The caller answered. A request that comes twice gets the same answer and does nothing; one of an older call, the end."""
    named = (peppered(PURPOSE, heard.call.encode()), token_hash(token))
    async with connection() as held:
        row = await held.fetchrow(FIND, *named)
    if row is not None and row["token_hash"] == named[1]:
        try:
            return await _step(row, heard)
        except Refused:  # the same request came twice at one moment, and the other was first
            async with connection() as held:
                row = await held.fetchrow(FIND, *named)
    if row is None or row["token_hash"] == named[1]:
        return _over()
    answered: Answered = _opened(row["id"], row["answer"], Answered)
    return answered


async def _step(row: Any, heard: Heard) -> Answered:
    """What this answer of the caller's does. Refused: conflict, with nothing done, when it was done meanwhile."""
    said, this = await _look_up(turn(_opened(row["id"], row["state"], Call), heard))
    following = token_urlsafe(32)
    async with DB.transaction(), connection() as held:
        if await held.fetchval(HOLD, row["id"], row["token_hash"]) is None:
            raise Refused("conflict", "This step was answered already.")
        if this.act in (Act.SEND, Act.CALL_BACK):
            said, this = await _send(row["id"], this)
        answered = Answered(await _prompt(said, this), following)
        kept = (_sealed(row["id"], this.call), _sealed(row["id"], answered), this.call.step is Step.OVER)
        await held.execute(GO_ON, row["id"], row["token_hash"], token_hash(following), *kept)
    return answered


async def forget_old() -> None:
    """Deletes calls that nobody can go on with."""
    async with connection() as held:
        await held.execute(FORGET)


async def _look_up(this: Turn) -> tuple[list[str], Turn]:
    """What has to be found out before anything is written: it is slow, or it only reads."""
    call, say = this.call, WORDS[this.call.language]
    if this.act is Act.PROVE:
        return await _prove(this)
    if this.act is Act.SILENCE or this.strange:
        return [say["silence" if this.act is Act.SILENCE else "strange"]], this
    if this.act is Act.CHOOSE:
        return await _choose(this)
    if this.act in (Act.PAYMENT, Act.HEARING):
        acting = await _acting(call)
        if acting.actor is None:
            return [say["over"]], _ended(this)
        if this.act is Act.PAYMENT:
            return tell_money(call.language, await reads.last_payments(acting.actor, acting.cases), acting.cases), this
        return tell_dates(call.language, await reads.next_dates(acting.actor, acting.cases), acting.cases), this
    return [], this


async def _prove(this: Turn) -> tuple[list[str], Turn]:
    say = WORDS[this.call.language]
    try:
        actor = await recognise(this.call.number, this.given, this.call.telephone)
    except Refused as refused:
        return [say["too_many" if refused.code in ("too_many", "unavailable") else "wrong"]], _ended(this)
    call = proved(this.call, right=actor is not None)
    if actor is None:
        return [say["wrong"]], Turn(call)
    return [], Turn(msgspec.structs.replace(call, party=actor.account_id))


async def _choose(this: Turn) -> tuple[list[str], Turn]:
    """Which case a message is about: the only one, or the one whose key was pressed."""
    call, say = this.call, WORDS[this.call.language]
    cases = (await _acting(call)).cases
    if not cases or call.sent >= MESSAGES_MOST:
        return ([say["enough"]] if cases else []), Turn(msgspec.structs.replace(call, step=Step.MENU))
    place = int(this.given) if this.given.isdecimal() else 0
    if len(cases) > 1 and not this.given:
        return [], this
    if len(cases) > 1 and not 1 <= place <= len(cases):
        return [say["strange"]], this
    step = Step.MESSAGE if call.about == "message" else Step.CALL_BACK
    return [], Turn(msgspec.structs.replace(call, step=step, case=place - 1 if len(cases) > 1 else 0))


async def _send(call_id: UUID, this: Turn) -> tuple[list[str], Turn]:
    """The message becomes one of the caller's own conversation, in the transaction of the step."""
    call, say = this.call, WORDS[this.call.language]
    acting = await _acting(call)
    if acting.actor is None or call.case >= len(acting.cases):
        return [say["over"]], _ended(this)
    body = f"{call.draft}\n\n{say['spoken']}"
    if this.act is Act.CALL_BACK:
        where = say["callback_at"].format(telephone=this.given) if this.given else say["callback_known"]
        body = f"{say['callback_body']} {where}\n\n{say['by_phone']}"
    case, message = acting.cases[call.case], uuid5(call_id, str(call.sent))
    now = datetime.now(UTC)
    await send_message(acting.actor, case.case_id, SendMessage(id=message, thread=case.thread, body=body), now)
    made = await reads.find_receipt(acting.actor, message)
    after = msgspec.structs.replace(call, step=Step.MENU, draft="", sent=call.sent + 1)
    return (tell_sent(call.language, made) if made else []), Turn(after)


async def _acting(call: Call) -> Acting:
    """Who proved it, as their account and cases are now."""
    if call.party is None:
        return Acting(None, [])
    try:
        actor = await actor_of_account(call.party)
    except Refused:  # closed meanwhile
        return Acting(None, [])
    return Acting(actor, await reads.list_cases(actor))


async def _prompt(said: list[str], this: Turn) -> Prompt:
    call = this.call
    if this.act is Act.AGENCY:
        name, phone = await reads.find_agency((SETTINGS.agency_name, SETTINGS.agency_phone))
        words = WORDS[call.language]["agency"].format(agency=name, phone=", ".join(filter(str.isdigit, phone)))
        return Prompt(language=call.language, says=[words], then="agency")
    cases = (await _acting(call)).cases if call.step in (Step.MENU, Step.CASE) else []
    says = [*said, *ask(call, cases)]
    if call.step is Step.OVER:
        return Prompt(language=call.language, says=says, then="end")
    also = (ES["language"],) if call.step is Step.LANGUAGE else ()
    waits: Literal["words", "keys"] = "words" if call.step is Step.MESSAGE else "keys"
    return Prompt(language=call.language, says=says, then=waits, most_keys=WANTS_KEYS.get(call.step, 1), also_says=also)


def _ended(this: Turn) -> Turn:
    return Turn(msgspec.structs.replace(this.call, step=Step.OVER))


def _over() -> Answered:
    return Answered(Prompt(language="en", says=[WORDS["en"]["over"]], then="end", also_says=(ES["over"],)))


def _sealed(call_id: UUID, what: Any) -> bytes:
    return seal(PURPOSE, msgspec.json.encode(what), call_id.bytes)


def _opened(call_id: UUID, sealed: bytes, kind: Any) -> Any:
    return msgspec.json.decode(unseal(PURPOSE, sealed, call_id.bytes), type=kind)
