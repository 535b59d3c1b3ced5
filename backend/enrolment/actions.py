"""Codes are given by staff and used by the person they were made for."""

from __future__ import annotations

from datetime import datetime
from secrets import token_urlsafe
from typing import Any, Final
from uuid import UUID, uuid4

import msgspec

from backend.access import Actor
from backend.accounts import digits
from backend.accounts.factors import alert
from backend.accounts.rules import token_hash
from backend.accounts.throttle import admit_claim, note_claimed
from backend.db import DB, connection
from backend.enrolment.rules import (
    LETTERS_MOST,
    LIVES,
    TICKET_LIVES,
    TRIES,
    Way,
    canonical,
    fits,
    letter_block,
    new_letter_code,
    new_login,
    new_words,
)
from backend.enrolment.wire import Claiming, Letter, Party, Words
from backend.errors import Refused
from backend.installation import peppered
from backend.journal import Entry, record
from backend.policy import require

WRONG: Final = "This code and this name or day do not fit together, or the code is no longer good."

PARTY: Final = """
SELECT p.*, (SELECT bool_or(o.family_violence) FROM participant o WHERE o.person_id = p.person_id)
        OR EXISTS (SELECT 1 FROM guarded_person g WHERE g.person_id = p.person_id) AS flagged,
    (SELECT bool_and(o.safe_to_contact) FROM participant o WHERE o.person_id = p.person_id AND o.to_on IS NULL) AS safe,
    EXISTS (SELECT 1 FROM contact_change c JOIN participant o ON o.id = c.thread WHERE o.person_id = p.person_id
        AND c.state = 'sent' AND c.field IN ('address_1', 'address_2', 'city', 'state', 'postal_code')) AS stale,
    (SELECT count(*) FROM claim m WHERE m.person_id = p.person_id AND m.way = 'letter' AND m.made_at > now() - interval '30 days')
        AS letters
FROM participant p JOIN sync_grant g ON g.scope = p.case_id AND g.principal = $3
WHERE p.case_id = $1 AND p.id = $2 AND p.role <> 'CH' AND p.to_on IS NULL"""
VOID: Final = "UPDATE claim SET ended_at = now() WHERE person_id = $1 AND way = $2 AND used_at IS NULL AND ended_at IS NULL"
MAKE: Final = """
INSERT INTO claim (code_hash, way, person_id, account_id, made_by, expires_at) VALUES ($1, $2, $3, $4, $5, now() + $6::interval)
RETURNING expires_at"""

# Whatever was typed, these are the statements: one finds, one counts, one notes. What is not found is counted nowhere. A letter to
# somebody who was found to be in danger since is like a wrong one: it may lie with the person one fled from.
FIND: Final = """
SELECT c.id, c.way, c.made_at, c.person_id, c.account_id, c.tries, p.last_name, p.born_on, a.id AS known_account, a.login AS known_login,
    a.active, a.created_at,
    c.way = 'letter' AND EXISTS (SELECT 1 FROM guarded_person g WHERE g.person_id = c.person_id) AS stopped
FROM claim c
LEFT JOIN LATERAL (SELECT o.last_name, o.born_on FROM participant o WHERE o.person_id = c.person_id AND o.to_on IS NULL
    ORDER BY o.from_on DESC LIMIT 1) p ON true
LEFT JOIN account a ON a.id = c.account_id OR a.person_id = c.person_id
WHERE c.code_hash = $1 AND c.used_at IS NULL AND c.ended_at IS NULL AND c.expires_at > now()
FOR UPDATE OF c"""
COUNT: Final = """
UPDATE claim SET tries = tries + CASE WHEN $2 THEN 0 ELSE 1 END, used_at = CASE WHEN $2 THEN now() END,
    ended_at = CASE WHEN NOT $2 AND tries + 1 >= $3 THEN now() END
WHERE id = $1"""
ADMIT: Final = """
INSERT INTO enrolment (claim_id, token_hash, account_id, login, recovers, expires_at) VALUES ($1, $2, $3, $4, $5, now() + $6::interval)"""
CHECK: Final = "INSERT INTO identity_check (kind, account_id, person_id) VALUES ($1, $2, $3)"


class Admitted(msgspec.Struct, frozen=True):
    """A browser in which a code was right. The token exists here and in its cookie, nowhere else."""

    token: str
    lasts_s: int


async def offer_words(actor: Actor, party: Party, origin: str) -> Words:
    """Six words for a person who is with the worker now; older words of theirs are void. Refused: forbidden."""
    async with DB.transaction():
        person = await _party(actor, party)
        words = new_words(person["language"])
        expires_at = await _make("words", " ".join(words), actor, person)
        await record([Entry("enrolment.offered", actor.account_id, party.case, party.participant, detail={"way": "words"})], quiet=True)
    link = f"{origin}/claim#{'-'.join(words)}"
    return Words(words=words, link=link, picture=digits.picture(link), expires_at=expires_at)


async def offer_letter(actor: Actor, party: Party, origin: str) -> Letter:
    """A letter for a person, to be printed now. Refused: forbidden, conflict with the reason why none may be sent."""
    async with DB.transaction():
        person = await _party(actor, party)
        _may_be_sent(person)
        code = new_letter_code()
        expires_at = await _make("letter", code.replace("-", ""), actor, person)
        await record([Entry("enrolment.offered", actor.account_id, party.case, party.participant, detail={"way": "letter"})], quiet=True)
    town = " ".join(filter(None, (person["city"], person["state"], person["postal_code"])))
    return Letter(
        name=f"{person['first_name']} {person['last_name']}",
        address=[line for line in (person["address_1"], person["address_2"], town) if line],
        language="es" if person["language"] == "es" else "en",
        code=code,
        link=f"{origin}/claim",
        expires_at=expires_at,
    )


async def offer_to_account(account_id: UUID, language: str = "en") -> list[str]:
    """Six words for an account that an operator made; older ones are void."""
    words = new_words(language)
    async with DB.transaction(), connection() as held:
        await held.execute("UPDATE claim SET ended_at = now() WHERE account_id = $1 AND used_at IS NULL AND ended_at IS NULL", account_id)
        await held.fetchval(MAKE, _hash(" ".join(words)), "operator", None, account_id, None, LIVES["operator"])
        await record([Entry("enrolment.offered", subject_id=account_id, detail={"way": "operator"})])
    return words


async def claim(given: Claiming, host: str) -> Admitted:
    """Use a code up. Refused: unauthorized, alike for whatever is wrong; too_many."""
    await admit_claim(host)
    code = canonical(given.code)
    token = token_urlsafe(32)
    async with DB.transaction(), connection() as held:
        row = await held.fetchrow(FIND, _hash(code or ""))
        right = row is not None and fits(given.who, (row["last_name"] or "", row["known_login"] or ""), row["born_on"])
        right = right and row is not None and not row["stopped"]
        await held.execute(COUNT, row["id"] if row else None, right, TRIES)
        admitted = right and row is not None and await _admit(row, token)
        await record([Entry("enrolment.claimed" if admitted else "enrolment.refused", subject_id=row["id"] if row else None)])
        if row is not None and not right and row["tries"] + 1 >= TRIES:
            await held.execute(CHECK, "burnt_code", row["known_account"], row["person_id"])
    if not admitted:
        raise Refused("unauthorized", WRONG)
    await note_claimed(host)
    return Admitted(token, int(TICKET_LIVES.total_seconds()))


async def _admit(row: Any, token: str) -> bool:
    """A ticket for whoever had the right code; none when the person came to an account after the code was made."""
    account = row["known_account"]
    async with connection() as held:
        if account is not None and row["account_id"] is None and (not row["active"] or row["created_at"] > row["made_at"]):
            await held.execute(CHECK, "second_claim", account, row["person_id"])
            await alert(account, "second_claim")
            await record([Entry("account.claimed_again", subject_id=account, detail={"account": str(account)})])
            return False
        recovers = account is not None and row["way"] != "operator"
        values = (account or uuid4(), row["known_login"] or new_login(), recovers)
        await held.execute(ADMIT, row["id"], token_hash(token), *values, TICKET_LIVES)
    return True


async def _party(actor: Actor, party: Party) -> Any:
    """The adult of a case that the actor works. Refused: forbidden."""
    require(actor, "enrolment.offer")
    async with connection() as held:
        person = await held.fetchrow(PARTY, party.case, party.participant, actor.account_id)
    if person is None:
        raise Refused("forbidden", "This person is not in one of your cases.")
    return person


def _may_be_sent(person: Any) -> None:
    address = bool(person["address_1"] and person["city"] and person["postal_code"])
    block = letter_block(flagged=person["flagged"], safe=person["safe"], stale=person["stale"], address=address)
    if block is None and person["letters"] >= LETTERS_MOST:
        block = "letter_too_many"
    if block:
        raise Refused("conflict", "No letter can be sent to this person.", {"code": block})


async def _make(way: Way, code: str, actor: Actor, person: Any) -> datetime:
    async with connection() as held:
        await held.execute(VOID, person["person_id"], way)
        values = (_hash(code), way, person["person_id"], None, actor.account_id, LIVES[way])
        expires_at: datetime = await held.fetchval(MAKE, *values)
    return expires_at


def _hash(code: str) -> bytes:
    return peppered("claim code", code.encode())
