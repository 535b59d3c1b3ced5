"""How a checked file is fetched: a ticket for one account, one file, once, within seconds."""

import asyncio
import hashlib
from secrets import token_urlsafe
from typing import Any, Final
from uuid import UUID

import msgspec

from backend.access import Actor
from backend.db import DB, connection
from backend.documents import rules, shelf
from backend.documents.wire import Ticket
from backend.errors import Refused
from backend.journal import Entry, record

# Its own party and who works the case now, by today's rights; to everybody else it is as if it were not there.
MAY: Final = """
FROM document_file f JOIN document d ON d.id = f.document_id
JOIN sync_grant g ON g.scope = d.case_id AND g.principal = $1 AND (g.mask & (d.party_bit | 8)) <> 0
WHERE f.state = 'clean' AND d.state IN ('ready','accepted','sent_back')"""
FIND: Final = f"SELECT f.id, f.media_type, f.clean_bytes, d.case_id {MAY} AND d.id = $2 AND f.place = $3"
GIVE: Final = """
INSERT INTO document_ticket (token_hash, file_id, account_id, expires_at) VALUES ($1, $2, $3, now() + make_interval(secs => $4))"""
USE: Final = "DELETE FROM document_ticket WHERE token_hash = $1 AND account_id = $2 AND expires_at > now() RETURNING file_id"
READ: Final = f"""
SELECT f.place, f.media_type, f.clean_sha256, d.id, d.kind, d.case_id, d.account_id {MAY} AND f.id = $2"""

NOTHING: Final = "There is nothing here."


class File(msgspec.Struct, frozen=True):
    """A checked file as it is handed out."""

    name: str
    media_type: str
    content: bytes


async def give_ticket(actor: Actor, document: UUID, place: int) -> Ticket:
    """The right to fetch this file once. Refused: not_found."""
    token = token_urlsafe(32)
    async with DB.transaction(person=actor.account_id), connection() as held:
        found = await held.fetchrow(FIND, actor.account_id, document, place)
        if found is None:
            raise Refused("not_found", NOTHING)
        await held.execute(GIVE, _hash(token), found["id"], actor.account_id, rules.TICKET_S)
    return Ticket(href=f"/v1/files/{token}", media_type=found["media_type"], bytes=found["clean_bytes"])


async def fetch_file(actor: Actor, token: str) -> File:
    """What the ticket is for, by the rights of this moment. Refused: not_found, whatever the reason."""
    async with DB.transaction(person=actor.account_id), connection() as held:
        file = await held.fetchval(USE, _hash(token), actor.account_id)
        row: Any = await held.fetchrow(READ, actor.account_id, file) if file is not None else None
        if row is not None:  # for the record of who saw what; nobody is poked
            await record([Entry("document.read", actor.account_id, row["case_id"], row["id"])])
    if row is None:
        raise Refused("not_found", NOTHING)
    path = shelf.kept(row["case_id"], row["account_id"], row["clean_sha256"])
    content = await asyncio.to_thread(path.read_bytes)
    return File(rules.file_name(row["kind"], row["place"], row["media_type"]), row["media_type"], content)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
